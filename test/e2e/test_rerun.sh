#!/bin/sh
# What a command run again finds: the same run when it asks for the same, another one when
# anything that changes an answer is different.
. "$(dirname "$0")/lib.sh"
. "$root/test/e2e/model_server.sh"
write_questions 5
start_model arrivals=1
runs() { sql "SELECT count(*) FROM run"; }

title "a model named twice is refused, not written twice"
expect_status 2 ask -m "$model"
expect_err 'is named twice'

title "a model file with new content is a new run"
cp "$root/share/models/tiny-2.gguf" mine.gguf
expect_ok assay run -q -m local:mine.gguf -t tiny_compare -n 5
cp "$root/share/models/tiny-8.gguf" mine.gguf
expect_ok assay run -q -m local:mine.gguf -t tiny_compare -n 5
expect_same "runs" "$(runs)" 2
expect_ok assay run -q -m local:mine.gguf -t tiny_compare -n 5
expect_same "runs" "$(runs)" 2

title "fields added to the request make a new run"
rm assay.db
run_file() { # EFFORT
    printf '%s\n' 'models:' "  - {name: m, provider: openai, address: \"${model%#*}\", model: fake," \
        "     extra: {effort: $1}}" 'data: questions.csv' "prompt: '{{question}}'" \
        "target: '{{answer}}'" > run.yaml
}
run_file low
expect_ok assay run -q run.yaml
run_file high
expect_ok assay run -q run.yaml
expect_same "runs" "$(runs)" 2
expect_same "requests" "$(asked)" 10

title "another server behind OPENAI_BASE_URL makes a new run"
rm assay.db
openai() { OPENAI_BASE_URL=$1 OPENAI_API_KEY=k assay run -q -m openai:fake --data questions.csv \
    --prompt '{{question}}' --target '{{answer}}'; }
expect_ok openai "${model%#*}"
expect_ok openai "$(echo "${model%#*}" | sed 's/127.0.0.1/localhost/')"
expect_same "runs" "$(runs)" 2

title "two tasks with one protocol are two runs"
rm assay.db
mkdir -p data/q/default
cp questions.csv data/q/default/test.csv
for name in one two; do
    printf '%s\n' "task: $name" 'dataset_path: q' 'test_split: test' \
        'output_type: generate_until' 'doc_to_text: "{{question}}"' \
        'doc_to_target: "{{answer}}"' 'metric_list: [{metric: exact_match}]' > $name.yaml
done
expect_ok assay run -q -m "$model" -t one.yaml -t two.yaml --data data
expect_same "runs" "$(sql "SELECT count(*), sum(state = 'finished') FROM run")" "2|2"

title "documents changed in another way are another run"
rm assay.db
for n in 2 3; do
    { cat one.yaml; printf '%s\n' "metadata: {assay: {process_docs: [{first: $n}]}}"; } > first.yaml
    expect_ok assay run -q -m "$model" -t first.yaml --data data --json
    expect_json 'o["runs"][0]["n_items"] if isinstance(o, dict) else o[0]["n_items"]' $n
done
expect_same "runs" "$(runs)" 2
expect_status 1 assay compare 1 2
expect_err 'process_docs: \[\{"first":2\}\] / \[\{"first":3\}\]'

title "two different tasks of one name are refused"
mkdir other
sed 's/{{question}}/Q: {{question}}/' one.yaml > other/one.yaml
expect_status 2 assay run -q -m "$model" -t one.yaml -t other/one.yaml --data data
expect_err 'two different tasks are called "one"'

title "a budget needs prices, and small prices add up"
rm assay.db
expect_status 2 ask --max-cost 1
expect_err '--max-cost needs the prices'
expect_status 4 ask --price-in 0.01 --price-out 0.01 --max-cost 0.0000003
expect_err 'budget of 3e-07 is reached'

title "a key in a run file is refused, not stored"
rm assay.db
run_file low
sed 's/extra: {effort: low}/headers: {Authorization: "Bearer sk-31415926535897"}/' run.yaml > key.yaml
expect_status 2 assay run -q key.yaml
expect_err 'looks like a key'
sed 's/extra: {effort: low}/headers: {X-Name: "sk-31415926535897"}/' run.yaml > key.yaml
expect_status 2 assay run -q key.yaml
if grep -r -a -q 31415926535897 assay.db* out; then bad "the key was told"; else good; fi

title "a gate that cannot be read is told before anything is asked"
before=$(asked)
expect_status 2 ask --gate 'exact_match=>1'
expect_err 'cannot read gate'
expect_same "requests" "$(asked)" "$before"

title "a gate does not pass because a task has no answers at all"
printf 'id,question,answer\nq,[[fail]],1\n' > fails.csv
expect_status 3 assay run -q -m "$model" --data fails.csv --prompt '{{question}}' \
    --target '{{answer}}' --gate 'exact_match>=0'

title "a second task that cannot start leaves no run behind"
rm -f assay.db
sed 's/{{question}}/{{nothing}}/; s/one/broken/' one.yaml > broken.yaml
expect_status 1 assay run -q -m "$model" -t one.yaml -t broken.yaml --data data
expect_same "runs" "$(sql "SELECT count(*) FROM run")" 0

title "a disk that is full ends a run of recorded outputs"
awk 'BEGIN { for (i = 0; i < 20000; i++)
    printf "{\"id\":\"q%d\",\"model\":\"m\",\"output\":\"%d\",\"question\":\"What is %d?\",\"answer\":\"%d\"}\n", i, i, i, i }' > recorded.jsonl
recorded() { # OPTIONS
    assay run -q -m recorded:recorded.jsonl --data recorded.jsonl --prompt '{{question}}' \
        --target '{{answer}}' --db full.db "$@"
}
expect_ok recorded -n 30
kilobytes=$(($(stat -c %s full.db) / 1024))
limited() (
    ulimit -f $(($1 + 1500))
    timeout -s KILL 60 assay run -q -m recorded:recorded.jsonl --data recorded.jsonl \
        --prompt '{{question}}' --target '{{answer}}' --db full.db
)
expect_status 1 limited "$kilobytes"
expect_err 'database "full.db"'
expect_ok recorded
expect_same "samples" "$(db=full.db sql "SELECT count(*) FROM sample WHERE run_id = 2")" 20000

title "an interrupted --fresh run is finished by the same command"
stop_model
start_model delay=300 arrivals=1
rm -f assay.db
fresh() { assay run -m "$model" --data questions.csv --prompt '{{question}}' --target '{{answer}}' \
    --concurrency 1 --fresh; }
stored() { [ "$(sql "SELECT count(*) FROM response WHERE id > 5" 2> out/sql)" -ge "$1" ]; }
expect_ok ask
begin_ask --concurrency 1 --fresh
wait_for stored 2
kill -KILL $run
wait $run 2> /dev/null
before=$(asked)
expect_ok fresh
expect_err 'going on with the unfinished --fresh run'
expect_same "runs" "$(sql "SELECT count(*), sum(state = 'finished') FROM run")" "2|2"
expect_same "samples" "$(sql "SELECT count(*) FROM sample WHERE run_id = 2")" 5
expect_true "some answers were kept" $(($(asked) - before)) -lt 5
expect_ok fresh
expect_same "runs" "$(sql "SELECT count(*), sum(state = 'finished') FROM run")" "3|3"
if grep -q 'going on' out/stderr; then bad "a finished run is gone on with"; else good; fi

title "scored again, likelihoods that a filter kept back stay so"
rm assay.db
expect_ok assay run -q -m local:tiny-1 -t tiny_capital_choice -n 4
sql "UPDATE sample SET outcome = 'filtered' WHERE position = 0;
    UPDATE judgement SET outcome = 'filtered', value = NULL WHERE sample_id =
    (SELECT id FROM sample WHERE position = 0)"
expect_ok assay rescore 1
expect_same "outcomes" "$(sql "SELECT s.outcome, j.outcome, j.value IS NULL FROM sample s JOIN judgement j ON j.sample_id = s.id WHERE position = 0 LIMIT 1")" "filtered|filtered|1"

title "a start that fails leaves no model, batch or run"
rm assay.db
rows() { sql "SELECT (SELECT count(*) FROM model), (SELECT count(*) FROM batch), (SELECT count(*) FROM run)"; }
sed 's/question/quest/' one.yaml > three.yaml
sed -i 's/task: one/task: three/' three.yaml
expect_status 1 assay run -q -m local:tiny-1 -t one.yaml -t three.yaml --data data
expect_same "rows" "$(rows)" "0|0|0"
expect_ok assay run -q -m local:tiny-1 -t two.yaml -n 2 --data data
sql "UPDATE run SET owner = 'elsewhere:12:34', state = 'running'"
expect_status 1 assay run -q -m local:tiny-1 -t one.yaml -t two.yaml -n 2 --data data
expect_err 'run 1 is being worked on by process elsewhere:12:34'
expect_same "rows" "$(rows)" "1|1|1"

finish
