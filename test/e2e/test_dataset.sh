#!/bin/sh
# Data sets over their life: versions with differences, cleaning, splitting, exporting.
. "$(dirname "$0")/lib.sh"

title "a second import of a name is a new version, with what changed"
cat > v1.jsonl <<'END'
{"id": "a", "question": "1+1?", "answer": "2"}
{"id": "b", "question": "2+2?", "answer": "4"}
{"id": "c", "question": "3+3?", "answer": "6"}
END
cat > v2.jsonl <<'END'
{"id": "a", "question": "1+1?", "answer": "2"}
{"id": "b", "question": "2+2?", "answer": "four"}
{"id": "d", "question": "4+4?", "answer": "8"}
{"id": "e", "question": "5+5?", "answer": "10"}
END
expect_ok assay dataset import v1.jsonl --name sums
expect_not_out 'compared'
expect_ok assay dataset import v2.jsonl --name sums
expect_out 'stored sums:test as version 2, 4 items'
expect_out 'compared with version 1: 2 added, 1 removed, 1 changed'
expect_ok assay dataset import v2.jsonl --name sums
expect_not_out 'compared'
expect_ok assay dataset show sums@1 --json
expect_json '[d["key"] for d in o["data"]]' "['a', 'b', 'c']"

title "cleaning says what is dirty and why, and keeps the old version"
python3 - <<'END'
import json
base = 'please tell me how many apples there are in the big red basket on the {} table of the old house'
places = 'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth ' \
         'fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth'.split()
words = 'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau phi'.split()
rows = [(f'What is the meaning of {w} and {p} when the {w} stands before the {p} in a sentence?', w)
        for w, p in zip(words, places)]
rows += [('', '1'), ('?!', '2'),                                          # 20, 21 empty
         ('caf\ufffd au lait is what', '3'), ('锟斤拷锟斤拷是什么意思', '4'),  # 22, 23 encoding
         ('北京是哪个国家的首都城市', '5'),                                  # 24 language
         ('Which colour has the sky?', 'blue'), ('which COLOUR has the sky', 'green'),  # 25, 26 conflict
         (rows[3][0], rows[3][1]),                                          # 27 duplicate of 3
         (base.format('large'), '7'), (base.format('large') + ' today', '7'),  # 29 near 28
         (base.format('large') + ' now', '8'),                              # 30 another answer: kept
         ('very long words ' + ' '.join(f'and then word{i} came' for i in range(3000)), '9')]  # 31 length
with open('dirty.jsonl', 'w') as f:
    for q, a in rows:
        f.write(json.dumps({'question': q, 'answer': a}, ensure_ascii=False) + '\n')
END
expect_ok assay dataset import dirty.jsonl
expect_ok assay dataset clean dirty --language en --dry-run --json
expect_json '(o["text"], o["label"])' "('question', 'answer')"
expect_json '[(r["position"], r["reason"]) for r in o["removed"]]' \
    "[(20, 'empty'), (21, 'empty'), (22, 'encoding'), (23, 'encoding'), (24, 'language'), (25, 'conflict'), (26, 'conflict'), (27, 'duplicate'), (29, 'near_duplicate'), (31, 'length')]"
expect_ok assay dataset list --json
expect_json '[d["version"] for d in o if d["name"] == "dirty"]' '[1]'
expect_ok assay dataset clean dirty --language en
expect_out '^near_duplicate +1 +29 .* item 28'
expect_out '22 of 32 items are kept'
expect_out 'stored dirty:test as version 2, 22 items'
expect_ok assay dataset show dirty@2 --removed --json
expect_json '(len(o), o[7]["position"], o[7]["reason"])' "(10, 27, 'duplicate')"
expect_ok assay dataset show dirty@1 --json
expect_json 'o["items"]' 32
expect_ok assay dataset clean dirty --language en --json
expect_json 'len(o["removed"])' 0
expect_ok assay dataset clean dirty@1 --near 0 --outliers 0 --json --dry-run
expect_json 'o["counts"]["near_duplicate"], o["counts"]["length"], o["counts"]["language"]' '(0, 0, 0)'
expect_status 2 assay dataset clean dirty --near 2
expect_status 1 assay dataset clean nothing
expect_err 'there is no data set "nothing"'

title "the text column is found though the first item has none"
printf '{"note": null, "n": 1}\n{"note": "same words", "n": 2}\n{"note": "same words", "n": 3}\n' > late.jsonl
expect_ok assay dataset import late.jsonl
expect_ok assay dataset clean late --near 0 --outliers 0 --dry-run --json
expect_json '(o["text"], o["counts"]["duplicate"], o["counts"]["empty"])' "('note', 1, 1)"

title "cleaning is undone, and done again, by new versions"
expect_ok assay dataset restore dirty --dry-run
expect_out 'compared with version 2: 10 added, 0 removed, 0 changed'
expect_ok assay dataset restore dirty --json
expect_json '(o["version"], o["items"], o["compared_with"]["added"], o["source"])' \
    "(3, 32, 10, 'restore of dirty:test@1')"
expect_status 1 assay dataset restore dirty@1
expect_err 'holds the items of version 1 already \(version 3\)'
expect_ok assay dataset clean dirty --language en
expect_out 'stored dirty:test as version 4, 22 items'
expect_ok assay dataset show dirty --removed --json
expect_json 'len(o)' 10
expect_ok assay dataset restore dirty
expect_out 'stored dirty:test as version 5, 32 items'
expect_ok assay dataset restore dirty@2
expect_out 'stored dirty:test as version 6, 22 items'
expect_ok assay dataset show dirty@1 --json
expect_json 'o["items"]' 32
expect_ok assay dataset import dirty.jsonl --name once
expect_status 1 assay dataset restore once
expect_err 'has one version, there is none before it'

title "splitting: seeded, stratified, groups together"
python3 - <<'END'
import json
with open('many.jsonl', 'w') as f:
    for i in range(1000):
        f.write(json.dumps({'id': i, 'q': f'question {i}', 'kind': 'rare' if i % 10 == 0 else 'common', 'book': f'b{i // 7}'}) + '\n')
END
expect_ok assay dataset import many.jsonl --name many --split all
expect_ok assay dataset split many:all -p train=0.8 -p dev=0.1 -p test=0.1 --stratify kind --json
expect_json '[(d["split"], d["items"]) for d in o]' "[('train', 800), ('dev', 100), ('test', 100)]"
expect_ok assay dataset show many:test -n 0 --json
expect_json 'sum(d["data"]["kind"] == "rare" for d in o["data"])' 10
expect_json 'len({d["data"]["id"] // 100 for d in o["data"]}) > 5' True
expect_ok assay dataset split many:all -p train=0.8 -p dev=0.1 -p test=0.1 --stratify kind
expect_out 'version 1 already'
expect_ok assay dataset split many:all -p left=0.5 -p right=0.5 --group book
expect_ok assay dataset show many:left -n 0 --json
cp out/stdout left.json
expect_ok assay dataset show many:right -n 0 --json
expect_json '{d["data"]["book"] for d in o["data"]} & {d["data"]["book"] for d in json.load(open("left.json"))["data"]}' 'set()'
expect_json '490 <= len(o["data"]) <= 510' True
expect_status 2 assay dataset split many:all -p train=0.8
expect_status 2 assay dataset split many:all -p a=0.8 -p b=0.3
expect_status 1 assay dataset split many:all -p a=0.5 -p b=0.5 --stratify none
expect_err 'has no column "none"'

title "exporting and importing again gives the same items"
for ext in jsonl csv tsv; do
    expect_ok assay dataset export sums@1 back.$ext
    expect_ok assay dataset import back.$ext --name back-$ext
    expect_ok assay dataset show back-$ext -n 0 --json
    expect_json '[d["data"] for d in o["data"]][2]' "{'id': 'c', 'question': '3+3?', 'answer': '6'}"
done
expect_status 2 assay dataset export sums back.pdf

title "what a table cannot hold is not exported as one"
printf '{}\n{}\n' > bare.jsonl
printf '{"":1}\n' > noname.jsonl
printf '{"a\\u0000":1}\n' > nulname.jsonl
for name in bare noname nulname; do expect_ok assay dataset import $name.jsonl; done
for ext in csv tsv xlsx; do
    expect_status 1 assay dataset export bare bare.$ext
    expect_err 'its items have no columns; export \.jsonl'
    expect_status 1 assay dataset export noname noname.$ext
    expect_err 'its only column has no name'
done
for name in bare noname nulname; do
    expect_ok assay dataset export $name $name.out.jsonl
    expect_ok cmp $name.jsonl $name.out.jsonl
    expect_status 1 assay dataset export $name $name.parquet
    expect_err 'have no columns|is empty or holds a NUL|needs the library of DuckDB'
    expect_no_file $name.parquet
done

title "a split with an empty part stores none"
printf '{"q": 1}\n{"q": 2}\n' > two.jsonl
expect_ok assay dataset import two.jsonl
expect_status 2 assay dataset split two -p a=0.8 -p b=0.1 -p c=0.1
expect_err 'part "[abc]" would be empty'
expect_ok assay dataset list --json
expect_json '[d["split"] for d in o if d["name"] == "two"]' "['test']"

title "workbooks: text stays text, and comes back as it was"
python3 - <<'END'
import json
with open('sheet.jsonl', 'w') as f:
    for i, q in enumerate(['=HYPERLINK("http://x")', '+1', ' a\r\nb\t_x000D_\x01 ', '试金 😀 <&>']):
        f.write(json.dumps({'id': i, 'q': q, 'n': -1.5 * i, 'long': 12345678901234567890, 'ok': i > 1}) + '\n')
END
expect_ok assay dataset import sheet.jsonl
expect_ok assay dataset export sheet sheet.xlsx
python3 - > out/stdout <<'END'
import xml.etree.ElementTree as E, zipfile
z = zipfile.ZipFile('sheet.xlsx')
assert z.testzip() is None
for name in z.namelist():
    E.fromstring(z.read(name))
sheet = E.fromstring(z.read('xl/worksheets/sheet1.xml'))
ns = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
print('formulas', len(list(sheet.iter(ns + 'f'))))
print('cells', len(list(sheet.iter(ns + 'c'))))
END
expect_out '^formulas 0$'
expect_out '^cells 25$'
expect_ok assay dataset import sheet.xlsx --name back
expect_ok assay dataset show back --json
cp out/stdout back.json
expect_ok assay dataset show sheet --json
expect_json '[{**d["data"], "long": str(d["data"]["long"])} for d in o["data"]] == [d["data"] for d in __import__("json").load(open("back.json"))["data"]]' True
printf '{"t": "%s"}\n' "$(head -c 40000 /dev/zero | tr '\0' x)" > long.jsonl
expect_ok assay dataset import long.jsonl
expect_status 1 assay dataset export long long.xlsx
expect_err 'cell A2 has 40000 characters, a workbook holds 32767 in a cell'
expect_no_file long.xlsx

title "Parquet is written by DuckDB, when it is there"
ASSAY_DUCKDB=/nowhere expect_status 1 assay dataset export sheet sheet.parquet
expect_err 'needs the library of DuckDB'
expect_no_file sheet.parquet
if [ -e "$root/build/duckdb/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so" ]; then
    cat > typed.jsonl <<'END'
{"id": 1, "date": "2026-01-01", "options": ["a", "b"], "s": {"it's": 1, "b": null}, "mix": 1, "part": 0.5}
{"id": 2, "date": "7", "options": [], "s": {"it's": 2, "b": "x"}, "mix": "2"}
END
    expect_ok assay dataset import typed.jsonl
    expect_ok assay dataset export typed typed.parquet
    expect_ok assay dataset import typed.parquet --name typed-back
    expect_ok assay dataset show typed-back --json
    expect_json '[d["data"] for d in o["data"]]' \
        "[{'id': 1, 'date': '2026-01-01', 'options': ['a', 'b'], 's': {\"it's\": 1, 'b': None}, 'mix': '1', 'part': 0.5}, {'id': 2, 'date': '7', 'options': [], 's': {\"it's\": 2, 'b': 'x'}, 'mix': '2', 'part': None}]"
fi

finish
