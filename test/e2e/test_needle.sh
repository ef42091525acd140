#!/bin/sh
# Needle in a haystack: from the generator to the table and the heat map of a run.
. "$(dirname "$0")/lib.sh"

title "texts, data and task files"
expect_ok assay dataset needle d --lengths 1000,3000 --depths 0,50,100 --per-cell 2 --json
expect_json '[(x["task"], x["items"]) for x in o]' "[('needle_en', 12), ('needle_zh', 12)]"
expect_ok assay task check d
expect_ok assay dataset needle again --lengths 1000,3000 --depths 0,50,100 --per-cell 2
expect_same "the same seed" "$(cat again/*/*/test.jsonl | sha256sum)" "$(cat d/*/*/test.jsonl | sha256sum)"
expect_ok assay dataset needle other --lengths 1000,3000 --depths 0,50,100 --per-cell 2 --seed 2
expect_same "another seed differs" "$(cmp -s other/needle_en/default/test.jsonl d/needle_en/default/test.jsonl; echo $?)" 1
cat > facts.py <<'END'
import json, sys
rows = [json.loads(x) for l in ("en", "zh") for x in open(f"d/needle_{l}/default/test.jsonl")]
print(len({r["haystack"] for r in rows}), sorted(rows[0]),
      all(r["length"] - 250 < len(r["haystack"]) <= r["length"] for r in rows),
      all(abs(r["haystack"].index(r["needle"]) / (len(r["haystack"]) - len(r["needle"])) - r["depth"] / 100) < 0.1 for r in rows),
      all(r["haystack"].count(r["answer"]) == 1 and r["answer"] not in r["question"] for r in rows))
END
expect_same "facts" "$(python3 facts.py)" \
    "24 ['answer', 'depth', 'haystack', 'id', 'language', 'length', 'needle', 'question'] True True True"

title "a model that sees only the first 700 and the last 900 characters"
cat > edges.py <<'END'
import json, re, sys
for line in sys.stdin:
    p = json.loads(line)["prompt"]
    seen = p if len(p) < 1500 else p[:700] + "#" + p[-900:]
    question = p[max(p.rfind("Question:"), p.rfind("问题")):]
    found = [c for k, c in re.findall(r"access code of (the \w+ \w+) is (\d{7})", seen) if k in question]
    found += [c for k, c in re.findall(r"([一-龥]{2,7})的门禁码是(\d{7})", seen) if k in question]
    print(json.dumps({"text": "I found " + ", ".join(found) + "."}), flush=True)
END
expect_ok assay run -q -m "command:python3 edges.py" --tasks d --data d -t needle --json
expect_json '[(r["task"], r["metrics"][0]["metric"], round(r["metrics"][0]["mean"], 4)) for r in o["runs"]]' \
    "[('needle_en', 'needle_recall', 0.8333), ('needle_zh', 'needle_recall', 0.8333)]"
for run in 1 2; do
    expect_ok assay show $run --json
    expect_json 'o["breakdown"]["columns"], o["breakdown"]["values"]' \
        "(['length', 'depth'], [['1000', '3000'], ['0', '50', '100']])"
    expect_json '[(c["at"], c["n"], c["mean"]) for c in o["breakdown"]["cells"] if c["mean"] != 1]' '[([1, 1], 2, 0)]'
done
expect_ok assay show 1
expect_out 'depth \\ length +1000 +3000'
expect_out '^ +50 +100.0 \[34.2, 100.0\] +0.0 \[0.0, 65.8\]'
expect_ok assay show 1 --lang zh
expect_out '每格 2 题'
expect_ok assay show 1 --by length
expect_out '^3000 +66.7 +\[30.0, 90.3\] +6'
expect_ok assay samples 1 --wrong --lang zh
expect_out '找到 0 根针，共 1 根'
expect_status 1 assay show 1 --by size
expect_err 'there is no column "size"'
expect_status 2 assay show 1 --by a,b,c
expect_err 'one column or two'

title "the page holds the heat map"
expect_ok assay export -q 1 2 out.html
expect_in out.html '"breakdown":\{"metric":"needle_recall"'
expect_ok assay export 1 by.json --by depth
expect_in by.json '"depth"'

title "several needles and distractors"
expect_ok assay dataset needle many --language en --lengths 3000 --depths 0 --per-cell 1 --needles 4 --distractors 3
expect_ok assay run -q -m "command:python3 edges.py" --tasks many --data many -t needle_en --json --fresh
expect_json 'round(o["runs"][0]["metrics"][0]["mean"], 2)' 0.25
expect_ok assay samples 3
expect_out 'found 1 of 4 needles'

title "a column that the task names and the data lacks does not keep a run from being shown"
sed -i 's/by: .*/by: [size]}/; s/task: needle_en/task: sized/' many/needle_en.yaml
expect_ok assay run -q -m "command:python3 edges.py" --tasks many --data many -t sized
expect_ok assay show 4
expect_err 'metadata.assay.by: there is no column "size"'

title "mistakes are told"
expect_status 2 assay dataset needle
expect_status 2 assay dataset needle bad --language fr
expect_err 'en or zh'
expect_status 2 assay dataset needle bad --lengths 2000,1000
expect_err 'rising whole numbers'
expect_status 2 assay dataset needle bad --depths 0,120
expect_err 'from 0 to 100 percent'
expect_status 2 assay dataset needle bad --lengths 300 --needles 16
expect_err 'too few'
expect_status 2 assay dataset needle bad --name ../up
expect_err 'may hold letters'
expect_no_file bad

finish
