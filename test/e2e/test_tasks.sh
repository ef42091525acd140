#!/bin/sh
# Task files with declared process_docs, functions, and a table of what a folder needs.
. "$(dirname "$0")/lib.sh"
mkdir -p tasks data/d/default
for i in 0 1 2 3 4 5; do
    printf '{"question":"q%d","subject":"%s","options":["a","b","c"],"right":%d}\n' \
        $i "$([ $((i % 2)) = 0 ] && echo law || echo art)" $((i % 3))
done > data/d/default/test.jsonl
cat > tasks/law.yaml << 'END'
task: law
dataset_path: d
test_split: test
output_type: multiple_choice
doc_to_text: "{{question}}{% for o in options %} {{ 'ABC'[loop.index0] }}. {{o}}{% endfor %}\nAnswer:"
doc_to_choice: ["A", "B", "C"]
doc_to_target: gold
metric_list:
  - metric: acc
metadata:
  assay:
    process_docs:
      - filter: {subject: law}
      - set: {gold: "{{ right }}"}
      - shuffle: {seed: 0}
END

title "process_docs as declared: in a preview, a run, a rerun and a rescore"
expect_ok assay task preview law --tasks tasks --data data --item 2 --json
expect_same 'the prompt' "$(json "o['requests'][0]['prompt'][:2]")" q2 # random.Random(0): 0 2 1
expect_status 1 assay task preview law --tasks tasks --data data --item 3
expect_err 'has 3 items'
expect_ok assay run -q -m local:tiny-4 -t law --tasks tasks --data data --json
expect_same 'the items' "$(json "o['runs'][0]['n_samples'], o['runs'][0]['n_items']")" '(3, 3)'
value=$(json "o['runs'][0]['metrics'][0]['mean']")
expect_ok assay samples 1 --json
expect_same 'the questions' "$(json "[s['item']['question'] for s in o]")" "['q0', 'q4', 'q2']"
expect_ok assay run -q -m local:tiny-4 -t law --tasks tasks --data data --json
expect_same 'the run' "$(json "o['runs'][0]['run']")" 1
expect_ok assay rescore 1 -t law --tasks tasks
expect_ok assay show 1 --json
expect_same 'the mean' "$(json "o['metrics'][0]['mean']")" "$value"

title "a function is refused with its name, its source and what would do"
cat > tasks/own.yaml << 'END'
include: law.yaml
task: own
metadata: null
process_docs: !function code.docs
metric_list:
  - metric: taste
END
printf 'def docs(d):\n    return d\n' > tasks/code.py
expect_status 1 assay run -q -m local:tiny-4 -t own --tasks tasks --data data
expect_err 'own.yaml:4:15: needs the Python function "code.docs".*SHA-256 [0-9a-f]{64}.*no native version'

title "a folder is checked as a whole, with a table by reason"
expect_status 1 assay task check tasks
expect_out '^1 +0 +function process_docs: code.docs +own$'
expect_out '^1 +0 +metric taste +own$'
expect_err '1 of 2 tasks and 0 of 0 groups can run'
expect_status 1 assay task check tasks --json
expect_same 'the counts' "$(json "o['tasks'], o['runnable_tasks'], len(o['reasons'])")" '(2, 1, 2)'
finish
