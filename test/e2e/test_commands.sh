#!/bin/sh
# Tasks, data sets, models, rescoring and export as a user meets them, mistakes included.
. "$(dirname "$0")/lib.sh"

# ---- data sets ----

title "a data set is stored once"
cat > d.jsonl <<'END'
{"id": "a", "q": "1+1?", "a": "2"}
{"id": "b", "q": "2+2?", "a": "4"}
{"id": "c", "q": "3+4?", "a": "7"}
END
expect_status 1 assay dataset list
expect_err 'there is no database "assay\.db"'
expect_ok assay dataset import d.jsonl --name sums
expect_out 'stored sums:test as version 1, 3 items'
expect_ok assay dataset import d.jsonl --name sums
expect_out 'this content is version 1 already'
echo '{"id": "d", "q": "5+5?", "a": "10"}' >> d.jsonl
expect_ok assay dataset import d.jsonl --name sums --json
expect_json '(o["version"], o["items"], o["added"], o["columns"])' "(2, 4, True, ['id', 'q', 'a'])"
expect_ok assay dataset import d.jsonl --name sums --split dev
expect_ok assay dataset list
expect_out '^sums:test +2 +4 '
expect_out '^sums:dev +1 +4 '

title "looking at items"
expect_ok assay dataset show sums:test@1
expect_out 'sums:test, version 1'
expect_out '"3\+4\?"'
expect_not_out '5\+5'
expect_ok assay dataset show sums:test --item 3 --json
expect_json '(o["version"], [d["key"] for d in o["data"]])' "(2, ['d'])"
expect_ok assay dataset show sums -n 0 --json
expect_json 'len(o["data"])' 4
expect_status 1 assay dataset show sums --item 9
expect_err 'has 4 items, numbered from 0'
expect_status 1 assay dataset show sms
expect_err 'there is no data set "sms"; near it: "sums"'
expect_status 1 assay dataset show sums@7

title "files that are no data sets"
printf '{"a": 1}\n{"a": \n' > bad.jsonl
expect_status 1 assay dataset import bad.jsonl
expect_err 'bad\.jsonl:2'
: > empty.jsonl
expect_status 1 assay dataset import empty.jsonl
expect_err 'has no items; nothing was stored'
expect_status 2 assay dataset import d.txt
expect_err 'must end in \.jsonl'
expect_status 2 assay dataset import
echo '{"data": {"items": [{"x": 1}, {"x": 2}]}}' > deep.json
expect_ok assay dataset import deep.json --records data.items --json
expect_json 'o["items"]' 2
expect_status 1 assay dataset import deep.json --records data.rows
expect_err 'data\.rows'

# ---- models ----

title "models have names"
expect_ok assay model add small --provider local --address tiny-4
expect_ok assay model list
expect_out '^small +local +tiny-4'
expect_status 1 assay model add small --provider local --address tiny-1
expect_err 'already'
expect_ok assay model test small
expect_out 'replied in'
expect_ok assay run -m small --data d.jsonl --prompt '{{q}}' --target '{{a}}' --name quick -q
expect_out '^ +1 +small +quick'
expect_status 1 assay run -m small --data d.jsonl --prompt '{{question}}' --target '{{a}}'
expect_err '"question" is undefined; the columns are \["id","q","a"\]'
expect_ok assay model remove small
expect_status 1 assay model test smal
expect_ok assay show 1

title "a model that cannot work says why"
expect_ok assay model add dead --address http://127.0.0.1:9/v1 --model x --key-env TEST_KEY
expect_err 'TEST_KEY is not set yet'
expect_status 2 assay model test dead
expect_err 'no key: set the environment variable TEST_KEY'
expect_status 1 env TEST_KEY=abc assay model test dead
expect_err 'model "dead": could not reach the server'
expect_status 2 assay model add x --provider opnai --model y
expect_err 'unknown provider "opnai"; known are'
expect_status 2 assay model add x --address http://h/v1
expect_err 'what is the model called at the server .*Name it with -m'
expect_status 2 assay model add x --address http://h/v1 --model y --set rmp=3
expect_err 'unknown setting "rmp"; known are'
expect_status 1 assay model remove deed
expect_err 'there is no model "deed"; near it: "dead"'

title "a server is tested with one request"
cat > server.py <<'END'
import http.server, json, sys
class Server(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers.get("Authorization") != "Bearer right":
            status, reply = 401, {"error": {"message": "Incorrect API key", "code": "invalid_api_key"}}
        elif asked["model"] != "known":
            status, reply = 404, {"error": {"message": "no such model", "code": "model_not_found"}}
        else:
            status, reply = 200, {"model": "known-1", "choices": [
                {"message": {"role": "assistant", "content": "Hello!"}, "finish_reason": "stop"}]}
        body = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Server)
print(server.server_port, flush=True)
server.serve_forever()
END
mkfifo port
python3 server.py > port &
server=$!
read -r number < port
expect_ok assay model add good --address "http://127.0.0.1:$number/v1" --model known --key-env TEST_KEY
expect_ok assay model add lost --address "http://127.0.0.1:$number/v1" --model other --key-env TEST_KEY
expect_ok env TEST_KEY=right assay model test good
expect_out 'replied in .*"Hello!"'
expect_status 1 env TEST_KEY=wrong assay model test good
expect_err '401'
expect_status 1 env TEST_KEY=right assay model test lost
expect_err 'no such model'
expect_ok env TEST_KEY=right assay model test good --json
expect_json '(o["ok"], o["reply"], o["served_model"])' "(True, 'Hello!', 'known-1')"
expect_ok assay model add good --address "http://127.0.0.1:$number/v1" --model known \
    --key-env TEST_KEY --db asked.db
expect_status 2 assay run -m goood --data d.jsonl --prompt '{{q}}' --target '{{a}}' --db asked.db
expect_err 'the model "goood".*near it: "good"'
expect_ok env TEST_KEY=right assay run -m good --data d.jsonl --prompt '{{q}}' --target '{{a}}' \
    --name asked -q --db asked.db
expect_out '^ +1 +good +asked'
kill $server

title "keys are refused and never repeated"
secret=sk-abcdefghijklmnopqrstuvwxyz0123456789
for place in "--key-env $secret" "--set api_key=abc" "--set extra={\"token\":\"abc\"}" \
    "--set headers={\"X\":\"$secret\"}" "--model $secret" "--address http://h/v1?key=abc"; do
    expect_status 2 assay model add leaky --address http://h/v1 --model y $place
    expect_err 'looks like a key'
    expect_same "times the key is shown" "$(cat out/stdout out/stderr | grep -c "$secret")" 0
done
expect_status 2 assay model add leaky --address "http://me:pw@h/v1" --model y
expect_same "times the key is stored" "$(grep -c "$secret" assay.db)" 0

# ---- tasks ----

title "tasks are found, shown and checked"
mkdir -p tasks data/sums/default
cp d.jsonl data/sums/default/test.jsonl
cat > tasks/sums.yaml <<'END'
task: sums_short
dataset_path: sums
test_split: test
fewshot_split: test
output_type: generate_until
doc_to_text: "Q: {{q}}\nA:"
doc_to_target: "{{a}}"
generation_kwargs:
  until: ["\n", "Q:"]
  max_gen_toks: 5
metric_list:
  - metric: exact_match
END
export ASSAY_TASKS=tasks ASSAY_DATA=data
expect_ok assay task list sums --json
expect_json '[(t["name"], t["kind"]) for t in o if t["name"] == "sums_short"]' "[('sums_short', 'task')]"
expect_ok assay task show sums_short
expect_out '^doc_to_text: "Q: \{\{q\}\}'
cp out/stdout again.yaml
expect_ok assay task check again.yaml
expect_err 'no problems in 1 file'
expect_status 1 assay task show sums_shot
expect_err 'near it: "sums_short"'
expect_ok assay task check tasks
cat > broken.yaml <<'END'
task: broken
dataset_path: x
test_split: test
doc_to_text: "{{q"
doc_to_target: "{{a}}"
fewshot_delimeter: "x"
metric_list:
  - metric: exakt_match
END
expect_status 1 assay task check broken.yaml tasks
expect_out '^broken\.yaml:4:[0-9]+: '
expect_out '^broken\.yaml:6:[0-9]+: unknown key "fewshot_delimeter"'
expect_out '^broken\.yaml:8:[0-9]+: unknown metric "exakt_match"'
expect_err '3 problems in 1 of 2 files'
printf 'task: [\n' > worse.yaml
expect_status 1 assay task check worse.yaml
expect_out '^worse\.yaml:2:'
expect_status 1 assay task check nothing.yaml
expect_err 'nothing\.yaml'
expect_status 1 assay run -m local:tiny-4 -t ./broken.yaml
expect_err 'broken\.yaml:'

title "a preview is the prompt, byte for byte"
expect_ok assay task preview sums_short --item 1 --fewshot 1 --json
expect_json 'o["requests"][0]["prompt"].endswith("\n\nQ: 2+2?\nA:")' True
expect_json '(o["target"], o["stop"], o["parameters"]["max_tokens"])' "('4', ['\\n', 'Q:'], 5)"
prompt=$(json 'o["requests"][0]["prompt"]')
expect_ok assay run -m local:tiny-4 -t sums_short --fewshot 1 -q --json
expect_ok assay samples 2 --item 1 --json
expect_same "the prompt of the run" "$(json 'o[0]["prompt"]')" "$prompt"
expect_ok assay task preview sums_short --fewshot 1 --fewshot-as-turns --json
expect_json '[m["role"] for m in o["requests"][0]["messages"]]' "['user', 'assistant', 'user']"
expect_ok assay task preview sums_short --chat --system 'Be brief.'
expect_out '^── system'
expect_out '^Be brief\.'
expect_status 1 assay task preview sums_short --item 4
expect_err 'has 4 items, numbered from 0'
expect_status 1 env ASSAY_DATA=nodata assay task preview sums_short
expect_err 'data set "sums"'

# ---- rescore ----

title "stored outputs are scored again"
cat > outputs.jsonl <<'END'
{"id": 1, "prompt": "p", "output": "It is 4.", "target": "4"}
{"id": 2, "prompt": "p", "output": "It is Five.", "target": "five"}
{"id": 3, "prompt": "p", "output": "6", "target": "6"}
END
expect_ok assay import outputs.jsonl --name words --json
expect_json 'round(o[0]["metrics"][0]["mean"], 4)' 0.3333
expect_ok assay rescore 3 --extract '(\w+)\.?$' --json
expect_json '(o["changed"], round(o["run"]["metrics"][0]["mean"], 4))' '(2, 0.6667)'
expect_ok assay rescore 3 --ignore-case --json
expect_json '(o["changed"], o["run"]["metrics"][0]["mean"])' '(1, 1)'
expect_ok assay rescore 3
expect_err 'run 3 scored again: 0 judgements changed'
expect_ok assay show 3 --json
protocol=$(json 'o["protocol_hash"]')
expect_ok assay import outputs.jsonl --name words2 --extract '(\w+)\.?$' --ignore-case --json
expect_json 'o[0]["protocol_hash"]' "$protocol"
expect_ok assay rescore 1 -t sums_short
expect_status 1 assay rescore 99
expect_err 'there is no run 99'
expect_status 2 assay rescore 3 --or-whole
expect_status 1 assay rescore 3 --extract '['
expect_status 1 assay rescore 3 -t nothing
expect_status 2 assay rescore three
expect_ok assay show 3 --json
expect_json 'o["metrics"][0]["mean"]' 1

# ---- export ----

title "runs become files"
expect_ok assay export 3 4 runs.json
expect_err 'wrote runs\.json'
cp runs.json out/stdout
expect_json '(len(o["runs"]), len(o["samples"]), len(o["comparisons"]), sorted(o))' \
    "(2, 6, 1, ['comparisons', 'created', 'groups', 'program', 'runs', 'samples', 'title'])"
expect_ok assay export 3 - --format jsonl
expect_same "lines" "$(wc -l < out/stdout)" 3
expect_ok assay export 3 --format csv - --samples 1
expect_same "lines" "$(wc -l < out/stdout)" 2
expect_ok assay export 3 4 report.html
expect_in report.html '<!doctype html>|<!DOCTYPE html>'
expect_status 2 assay export 3 runs.pdf
expect_err 'the formats are json, jsonl, csv, xlsx, parquet and html'
expect_status 2 assay export 3
expect_status 1 assay export 3 98 runs.csv
expect_err 'there is no run 98'
expect_no_file runs.csv
expect_status 1 assay export 3 nofolder/runs.csv
expect_err 'could not create "nofolder/runs\.csv": '
expect_ok assay export 3 4 runs.xlsx
expect_ok assay dataset import runs.xlsx --sheet scores --name scores --json
expect_ok assay dataset show scores --json
expect_json '[(i["data"]["run"], i["data"]["metric"], all(type(i["data"][k]) in (int, float) for k in ("score", "interval low", "interval high", "n"))) for i in o["data"]]' "[(3, 'exact_match', True), (4, 'exact_match', True)]"
expect_ok assay dataset import runs.xlsx --name exported --json
expect_json 'o["items"]' 6
expect_ok assay dataset show exported --json
expect_json '[list(o["data"][0]["data"])[i] for i in (0, 1, 2, 5)]' "['run', 'model', 'task', 'outcome']"
ASSAY_DUCKDB=/nowhere expect_status 1 assay export 3 runs.parquet
expect_err 'Parquet needs the library of DuckDB'
expect_no_file runs.parquet

# ---- databases ----

title "databases that cannot be used"
cp assay.db newer.db
python3 -c 'import sqlite3; d = sqlite3.connect("newer.db")
d.execute("INSERT INTO schema_version (number, applied) VALUES (999, 0)"); d.commit()'
for command in "runs" "dataset list" "model list" "export 3 x.json" "rescore 3" \
    "import outputs.jsonl" "dataset import d.jsonl"; do
    expect_status 1 assay $command --db newer.db
    expect_err 'schema version 999.*use a newer assay'
done
expect_no_file x.json
echo "no database at all, but long enough to be read" > text.db
expect_status 1 assay runs --db text.db
expect_err 'text\.db'
expect_status 1 assay dataset import d.jsonl --db /proc/assay.db
expect_err '/proc/assay\.db'

# Everything may be written by root, who therefore becomes somebody else here.
as=
if [ "$(id -u)" = 0 ]; then as="setpriv --reuid=65534 --regid=65534 --clear-groups"; fi
if $as true 2> out/stderr; then
    mkdir locked && cp assay.db locked/ && cp "$root/build/release/assay" locked/ && chmod 755 .
    chmod -R a-w,a+rX locked
    expect_ok $as locked/assay runs --db locked/assay.db
    expect_out 'words2'
    for command in "dataset import d.jsonl --name n" "import outputs.jsonl --name n" "rescore 3"; do
        expect_status 1 $as locked/assay $command --db locked/assay.db
        expect_err 'check who may write'
    done
fi

# ---- everything ----

title "every command explains itself in both languages"
assay help | sed -n 's/^  \([a-z]*\( [a-z]*\)\{0,1\}\)   *[^ -].*/\1/p' > names
while read -r name; do
    expect_ok assay help $name
    expect_out '^usage: assay '
    expect_ok assay $name --help --lang zh
    expect_out '^用法：assay '
done < names
expect_same "commands with help" "$(test "$(wc -l < names)" -ge 20 && echo enough)" enough
expect_status 2 assay dataset exprt
expect_status 2 assay model add x --adress y
expect_err 'no option --adress'

title "runs shows the score of each run with its interval, and how many more metrics there are"
expect_ok assay run -q -m local:tiny-4 -t tiny_capital_choice -t tiny_sum_public -n 20 --db r.db
expect_ok assay runs --db r.db
expect_out 'tiny_sum_public +exact_match +[0-9.]+ +\[[0-9.]+, [0-9.]+\] +20 '
expect_out 'tiny_capital_choice +acc \+1 +100\.0 +\[83\.9, 100\.0\]'
last="COLUMNS=80 assay runs"
COLUMNS=80 assay runs --db r.db > out/stdout
expect_same "lines wider than 80" "$(awk 'length > 80' out/stdout | wc -l)" 0
expect_out 'tiny_sum_public +exact_match'

title "a run of nothing but errors says the commonest reason and what to do, not an empty table"
printf 'q,a\n1,2\n3,4\n' > two.csv
expect_status 4 assay run -q -m command:/bin/cat --data two.csv --prompt '{{q}}' --target '{{a}}' --db r.db
expect_out 'command:/bin/cat +two +- +-\* +- '
expect_out 'INCOMPLETE: 2 of 2 samples'
expect_out '^    2 × .*"text"'
expect_ok assay show 3 --db r.db --lang zh
expect_out '^    2 × 程序的回答里没有“text”'
expect_ok assay show 3 --db r.db --json
expect_json 'o["errors"][0]["n"]' 2
expect_ok assay runs --db r.db
expect_out 'command:/bin/cat +two +- +\*'

title "lines that a program writes unasked are dropped once it repeats ids"
cat > chatty.py <<'END'
import json, sys
for line in sys.stdin:
    q = json.loads(line)
    print(json.dumps({"id": q["id"], "text": q["prompt"]}), flush=True)
    print(json.dumps({"text": "a late second answer"}), flush=True)
END
(echo id,q; for i in $(seq 40); do echo "n$i,word$i"; done) > words.csv
expect_ok assay run -q -m 'command:python3 chatty.py' --data words.csv --prompt '{{q}}' --target '{{q}}' --db chatty.db
expect_out 'exact_match +100\.0 .* 40 '

title "options are judged as choices are"
printf '{"q":"The sky is","options":["blue","green"],"gold":0}\n' > choices.jsonl
expect_ok assay run -m local:tiny-4 --data choices.jsonl --prompt '{{q}}' --choices options --target gold --db choices.db
expect_out 'choices +acc +'
expect_ok assay run -m local:tiny-4 --data choices.jsonl --prompt '{{q}}' --choices options --target gold --metric exact_match --db choices.db
expect_out 'choices +exact_match +'

finish
