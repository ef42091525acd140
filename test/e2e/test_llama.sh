#!/bin/sh
# The same models in this process and behind llama.cpp, an endpoint that nobody here wrote:
# the same answers to the built-in tasks.
. "$(dirname "$0")/lib.sh"
file=$root/share/models/tiny-4.gguf
"$root/test/e2e/llama_start.sh" tiny-4="$file" > out/server 2> out/skip
status=$?
if [ $status = 77 ]; then
    cat out/skip
    finish
fi
[ $status = 0 ] || { cat out/skip; exit 1; }
read -r url server < out/server
trap 'kill $server; chmod -R u+w "$work"; rm -rf "$work"' EXIT

title "the built-in suite by local: and by llama.cpp"
expect_ok assay run -q --json -m local:tiny-4 -t tiny
expect_ok assay run -q --json -m "$url#tiny-4" --api completions -t tiny --concurrency 4
sql() { sqlite3 assay.db "$@"; }
expect_same "all runs have an end" "$(sql "SELECT DISTINCT state FROM run")" finished
expect_same "errors" "$(sql "SELECT count(*) FROM sample WHERE outcome = 'error'")" 0
tasks=$(sql "SELECT count(DISTINCT task) FROM run")
expect_same "runs" "$(sql "SELECT count(*) FROM run")" $((2 * tasks))

# Items judged differently, by task: at most one.
pairs="judgement ja JOIN sample sa ON sa.id = ja.sample_id JOIN run ra ON ra.id = sa.run_id
       JOIN model ma ON ma.id = ra.model_id AND ma.provider = 'local'
       JOIN run rb ON rb.task = ra.task AND rb.id <> ra.id
       JOIN sample sb ON sb.run_id = rb.id AND sb.position = sa.position
            AND sb.repeat_index = sa.repeat_index
       JOIN judgement jb ON jb.sample_id = sb.id AND jb.criterion = ja.criterion
            AND jb.filter = ja.filter"
expect_same "items in both" "$(sql "SELECT count(DISTINCT sa.id) FROM $pairs")" \
    "$(sql "SELECT count(*) / 2 FROM sample")"
sql "SELECT ra.task, ja.criterion, count(*), sum(ja.value <> jb.value), sum(ja.label <> jb.label)
     FROM $pairs GROUP BY 1, 2" > tasks.txt
while IFS='|' read -r task metric n other texts; do
    if [ "$other" -le 1 ]; then good; else bad "$task: $other of $n differ in $metric"; fi
    echo "   $task $metric: $n items, $other judged differently, $texts texts differ"
done < tasks.txt

title "log-probabilities within 0.01"
sql "SELECT sa.detail, sb.detail FROM $pairs WHERE ra.task = 'tiny_capital_choice' AND ja.criterion = 'acc'" \
    -separator "$(printf '\t')" > details.txt
python3 - > out/stdout 2> out/stderr << 'END'
import json
worst, n = 0, 0
def numbers(value):
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from numbers(inner)
for line in open("details.txt"):
    a, b = (list(numbers(json.loads(x))) for x in line.split("\t"))
    assert len(a) == len(b) >= 4, line
    worst, n = max([worst] + [abs(x - y) for x, y in zip(a, b)]), n + len(a)
print(f"{n} numbers, largest difference {worst:.5f}")
assert n >= 100 and worst < 0.01
END
expect_same "comparison of log-probabilities" $? 0
cat out/stdout
finish
