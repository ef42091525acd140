#!/bin/sh
# Outputs that were made elsewhere become runs: our own columns, other people's shapes, and the
# figures that the authors of real data sets recorded.
. "$(dirname "$0")/lib.sh"

title "a file with the usual columns"
cat > two.jsonl <<'END'
{"id": "a", "model": "m1", "prompt": "1+1?", "output": "2", "target": "2"}
{"id": "b", "model": "m1", "prompt": "2+2?", "output": "5", "target": "4"}
{"id": "a", "model": "m2", "prompt": "1+1?", "output": "Two.", "target": "2"}
{"id": "b", "model": "m2", "prompt": "2+2?", "output": "4", "target": "4"}
END
expect_ok assay import two.jsonl --name sums
expect_err 'run 1: m1, 2 of 2 items have an output'
expect_out '^ +1 +m1 +sums +exact_match +50\.0'
expect_out '^ +2 +m2 +sums +exact_match +50\.0'

title "importing the same again changes nothing"
expect_ok assay import two.jsonl --name sums
expect_err 'run 1: m1, imported before; nothing changed'
expect_ok assay runs --json
expect_json 'len(o)' 2
expect_ok assay dataset list --json
expect_json '[(d["name"], d["version"], d["items"]) for d in o]' "[('sums', 1, 2)]"

title "imported runs are runs like all others"
expect_ok assay compare 1 2 --json
expect_json '(o[0]["n"], o[0]["a_only_right"], o[0]["b_only_right"])' '(2, 1, 1)'
expect_ok assay compare 1 2
expect_out '^assay samples 2 --key KEY shows one of them$'
expect_ok assay samples 2 --key b
expect_out '^prompt: 2\+2\?'
expect_not_out '1\+1'
expect_status 1 assay samples 2 --key c
expect_err 'run 2 has no item with the key "c"'
expect_ok assay show 1
expect_out 'data set: sums:test, version 1'
expect_ok assay samples 2 --wrong
expect_out 'Two\.'
expect_not_out '2\+2'
expect_ok assay export 1 2 sums.html
expect_file sums.html

title "a spreadsheet with Chinese headings, a row for each output"
cat > 结果.csv <<'END'
题号,题目,标准答案,模型,模型输出
1,1+1？,2,甲,2
2,2+2？,4,甲,5
1,1+1？,2,乙,二
2,2+2？,4,乙,4
END
expect_ok assay import 结果.csv --db zh.db
expect_err '^columns taken by their names: id = 题号, prompt = 题目, target = 标准答案, output = 模型输出, model = 模型$'
expect_out '^ +[0-9]+ +甲 +结果 +exact_match +50\.0'
expect_out '^ +[0-9]+ +乙 +结果 +exact_match +50\.0'
expect_ok assay import 结果.csv --db zh.db --name 明说 --output 模型输出 --target 标准答案 --prompt 题目 --id 题号 --model-column '{{模型}}型'
expect_out '^ +[0-9]+ +乙型 +明说 +exact_match +50\.0'
expect_ok assay import 结果.csv --db zh.db --name 宽 --id '{{题号}}{{模型}}' --output 甲乙=模型输出 -q
expect_out '^ +[0-9]+ +甲乙 +宽 +exact_match +50\.0'
expect_status 1 assay import 结果.csv --db zh.db --name 无 --model-column 题目 --output 模型
expect_err 'outputs of 2 models|second output' # two items, asked under the names of two models

title "one output is missing"
head -3 two.jsonl > three.jsonl
expect_status 4 assay import three.jsonl --name less
expect_err 'm2, 1 of 2 items have an output'

title "what is wrong with a file is said, and nothing is stored"
cp assay.db before.db
expect_status 1 assay import nothing.jsonl
expect_err 'could not open "nothing.jsonl"'
: > empty.jsonl
expect_status 1 assay import empty.jsonl
expect_err 'empty\.jsonl: there are no records'
printf '{"id": 1, "answer": "x", "gold": "y"}\n' > other.jsonl
expect_status 1 assay import other.jsonl
expect_err 'record 1: there is no column "target".*--target.*the columns are id, answer, gold'
expect_status 1 assay import other.jsonl --target gold
expect_err 'no column "output".*--output.*the columns are id, answer, gold'
expect_status 1 assay import other.jsonl --target '{{golden}}' --output answer
expect_err '"golden" is undefined.*the columns are id, answer, gold'
expect_status 1 assay import other.jsonl --target gold --output '{{answer'
expect_err '--output: line 1'
printf '{"id": 1, "output": "x", "target": "y"}\n{"id": 1, "output": "z", "target": "y"}\n' > twice.jsonl
expect_status 1 assay import twice.jsonl
expect_err 'record 2: model "twice" has a second output'
printf '{"id": 1, "output": "x", "target": "y"}\n{"id": \n' > broken.jsonl
expect_status 1 assay import broken.jsonl
expect_err 'broken\.jsonl:2'
expect_status 2 assay import two.jsonl other.jsonl
expect_status 1 assay import two.jsonl --extract '('
expect_err 'regular expression "\("'
expect_ok assay runs --json
expect_json 'len(o)' 4
expect_ok cmp assay.db before.db

title "CSV, other columns, several outputs in a record"
printf 'q,gold,a,b,topic\n1+1,2,2,3,sums\n2+2,4,four,4,sums\n' > wide.csv
expect_status 2 assay import wide.csv --target gold --output a --output '{{b}}' --db wide.db
expect_err "each needs a model's name: NAME=a"
expect_no_file wide.db
expect_ok assay import wide.csv --prompt q --target gold --output A=a --output 'B={{b}}' \
    --keep topic --json --db wide.db
expect_json '[(r["model"], r["metrics"][0]["mean"]) for r in o]' "[('A', 0.5), ('B', 0.5)]"
expect_ok assay dataset show wide --json --db wide.db
expect_json 'o["data"][0]["data"]' "{'prompt': '1+1', 'target': '2', 'topic': 'sums'}"

title "a file with the outputs of several models stands for all of them in a run"
printf '%s\n' '{"id":"a","q":"1+1","answer":"2"}' '{"id":"b","q":"2+2","answer":"4"}' > asked.jsonl
printf '%s\n' '{"id":"a","model":"x","output":"2"}' '{"id":"b","model":"x","output":"5"}' \
    '{"id":"a","model":"y","output":"2"}' '{"id":"b","model":"y","output":"4"}' > several.jsonl
expect_ok assay run -q --db several.db -m recorded:several.jsonl --data asked.jsonl \
    --prompt '{{q}}' --target '{{answer}}' --json
expect_json '[(r["model"], r["metrics"][0]["mean"]) for r in o["runs"]]' \
    "[('recorded:several.jsonl#x', 0.5), ('recorded:several.jsonl#y', 1)]"
expect_ok assay run -q --db several.db -m 'recorded:several.jsonl#y' --data asked.jsonl \
    --prompt '{{q}}' --target '{{answer}}' --json
expect_json 'len(o["runs"])' 1

[ -d "$shared/data/gsm8k" ] || finish

title "GSM8K: the verdicts that its authors recorded"
g="$shared/data/gsm8k/model_solutions.jsonl"
expect_ok assay import "$g" --db gsm8k.db --name gsm8k --json --prompt question \
    --target "{{ground_truth.split('A: ')[-1]}}" \
    --output "6b_finetuning={{item['6b_finetuning'].solution}}" \
    --output "6b_verification={{item['6b_verification'].solution}}" \
    --output "175b_finetuning={{item['175b_finetuning'].solution}}" \
    --output "175b_verification={{item['175b_verification'].solution}}" \
    --extract 'A:\s*([-0-9.,]+)' --ignore , --ignore '\.$'
expect_json '[round(r["metrics"][0]["mean"] * r["n_items"]) for r in o]' '[286, 515, 458, 742]'
expect_json '[r["n_items"] for r in o]' '[1319, 1319, 1319, 1319]'
expect_ok assay compare 2 3 --db gsm8k.db --json
expect_json '(o[0]["a_only_right"], o[0]["b_only_right"], round(o[0]["p"], 7))' '(209, 152, 0.0031507)'
expect_ok assay compare 4 2 --db gsm8k.db --json
expect_json '(o[0]["a_only_right"], o[0]["b_only_right"], round(o[0]["log10_p"], 5))' '(306, 79, -31.90656)'
expect_ok assay compare 4 2 --db gsm8k.db
expect_out 'mcnemar-exact 1\.2e-32'

title "BBH: the accuracies that its authors recorded"
bbh() { # TASK KIND OPTION...
    file=$shared/data/bbh/$1.outputs-$2.json name=$1 kind=$2; shift 2
    expect_ok assay import "$file" --records outputs --db bbh.db --json --name "$name-$kind" \
        --prompt input --output "$kind={{prediction}}" --target '{{target.strip()}}' --strip "$@"
    want=$(python3 -c 'import json,sys; e=json.load(open(sys.argv[1])); print(e[sys.argv[2]]["value"])' \
        "$shared/data/bbh/expected.json" "accuracy_${kind}_$name")
    expect_json "abs(o[0]['metrics'][0]['mean'] * 100 - $want) <= 0.005" True
    items=$(python3 -c 'import json,sys; e=json.load(open(sys.argv[1])); print(e[sys.argv[2]]["value"])' \
        "$shared/data/bbh/expected.json" "items_$name")
    expect_json 'o[0]["n_items"]' "$items"
}
for task in boolean_expressions date_understanding navigate ruin_names snarks sports_understanding; do
    bbh $task direct
    bbh $task cot --extract '(?s).*answer is (.*)' --or-whole --ignore '\.$'
done

finish
