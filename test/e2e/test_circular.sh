#!/bin/sh
# Options in every order, and shuffled, from a task file to the numbers.
. "$(dirname "$0")/lib.sh"

mkdir -p tasks data/quiz/default
python3 - > data/quiz/default/test.jsonl <<'END'
import json
for i in range(12):
    print(json.dumps({"id": str(i), "q": f"{i}+1?", "A": str(i + 1), "B": str(i + 2), "C": "0",
                      "answer": "ABC"[i % 3]}))
END
task() { # NAME LINES...: a task of three options
    printf '%s\n' "task: $1" 'dataset_path: quiz' 'test_split: test' 'doc_to_text: "{{q}} A. {{A}} B. {{B}} C. {{C}} Answer:"' \
        'doc_to_target: answer' "$2" 'metadata: {version: 1, assay: {option_order: {order: '"$3"', options: [A, B, C], answer: answer}}}' \
        > "tasks/$1.yaml"
}
choices='output_type: multiple_choice
doc_to_choice: ["A", "B", "C"]
metric_list: [{metric: acc}]'
written='output_type: generate_until
filter_list: [{name: letter, filter: [{function: extract, kind: choice, options: 3}, {function: take_first}]}]
generation_kwargs: {max_gen_toks: 8, until: ["\n"]}'
task circular "$choices" circular
task written "$written" circular
task shuffled "$choices" 'shuffle, seed: 3'

title "likelihoods: one sample an item, with the likelihoods of every order"
expect_ok assay run -q -m local:tiny-4 --tasks tasks --data data -t circular --json
expect_json '[m["metric"] for m in o["runs"][0]["metrics"]]' \
    "['acc_origin', 'acc_circular', 'more_1_circular', 'more_2_circular', 'perf_circular', 'acc_at_A', 'acc_at_B', 'acc_at_C']"
expect_json '(o["runs"][0]["n_samples"], o["runs"][0]["n_repeats"])' '(12, 1)'
cat > consistent.py <<'END'
import json
o = json.load(open("out/stdout"))
m = {x["metric"]: x["mean"] for x in o["runs"][0]["metrics"]}
total = m["more_1_circular"] + m["more_2_circular"] + m["perf_circular"]
places = m["acc_at_A"] + m["acc_at_B"] + m["acc_at_C"]
print(abs(total - 3 * m["acc_circular"]) < 1e-9, abs(places - total) < 1e-9,
      m["perf_circular"] <= m["acc_origin"])
END
expect_same "in how many orders, summed" "$(python3 consistent.py)" 'True True True'
expect_ok assay samples 1 --json
expect_json 'len(o[0]["detail"]["logprobs"])' 9

title "written answers: one sample for each order"
expect_ok assay run -q -m local:tiny-4 --tasks tasks --data data -t written --json
expect_json '(o["runs"][0]["n_samples"], o["runs"][0]["n_repeats"])' '(36, 3)'
expect_same "in how many orders, summed" "$(python3 consistent.py)" 'True True True'
expect_ok assay samples 2 --item 1 --json
expect_json '[x["target"] for x in o]' "['B', 'A', 'C']"
expect_json 'o[1]["prompt"]' '1+1? A. 3 B. 0 C. 2 Answer:'
expect_json 'o[0]["judgements"][0]["why"].split(" of ")[1]' '3 orders'
expect_ok assay samples 2 --item 1 --lang zh
expect_out '选项顺序答对 [0-9]+ 种，共 3 种'
expect_ok assay rescore 2
expect_err 'scored again: 0 judgements changed'
expect_status 2 assay run -q -m local:tiny-4 --tasks tasks --data data -t written --repeats 2
expect_err 'leave out --repeats'

title "a shuffle is the same every time"
expect_ok assay run -q -m local:tiny-4 --tasks tasks --data data -t shuffled --json
first=$(json '[m["mean"] for m in o["runs"][0]["metrics"]]')
expect_ok assay run -q -m local:tiny-4 --tasks tasks --data data -t shuffled --json --fresh
expect_json '[m["mean"] for m in o["runs"][0]["metrics"]]' "$first"
expect_ok assay samples 3 --json
expect_json 'len({x["prompt"].split("A. ")[1] for x in o}) > 1' True

title "the order as an option of run"
sed 's/^metadata.*/metadata: {version: 1}/; s/^task: .*/task: plain/' tasks/circular.yaml > tasks/plain.yaml
expect_ok assay run -q -m local:tiny-4 --tasks tasks --data data -t plain --json
plain=$(json 'o["runs"][0]["protocol_hash"]')
expect_ok assay run -q -m local:tiny-4 --tasks tasks --data data -t plain --option-order circular:A,B,C:answer --json
expect_json '[m["metric"] for m in o["runs"][0]["metrics"]][-1]' acc_at_C
expect_json "o['runs'][0]['protocol_hash'] != '$plain'" True
expect_json 'o["runs"][0]["protocol_hash"]' "$(assay show 1 --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["protocol_hash"])')"
expect_ok assay run -q -m local:tiny-4 --tasks tasks --data data -t written --option-order shuffle --json
expect_json '(o["runs"][0]["n_samples"], [m["metric"] for m in o["runs"][0]["metrics"]])' "(12, ['exact_match'])"
expect_ok assay run -q -m local:tiny-4 --data data/quiz/default/test.jsonl --prompt '{{q}} A. {{A}} B. {{B}} C. {{C}} Answer:' --target answer --extract choice --option-order circular:A,B,C:answer --json
expect_json '(o["runs"][0]["n_samples"], o["runs"][0]["n_repeats"])' '(36, 3)'
printf '%s\n' 'models: local:tiny-4' 'tasks: plain' 'option_order: "shuffle:A,B,C:answer"' > run.yaml
expect_ok assay run run.yaml -q --tasks tasks --data data
expect_status 2 assay run -q -m local:tiny-4 --tasks tasks --data data -t plain --option-order circular
expect_err 'task "plain" does not say which columns'
expect_status 2 assay run -q -m local:tiny-4 --tasks tasks --data data -t plain --option-order round
expect_err 'circular or shuffle'

title "mistakes are told"
sed -i 's/order: circular/order: round/; s/, answer: answer//' tasks/circular.yaml
expect_status 1 assay task check tasks/circular.yaml
expect_out '"order" must be circular or shuffle'
expect_out '"answer" \(a column\)'

finish
