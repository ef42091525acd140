#!/bin/sh
# Answers read by named rules, from the command line to the report, and on recorded outputs.
. "$(dirname "$0")/lib.sh"

title "a kind of answer instead of a regular expression"
cat > outputs.jsonl <<'END'
{"id": 1, "prompt": "p", "output": "<think>A?</think>**答案：B**", "target": "b"}
{"id": 2, "prompt": "p", "output": "不选A，选C。", "target": "C"}
{"id": 3, "prompt": "p", "output": "我不知道。", "target": "A"}
{"id": 4, "prompt": "p", "output": "The answer is D. Wait, no: the answer is A.", "target": "D"}
END
expect_ok assay import outputs.jsonl --name quiz --extract choice --json
expect_json 'o[0]["outcomes"]["no_answer"]' 1
expect_json '[(r["rule"], r["n"], r["found"], r["mean"]) for r in o[0]["rules"]]' \
    "[('cue', 3, 3, 0.6666666666666666), ('nothing', 1, 0, None)]"
expect_ok assay show 1
expect_out '^extract +cue +3 +75\.0 % +66\.7'
expect_out '^extract +nothing +1 +25\.0 % +no answer'
expect_ok assay show 1 --lang zh
expect_out '“答案是”之类提示语'
expect_ok assay samples 1
expect_out 'extraction rule: cue ← thinking nfkc markdown'
expect_ok assay samples 1 --json
expect_json '[(x["judgements"][0]["rule"], x["judgements"][0]["extracted"]) for x in o]' \
    "[('cue', 'B'), ('cue', 'C'), ('nothing', '[no answer]'), ('cue', 'A')]"
expect_ok assay export 1 report.html
expect_in report.html '"rule":"cue"'

title "a reply that a regular expression cannot get through is an error, and the run goes on"
python3 - <<'END'
import json
rows = [{"id": i, "prompt": f"p{i}", "target": "aaaa", "output": "a" * 60000 + "!" if i == 1 else "aaaa"}
        for i in range(3)]
open("hard.jsonl", "w").write("".join(json.dumps(r) + "\n" for r in rows))
END
expect_status 4 assay run -q -m recorded:hard.jsonl --data hard.jsonl --prompt '{{prompt}}' \
    --target '{{target}}' --extract '((a+)+)$' --db hard.db --json
expect_json '(o["runs"][0]["outcomes"]["scored"], o["runs"][0]["outcomes"]["error"])' '(2, 1)'
expect_ok assay samples 1 --db hard.db --outcome error
expect_out 'could not judge the reply: filter "regex": the regular expression needs too many steps'

title "so it is when outputs are imported, and when they are judged again; an easier rule judges it after all"
assay import hard.jsonl --extract '((a+)+)$' --db imported.db --json > imported.json 2> imported.err
expect_ok assay show 1 --db imported.db --json
expect_json '(o["outcomes"]["scored"], o["outcomes"]["error"])' '(2, 1)'
expect_ok assay samples 1 --db imported.db --outcome error
expect_out 'could not judge the reply: filter "regex": the regular expression needs too many steps'
expect_ok assay rescore 1 --db imported.db --extract '(a+)'
expect_ok assay show 1 --db imported.db --json
expect_json '(o["outcomes"]["scored"], o["outcomes"]["error"])' '(3, 0)'
assay rescore 1 --db imported.db --extract '((a+)+)$' > again.out 2> again.err
expect_ok assay samples 1 --db imported.db --outcome error
expect_out 'could not judge the reply: filter "regex": the regular expression needs too many steps'

title "rescoring says which way verdicts went"
expect_ok assay rescore 1 --extract '([A-Z])' --json
expect_json '[o[k] for k in ("judgements", "changed", "raised", "lowered", "gained", "lost")]' \
    '[4, 2, 0, 1, 0, 0]'
expect_json 'o["run"]["rules"]' '[]'
other=$(json 'o["run"]["protocol_hash"]')
expect_ok assay rescore 1 --extract choice --json
expect_json '(o["raised"], o["lowered"], o["run"]["protocol_hash"] != "'"$other"'")' '(1, 0, True)'
expect_ok assay rescore 1 --extract '(Z)'
expect_err 'values: 0 up, 2 down; answers: 0 now found, 3 no longer found'
expect_status 2 assay rescore 1 --extract choice --or-whole
expect_err 'finds an answer or none'

title "in a task file, and hidden from others"
mkdir tasks
cat > data.jsonl <<'END'
{"id": "a", "q": "2+2?", "answer": "4"}
{"id": "b", "q": "30*40?", "answer": "1,200"}
END
cat > tasks/sums.yaml <<'END'
task: sums
dataset_path: sums
test_split: test
output_type: generate_until
doc_to_text: "{{q}}"
doc_to_target: answer
filter_list:
  - name: last
    filter: [{function: regex, regex_pattern: "(\\d+)", group_select: -1}, {function: take_first}]
metadata:
  version: 1.0
  assay:
    filter_list:
      - name: number
        filter: [{function: extract, kind: number}, {function: take_first}]
END
mkdir -p data/sums/default && cp data.jsonl data/sums/default/test.jsonl
printf '%s\n' '{"id": "a", "output": "四。"}' \
    '{"id": "b", "output": "30 × 40 = **1200**"}' > replies.jsonl
expect_ok assay task check tasks/sums.yaml
expect_ok assay run -q -m recorded:replies.jsonl --tasks tasks --data data -t sums --json
expect_json '[(m["filter"], m["mean"]) for m in o["runs"][0]["metrics"]]' "[('number', 1)]"
sed -i 's/kind: number/kind: numbers/' tasks/sums.yaml
expect_status 1 assay task check tasks/sums.yaml
expect_out '"kind" must be choice, multi_choice, number, yes_no or text'

title "a database from before the rules is brought forward"
python3 - <<'END'
import sqlite3
d = sqlite3.connect('assay.db')
for column in ('rule', 'steps'):
    d.execute('ALTER TABLE judgement DROP COLUMN ' + column)
# Later migrations go with it: their tables are made again.
d.execute('DROP TABLE dataset_removal')
d.execute('DELETE FROM schema_version WHERE number > 3')
d.commit()
END
expect_status 1 assay show 1
expect_err 'run "assay db migrate" first'
expect_ok assay db migrate
expect_ok assay show 1 --json
expect_json 'o["rules"]' '[]'

[ -d "$shared/data/gsm8k" ] || finish

title "GSM8K: the verdicts that its authors recorded, item by item"
g="$shared/data/gsm8k/model_solutions.jsonl"
expect_ok assay import "$g" --db gsm8k.db --name gsm8k --json --prompt question \
    --target "{{ground_truth.split('A: ')[-1]}}" --extract number \
    --output "6b_finetuning={{item['6b_finetuning'].solution}}" \
    --output "6b_verification={{item['6b_verification'].solution}}" \
    --output "175b_finetuning={{item['175b_finetuning'].solution}}" \
    --output "175b_verification={{item['175b_verification'].solution}}"
expect_json '[round(r["metrics"][0]["mean"] * r["n_items"]) for r in o]' '[286, 515, 458, 742]'
expect_ok assay samples 4 -n 0 --db gsm8k.db --json
cp out/stdout samples.json
expect_same "items whose verdict differs" "$(python3 - "$g" <<'END'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
print(sum((s["judgements"][0]["value"] == 1) != rows[s["position"]]["175b_verification"]["is_correct"]
          for s in json.load(open("samples.json"))))
END
)" 0

title "BBH: the accuracies that its authors recorded, without a regular expression"
for pair in boolean_expressions:yes_no navigate:yes_no sports_understanding:yes_no \
    date_understanding:choice ruin_names:choice snarks:choice; do
    name=${pair%:*}
    for how in direct cot; do
        expect_ok assay import "$shared/data/bbh/$name.outputs-$how.json" --records outputs \
            --db bbh.db --json --name "$name-$how" --prompt input --output "$how={{prediction}}" \
            --target '{{target.strip()}}' --extract "${pair#*:}"
        want=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]]["value"])' \
            "$shared/data/bbh/expected.json" "accuracy_${how}_$name")
        expect_json "abs(o[0]['metrics'][0]['mean'] * 100 - $want) <= 0.005" True
    done
done

finish
