#!/bin/sh
# Data files as people have them: encodings, compressed files, workbooks, Parquet, and bad ones.
. "$(dirname "$0")/lib.sh"
python=$(command -v python3)

title "a table in every encoding is the same data set"
printf 'id,question,answer\n1,模型评测是什么,一种方法\n2,今天天气很好,是的\n' > utf8.csv
iconv -f utf-8 -t gb18030 utf8.csv > gb.csv
iconv -f utf-8 -t utf-16 utf8.csv > wide.csv
iconv -f utf-8 -t big5//TRANSLIT utf8.csv > big5.csv 2> /dev/null || cp gb.csv big5.csv
expect_ok assay dataset import utf8.csv --name t
expect_out 'stored t:test as version 1, 2 items'
expect_ok assay dataset import gb.csv --name t
expect_out 'this content is version 1 already'
expect_err 'gb\.csv: read as GB18030'
expect_ok assay dataset import wide.csv --name t
expect_out 'this content is version 1 already'
expect_err 'wide\.csv: read as UTF-16LE'
expect_ok assay dataset import gb.csv --name forced --encoding gbk
expect_status 2 assay dataset import gb.csv --encoding klingon
expect_err 'no encoding "klingon"'
printf 'id,a\n1,caf\351\n' > latin.csv
expect_status 1 assay dataset import latin.csv
expect_err 'latin\.csv:2: .*not UTF-8, name its encoding'
expect_ok assay dataset import latin.csv --encoding latin1
expect_ok assay dataset show latin --json
expect_json 'o["data"][0]["data"]["a"]' 'café'

title "compressed files are read as what is in them"
gzip -k utf8.csv
expect_ok assay dataset import utf8.csv.gz --name t
expect_out 'this content is version 1 already'
cp utf8.csv.gz lies.csv # the name does not say so, the bytes do
expect_ok assay dataset import lies.csv --name t
head -c 40 utf8.csv.gz > cut.csv.gz
expect_status 1 assay dataset import cut.csv.gz
expect_err '"cut\.csv\.gz": the compressed data is cut short'
head -c 400000000 /dev/zero | gzip > bomb.jsonl.gz
expect_status 1 assay dataset import bomb.jsonl.gz
expect_err 'expands to more than 200 times its size'

title "malformed lines stop an import, or are left out and named"
printf '{"a": 1}\n{"a":\n{"a": 2}\n\377\n' > broken.jsonl
expect_status 1 assay dataset import broken.jsonl
expect_err 'broken\.jsonl:2: line 1 column 6'
expect_status 1 assay dataset show broken
expect_ok assay dataset import -q broken.jsonl --on-bad-line skip
expect_out 'stored broken:test as version 1, 2 items'
expect_err 'broken\.jsonl: 2 malformed records were left out'
expect_err 'broken\.jsonl:2: '
expect_err 'broken\.jsonl:4: '
expect_ok assay dataset import broken.jsonl --on-bad-line skip --json
expect_json '(o["skipped"], [l["line"] for l in o["skipped_lines"]])' '(2, [2, 4])'
expect_status 2 assay dataset import broken.jsonl --on-bad-line maybe
expect_err 'it can be stop or skip'

title "workbooks"
"$python" "$root/test/e2e/make_xlsx.py" book.xlsx good
expect_ok assay dataset import book.xlsx
expect_ok assay dataset show book --json
expect_json '[d["data"] for d in o["data"]]' \
    "[{'id': 7, 'question': '1+1 等于几？', 'when': '2026-03-01'}, {'id': 8, 'question': '1+1 等于几？', 'when': ''}]"
expect_ok assay dataset import book.xlsx --sheet more --name more --json
expect_json '(o["items"], o["columns"])' "(1, ['question'])"
expect_status 1 assay dataset import book.xlsx --sheet none
expect_err 'there is no sheet "none"; there are "题目", "more"'
"$python" "$root/test/e2e/make_xlsx.py" bad.xlsx bad
expect_status 1 assay dataset import bad.xlsx
expect_err 'bad\.xlsx:6: the cell in column A holds the error #N/A'
expect_ok assay dataset import bad.xlsx --on-bad-line skip
expect_err 'bad\.xlsx:6: '
"$python" "$root/test/e2e/make_xlsx.py" bomb.xlsx bomb
expect_status 1 assay dataset import bomb.xlsx
expect_err 'would expand to .* bytes, more than is allowed'
cp utf8.csv.gz none.xlsx
expect_status 1 assay dataset import none.xlsx
expect_err 'not a zip archive'

title "columns separated by other things than a comma"
printf 'id;question;answer\n1;"a;b, c";1,5\n2;x;2\n' > semicolons.csv
expect_ok assay dataset import semicolons.csv --name semi --json
expect_json '(o["delimiter"], o["columns"])' "(';', ['id', 'question', 'answer'])"
expect_err 'semicolons\.csv: columns are taken as separated by ; \(--delimiter'
expect_ok assay dataset show semi --json
expect_json 'o["data"][0]["data"]' "{'id': '1', 'question': 'a;b, c', 'answer': '1,5'}"
printf 'a;b,c\n1;2,3\n' > both.csv # the same bytes, read otherwise, are another version
expect_ok assay dataset import both.csv --json
expect_json '(o["version"], o["columns"])' "(1, ['a;b', 'c'])"
expect_ok assay dataset import both.csv --delimiter ';' --json
expect_json '(o["version"], o["columns"])' "(2, ['a', 'b,c'])"
printf 'id\tquestion\n1\ta, b; c\n' > tabs.csv
expect_ok assay dataset import tabs.csv --lang zh
expect_err 'tabs\.csv：按“tab”分隔各列'
printf 'id,question\n1,a;b;c\n2,d;e;f\n' > commas.csv
expect_ok assay dataset import commas.csv --json
expect_json 'o["delimiter"]' ','
expect_same "nothing to say" "$(cat out/stderr)" ""
printf 'text\none; two\nthree, four\n' > single.csv
expect_status 1 assay dataset import single.csv
expect_err 'single\.csv:3: .*2 fields'
expect_ok assay dataset import single.csv --on-bad-line skip --json
expect_json 'o["columns"]' "['text']"
expect_status 2 assay dataset import commas.csv --delimiter ab
expect_err 'it is one character'
expect_status 2 assay dataset import book.xlsx --delimiter ';'
expect_err 'delimiter is for \.csv and \.tsv'

title "first lines that name no columns well"
printf 'na\357ve,b\ncaf\351,2\n' > west.csv
expect_status 1 assay dataset import west.csv
expect_err 'west\.csv:1: .*not UTF-8; if it is not UTF-8, name its encoding'
expect_ok assay dataset import west.csv --encoding latin1
printf ',a\n0,x\n' > rows.csv # row numbers, as pandas writes them
expect_ok assay dataset import rows.csv
printf 'a,,\n1,2,3\n' > unnamed.csv
expect_status 1 assay dataset import unnamed.csv
expect_err 'unnamed\.csv:1: columns 2 and 3 have no name'
printf 'a,b\r1,2\r' > mac.csv
expect_status 1 assay dataset import mac.csv
expect_err 'mac\.csv:1: its lines seem to end with CR alone'
printf 'a\0,b\n1,2\n' > nul.csv
expect_status 1 assay dataset import nul.csv
expect_err 'the name of column 1 holds a NUL'

title "ids that are no keys"
python3 -c 'import json; print(json.dumps({"id": "k" * 5000})); print(json.dumps({"id": "a\0b"})); print(json.dumps({"id": "k" * 1024}))' > keys.jsonl
expect_ok assay dataset import keys.jsonl
expect_ok assay dataset show keys --json
expect_json '[len(d["key"]) for d in o["data"]]' '[16, 16, 1024]'

title "run --data FILE reads as told"
printf 'q;a\n1+1;2\nbad\n2+2;4\n' | iconv -t utf-16le > run.csv
run="assay run -m local:tiny-4 --data run.csv --prompt {{q}}= --target {{a}} --encoding utf-16le"
expect_status 1 $run
expect_err 'run\.csv:3: the record has 1 field'
expect_ok $run --on-bad-line skip --json
expect_json 'o["runs"][0]["n_items"]' 2
expect_err 'run\.csv:3: '
expect_ok assay run -m local:tiny-4 --data book.xlsx --prompt '{{question}}' --target x --sheet more --json
expect_json 'o["runs"][0]["n_items"]' 1

title "a task's files are read as told too, by run and by preview, and what is said of one file is said once"
mkdir -p told/d/default
cat > told/t.yaml <<'END'
task: told
dataset_path: d
test_split: test
fewshot_split: test
num_fewshot: 1
doc_to_text: "{{q}}="
doc_to_target: "{{a}}"
output_type: generate_until
END
printf 'q;a\n1+1;2\nbad\n2+2;4\n3+3;6\n' | iconv -t utf-16le > told/d/default/test.csv
how="--tasks told --data told --encoding utf-16le --delimiter ; --on-bad-line skip"
expect_ok assay task preview told $how --item 2 --json
expect_json 'o["target"]' 6
expect_err 'test\.csv:3: '
expect_status 2 assay task preview told --tasks told --data told --on-bad-line perhaps
expect_ok assay run -m local:tiny-4 -t told $how --json
expect_json 'o["runs"][0]["n_items"]' 3
expect_same "times that the encoding is said" "$(grep -c 'read as utf-16le' out/stderr)" 1

title "an import that fails makes no database; one that is there stays"
printf '{"a": 1}\n{"b"\n' > broken.jsonl
expect_status 1 assay dataset import broken.jsonl --db new.db
expect_no_file new.db
expect_no_file new.db-wal
expect_ok assay dataset import keys.jsonl --db there.db
expect_status 1 assay dataset import broken.jsonl --db there.db
expect_ok assay dataset show keys --db there.db

title "Parquet without DuckDB"
printf 'PAR1nothingPAR1' > bad.parquet
ASSAY_DUCKDB=/nowhere expect_status 1 assay dataset import bad.parquet
expect_err 'needs the library of DuckDB.*install-deps parquet'

library=$root/build/duckdb/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so
[ -e "$library" ] || finish

title "Parquet"
make -s -C "$root" MODE=release build/release/tool_parquet_make || exit 1
"$root/build/release/tool_parquet_make" "$library" \
    "SELECT i AS id, '题 ' || i AS question, [i, i+1] AS options, {'a': i} AS s FROM range(3) t(i)" \
    good.parquet || exit 1
expect_ok assay dataset import good.parquet
expect_ok assay dataset show good --json
expect_json 'o["data"][2]["data"]' \
    "{'id': 2, 'question': '题 2', 'options': [2, 3], 's': {'a': 2}}"
expect_status 1 assay dataset import bad.parquet
expect_err '"bad\.parquet": cannot read it as Parquet'
head -c 300 good.parquet > cut.parquet
expect_status 1 assay dataset import cut.parquet
expect_err 'cannot read it as Parquet'

finish
