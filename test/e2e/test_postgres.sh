#!/bin/sh
# The same evaluation in PostgreSQL: the same numbers as in SQLite, and nothing lost by kills.
. "$(dirname "$0")/lib.sh"
. "$root/test/e2e/model_server.sh"
bin=$(ls -d /usr/lib/postgresql/*/bin 2> out/ls | tail -1)
[ -n "$bin" ] || { echo "PostgreSQL's server is not installed"; finish; }

# It refuses to run as root; root becomes the user postgres.
as_user=
[ "$(id -u)" = 0 ] && as_user="setpriv --reuid=postgres --regid=postgres --clear-groups"
place=$(mktemp -d) && chmod 777 "$place" || exit 2
postgres=
trap 'end_children; [ -n "$postgres" ] && kill -QUIT $postgres && wait $postgres; rm -rf "$place" "$work"' EXIT
(cd "$place" && $as_user "$bin/initdb" -D "$place/data" -U assay -A trust -E UTF8 --no-sync) > out/initdb 2>&1 ||
    { bad "initdb failed"; cat out/initdb; finish; }
cd "$place" && { $as_user "$bin/postgres" -D "$place/data" -k "$place" -c listen_addresses= -c fsync=off \
    > "$work/out/postgres" 2>&1 & postgres=$!; }
cd "$work" || exit 2
wait_for "$bin/pg_isready" -q -h "$place" -U assay
"$bin/createdb" -h "$place" -U assay eval
url="postgres://assay@/eval?host=$place"
pg() { "$bin/psql" -h "$place" -U assay -At eval -c "$1"; }

title "the same numbers"
expect_ok assay run -q --json -m local:tiny-2 -t tiny
cp out/stdout sqlite.json
expect_ok assay run -q --json -m local:tiny-2 -t tiny --db "$url"
cp out/stdout postgres.json
# All but the times.
for kind in sqlite postgres; do
    python3 -c '
import json, sys
o = json.load(sys.stdin)
for r in o["runs"]:
    for key in ("created", "finished", "latency", "first_token"):
        del r[key]
print(json.dumps(o, indent=1, sort_keys=True))' < $kind.json > $kind.txt
done
expect_ok cmp sqlite.txt postgres.txt
expect_true "there is something to compare" "$(wc -l < sqlite.txt)" -gt 100
expect_ok assay runs --db "$url"
expect_out 'tiny_capital'

title "the same coverage of extraction rules"
printf '%s\n' '{"id": 1, "prompt": "p", "output": "答案是B", "target": "B"}' \
    '{"id": 2, "prompt": "p", "output": "选C", "target": "B"}' \
    '{"id": 3, "prompt": "p", "output": "?", "target": "B"}' > letters.jsonl
expect_ok assay import letters.jsonl --extract choice --db "$url" --json
expect_json '[(r["rule"], r["n"], r["found"], r["mean"]) for r in o[0]["rules"]]' \
    "[('cue', 2, 2, 0.5), ('nothing', 1, 0, None)]"

title "killed three times"
write_questions 600
start_model delay=20 arrivals=1
stored() { [ "$(pg "SELECT count(*) FROM sample s JOIN run r ON r.id = run_id WHERE task = 'questions'")" -ge "$1" ]; }
for n in 1 150 300; do
    begin_ask --db "$url" --concurrency 16
    wait_for stored $n
    kill -KILL "$run"
    wait "$run" 2> out/wait
    pg "SELECT convert_from(text, 'UTF8') FROM response WHERE model_id = (SELECT max(id) FROM model)" \
        > "paid.$n"
    wc -l < log > "seen.$n"
done
expect_ok ask --db "$url"
expect_same "samples" "$(pg "SELECT count(*), count(DISTINCT position) FROM sample s JOIN run r ON r.id = run_id
    WHERE task = 'questions' AND outcome = 'scored'")" "600|600"
for n in 1 150 300; do
    expect_true "replies at the kill" "$(wc -l < paid.$n)" -ge "$n"
    twice=$(tail -n +$(($(cat seen.$n) + 1)) log |
        awk 'FILENAME != "-" { paid[$1] = 1 } FILENAME == "-" && $2 == "asked" && $5 in paid { n++ } END { print n + 0 }' paid.$n -)
    expect_same "requests asked again although their reply was stored" "$twice" 0
done
stop_model
finish
