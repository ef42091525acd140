#!/bin/sh
# Likelihoods and answers in the model's own chat form: its template, examples as turns.
. "$(dirname "$0")/lib.sh"

title "a preview shows the messages, and the text that the template makes of them"
expect_ok assay task preview tiny_capital_choice -m local:tiny-4 --apply-chat-template --json
expect_same 'the role' "$(json "o['requests'][0]['messages'][0]['role']")" user
text=$(json "o['requests'][0]['text']")
expect_same 'the continuation, without a delimiter' "$(json "o['requests'][0]['continuation']")" Paris
expect_ok assay task preview tiny_capital_choice -m local:tiny-4 --json
expect_same 'the mode' "$(json "o['mode']")" plain

title "system instruction and examples are messages of their own"
mkdir -p tasks data/d/default data/s/default
printf '{"q":"a","a":"1"}\n{"q":"b","a":"2"}\n{"q":"c","a":"3"}\n' > data/s/default/test.jsonl
cat > tasks/shots.yaml << 'END'
task: shots
dataset_path: s
test_split: test
doc_to_text: q
doc_to_target: a
END
expect_ok assay task preview shots -m local:tiny-4 --apply-chat-template --json --tasks tasks --data data \
    --fewshot 2 --fewshot-as-multiturn --system-instruction 'Be brief.'
expect_same 'the roles' "$(json "' '.join(m['role'] for m in o['requests'][0]['messages'])")" \
    'system user assistant user assistant user'

title "a run scores what the preview shows"
expect_ok assay run -q -m local:tiny-4 -t tiny_capital_choice -n 1 --apply-chat-template
cat > tasks/plain.yaml << 'END'
task: plain
dataset_path: d
test_split: test
output_type: multiple_choice
doc_to_text: text
doc_to_choice: choices
doc_to_target: gold
target_delimiter: ""
END
expect_ok assay samples 1 --json
chat=$(json "o[0]['detail']['logprobs']")
python3 - out/stdout "$text" > data/d/default/test.jsonl << 'END'
import json, sys
sample = json.load(open(sys.argv[1]))[0]
print(json.dumps({"text": sys.argv[2], "choices": sample["detail"]["choices"], "gold": 0}))
END
expect_ok assay run -q -m local:tiny-4 -t plain --tasks tasks --data data
expect_ok assay samples 2 --json
expect_same 'the log-likelihoods' "$(json "o[0]['detail']['logprobs']")" "$chat"
expect_ok assay run -q -m local:tiny-4 -t tiny_capital_choice -n 1
expect_status 1 assay compare 1 3
expect_err 'mode'

title "what cannot chat says so before anything is asked"
expect_status 2 assay run -q -m http://127.0.0.1:9/v1#m --api completions --apply-chat-template \
    -t tiny_sum_public
expect_err 'cannot be asked with messages'
finish
