#!/bin/sh
# Every golden task, group and tag of lm-evaluation-harness through HTTP: the same numbers.
. "$(dirname "$0")/lib.sh"
golden=$shared/golden/lm-eval
[ -d "$golden" ] || { echo "golden data are not here"; finish; }

python3 - "$golden/fake_lm.py" > out/server 2> out/server.err << 'END' &
# fake_lm.py on any free port, with room for many connections at once
import importlib.util, sys
spec = importlib.util.spec_from_file_location("fake_lm", sys.argv[1])
fake = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fake)
fake.ThreadingHTTPServer.request_queue_size = 128
fake.main(["fake_lm.py", "0"])
END
server=$!
trap 'kill $server; chmod -R u+w "$work"; rm -rf "$work"' EXIT
for _ in $(seq 1000); do
    grep -q http out/server && break
    sleep 0.01
done
url=$(cat out/server)

lm() { # OPTIONS: assay run with the golden tasks, data and model
    assay run -q --json -m "$url#fake-lm" --tasks "$golden/tasks" --data "$golden/data" \
        --concurrency 16 "$@"
}
compare() { # FILE RESULT TASK [RUN]
    last="golden_compare.py $*"
    if python3 "$root/test/e2e/golden_compare.py" "$@" > out/stdout 2> out/stderr; then
        good
    else
        bad "the numbers differ"
    fi
}

check() { # EXPECTED NAME RUN OPTIONS...: all of a group's tasks are compared
    expected=$1 name=$2 mode=$3; shift 3
    if grep -q '"kind": "task"' "$expected"; then only=$name; else only=; fi
    expect_ok lm -t "$name" "$@"
    cp out/stdout result.json
    compare "$expected" result.json "$only" "$mode"
}

title "tasks, groups and tags by completions"
for file in "$golden"/expected/*.json; do
    name=$(basename "$file" .json)
    check "$file" "$name" "" --api completions
done
title "tasks by chat"
for file in "$golden"/expected/chat/*.json; do
    name=$(basename "$file" .json)
    check "$file" "$name" singleturn --api chat
    check "$file" "$name" multiturn --api chat --fewshot-as-turns
    check "$file" "$name" multiturn_system --api chat --fewshot-as-turns \
        --system 'You are a careful examiner.'
done

# Outputs recorded earlier give the same numbers: the golden answers, under the items' keys. Only
# texts can be recorded; tasks by likelihood are compared above.
title "generating tasks from recorded outputs"
record() { # EXPECTED RUN: golden answers as recorded outputs
    assay samples "$2" -n 0 --json > samples.json && python3 - "$1" samples.json << 'END'
import json, sys
expected, samples = json.load(open(sys.argv[1])), json.load(open(sys.argv[2]))
keys = {s["position"]: s["item_key"] for s in samples}
for s in expected["samples"][expected["name"]]:
    for text in s["responses"][0]:
        print(json.dumps({"id": keys[s["doc_id"]], "output": text}))
END
}
for file in "$golden"/expected/chat/*.json; do
    name=$(basename "$file" .json)
    expect_ok lm -t "$name" --api completions
    record "$golden/expected/$name.json" "$(json "o['runs'][0]['run']")" > recorded.jsonl
    expect_ok assay run -q --json -m recorded:recorded.jsonl -t "$name" --tasks "$golden/tasks" \
        --data "$golden/data"
    cp out/stdout result.json
    compare "$golden/expected/$name.json" result.json "$name" ""
done
finish
