#!/bin/sh
# --until-ci: runs that end when their number is known well enough, and say how.
. "$(dirname "$0")/lib.sh"
. "$root/test/e2e/model_server.sh"

# 5,000 outputs, of each 5 in turn SHARE right; or SORTED: the first half right, the second wrong.
outputs() { # FILE RIGHT|sorted
    awk -v right="$2" 'BEGIN { for (i = 0; i < 5000; i++) {
        fine = right == "sorted" ? i < 2500 : (i * 7919) % 5 < right
        printf "{\"id\":\"q%d\",\"question\":\"what %d\",\"output\":\"%s\",\"target\":\"42\"}\n",
            i, i, fine ? "42" : "41" } }' > "$1"
}
score() { # FILE OPTION...
    file=$1; shift
    assay run -q -m "recorded:$file" --data "$file" --prompt '{{question}}' --target '{{target}}' \
        --json "$@"
}
metric() { json "o['runs'][0]['metrics'][0]['$1']"; }
width() { json "round(o['runs'][0]['metrics'][0]['high'] - o['runs'][0]['metrics'][0]['low'], 4)"; }

title "a run ends when the interval is narrow enough"
outputs four.jsonl 4
expect_ok score four.jsonl --until-ci 0.1
n=$(metric n)
expect_true "items: $n" "$n" -gt 700 -a "$n" -lt 4500
expect_json "o['runs'][0]['metrics'][0]['method']" sequence
expect_json "o['runs'][0]['ended_early']" True
expect_json "o['runs'][0]['incomplete']" False
expect_json "o['runs'][0]['state']" finished
expect_same "the interval holds .8 and is at most .1 wide" \
    "$(json "o['runs'][0]['metrics'][0]['low'] < .8 < o['runs'][0]['metrics'][0]['high']")$(
        json "$(width) <= .1")" TrueTrue
expect_ok assay show 1
expect_out "ended after $n of 5000 items, drawn at random"
expect_ok assay runs --lang zh
expect_out 'exact_match +[78][0-9]\.[0-9] '

title "the same command asks nothing more, a narrower one goes on with the same run"
expect_ok score four.jsonl --until-ci 0.1
expect_same "items" "$(metric n)" "$n"
expect_ok score four.jsonl --until-ci 0.06
expect_true "more items: $(metric n)" "$(metric n)" -gt "$n"
expect_json "len(o['runs'])" 1
expect_json "o['runs'][0]['run']" 1
expect_ok score four.jsonl --until-ci 0.001
expect_same "all items" "$(metric n)" 5000
expect_json "o['runs'][0]['ended_early']" False
expect_ok score four.jsonl
expect_json "o['runs'][0]['run']" 2
expect_json "o['runs'][0]['metrics'][0]['method']" wilson

title "items are drawn at random, whatever the data's order"
outputs sorted.jsonl sorted
expect_ok score sorted.jsonl --until-ci 0.2
expect_true "items: $(metric n)" "$(metric n)" -lt 2500
expect_same "about half are right" "$(json ".4 < $(metric mean) < .6")" True

title "two such runs are compared on the items they share"
outputs three.jsonl 3
sed 's/"output":"41"/"output":"40"/' three.jsonl > other.jsonl
expect_ok score three.jsonl --until-ci 0.1
three=$(json "o['runs'][0]['run']")
expect_ok assay run -q -m recorded:other.jsonl --data three.jsonl --prompt '{{question}}' \
    --target '{{target}}' --until-ci 0.12 --json
expect_ok assay compare "$three" "$(json "o['runs'][0]['run']")" --json
expect_true "shared items" "$(json "o[0]['n']")" -gt 500

title "what has no such interval is refused"
expect_status 2 score four.jsonl --until-ci 0.1 --metric bleu
expect_err 'needs a first metric that is a mean of values from 0 to 1, and "bleu" of task'
expect_status 2 score four.jsonl --until-ci 0.1 --cluster target
expect_err 'leave out --cluster'
expect_status 2 score four.jsonl --until-ci 1.5
expect_err 'must be a width below 1'

title "a model server is asked no more than that, also after a kill"
rm -f assay.db*
awk 'BEGIN { print "id,question,answer"
    for (i = 0; i < 5000; i++)
        printf "q%d,Which number is %d? [[answer:%d]],%d\n", i, i, i, i % 3 ? i : i + 1 }' > questions.csv
start_model arrivals=1 delay=1
expect_ok ask --until-ci 0.15 --concurrency 8 --json
samples=$(metric n)
expect_same "requests" "$(asked)" "$samples"
expect_true "not all: $samples" "$samples" -lt 3000
expect_same "the width is at most .15" "$(json "$(width) <= .15")" True
expect_ok ask --until-ci 0.15 --concurrency 8
expect_same "requests after the second command" "$(asked)" "$samples"
begin_ask --until-ci 0.1 --concurrency 8
more_arrived() { [ "$(asked)" -gt $((samples + 20)) ]; }
wait_for more_arrived
kill -KILL "$run"; wait "$run" 2> out/wait
expect_ok ask --until-ci 0.1 --concurrency 8 --json
expect_json "o['runs'][0]['ended_early']" True
expect_same "the width is at most .1" "$(json "$(width) <= .1")" True
expect_same "samples of one item" \
    "$(sql "SELECT count(*) - count(DISTINCT position) FROM sample")" 0
stop_model
finish
