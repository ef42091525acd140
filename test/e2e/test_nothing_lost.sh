#!/bin/sh
# Killed at 50 random moments, interrupted, restarted: nothing is lost, nothing paid twice.
. "$(dirname "$0")/lib.sh"
. "$root/test/e2e/model_server.sh"

# What must hold of the database whenever the program has been killed. The items of a command
# with one run are stored while it runs: a beginning without gaps, and those of all samples.
# Those of a command with several runs are stored before, all or none.
check_database() { # KILL [whole]
    broken=$(sql "PRAGMA integrity_check" | grep -v '^ok$')
    if [ "${2:-}" = whole ]; then
        half=$(sql "SELECT count(*) FROM dataset_version v WHERE n_items <>
                    (SELECT count(*) FROM item WHERE version_id = v.id)" 2> out/sql)
    else
        half=$(sql "SELECT (SELECT count(*) FROM dataset_version v WHERE
                        (SELECT coalesce(max(position), -1) + 1 FROM item WHERE version_id = v.id) <>
                        (SELECT count(*) FROM item WHERE version_id = v.id)) +
                    (SELECT count(*) FROM sample s JOIN run r ON r.id = s.run_id WHERE NOT EXISTS
                        (SELECT 1 FROM item i WHERE i.version_id = r.version_id
                         AND i.position = s.position AND i.key = s.item_key))" 2> out/sql)
    fi
    bare=$(sql "SELECT count(*) FROM sample s WHERE repeat_index = 0 AND NOT EXISTS
                (SELECT 1 FROM judgement WHERE sample_id = s.id)" 2>> out/sql)
    grep -v 'no such table' out/sql
    [ -z "$broken" ] && [ "${half:-0}" = 0 ] && [ "${bare:-0}" = 0 ] && return
    bad "after kill $1: $broken, $half versions or samples that lack items, $bare samples without a judgement"
}

# Every answer is its question's number, so a stored reply names the question that it pays for.
remember_paid() { # KILL: replies stored by now, and how far the server's log has come
    sql "SELECT text FROM response" > "paid.$1" 2> out/sql
    wc -l < log > "seen.$1"
}

# Questions asked between two kills more often than they lacked replies at the first.
paid_twice() { # KILL REPEATS
    tail -n +"$(($(cat "seen.$1") + 1))" log | head -n $(($(cat "seen.$(($1 + 1))") - $(cat "seen.$1"))) |
        awk -v repeats="$2" '
            FILENAME != "-" { paid[$1]++ }
            FILENAME == "-" && $2 == "asked" && ++asked[$5] + paid[$5] > repeats { n++ }
            END { print n + 0 }' "paid.$1" -
}

# What is told of a version of which only a part is stored; empty when there is none.
half_told() {
    [ "$(sql "SELECT count(*) FROM item" 2> out/sql)" -gt 0 ] 2> out/test &&
        [ "$(sql "SELECT count(*) FROM item")" -lt 1500 ] &&
        assay dataset show questions 2>&1 | grep -o 'only [0-9]* of 1500 items are stored'
}

check_finished() { # ITEMS REPEATS
    expect_same "samples" "$(sql "SELECT count(*) FROM sample")" $(($1 * $2))
    expect_same "items with a sample" "$(sql "SELECT count(DISTINCT position) FROM sample")" "$1"
    expect_same "samples by item" "$(sql "SELECT DISTINCT count(*) FROM sample GROUP BY position")" "$2"
    expect_same "errors" "$(sql "SELECT count(*) FROM sample WHERE outcome <> 'scored'")" 0
    expect_same "judgements of the first reply" "$(sql "SELECT count(*) FROM judgement")" "$1"
    expect_same "right answers" "$(sql "SELECT sum(value) FROM judgement")" "$1.0"
    expect_same "stored items" "$(sql "SELECT count(*) FROM item")" "$1"
    expect_same "runs" "$(sql "SELECT count(*) || state FROM run GROUP BY state")" 1finished
}

title "50 kills of one run of 1500 questions asked twice"
write_questions 1500
start_model seed=7 delay=20 arrivals=1 slow=0.05
answered() { # N: the model has answered so often
    [ "$(grep -c ' ok$' log)" -ge "$1" ]
}
# Seeded moments: 15 kills fall into the start and the import, 30 anywhere, 5 when the model has
# given its last answers but not all of them are stored.
awk 'BEGIN { srand(11)
    for (i = 1; i <= 50; i++)
        printf "%.4f\n", i <= 15 ? rand() * 0.03 : i <= 45 ? 0.03 + rand() * 0.15 : rand() * 0.01 }' \
    > moments
kills=0 late=0 partly=
while read -r moment; do
    kills=$((kills + 1))
    begin_ask --repeats 2 --concurrency 16
    [ $kills -gt 45 ] && wait_for answered 3000
    sleep "$moment"
    kill -KILL $run 2> /dev/null || late=$((late + 1))
    wait $run 2> /dev/null
    grep . out/stderr && bad "restart $kills said something"
    check_database $kills
    remember_paid $kills
    [ -n "$partly" ] || partly=$(half_told)
done < moments
expect_true "a version stored in part is not taken for whole: $partly" -n "$partly"
note "stored after the kills: $(for k in 5 10 15 20 30 40 50; do wc -l < paid.$k; done | tr '\n' ' ')"
expect_true "some kills came before any reply" "$(wc -l < paid.5)" = 0
expect_true "the 45th kill came in the middle" "$(wc -l < paid.45)" -lt 3000
expect_true "at most a few kills came when all was done" $late -lt 6
expect_ok ask --repeats 2
remember_paid 51
check_finished 1500 2
twice=0
for k in $(seq 50); do
    twice=$((twice + $(paid_twice "$k" 2)))
done
expect_same "requests asked again although their reply was stored" $twice 0
lines=$(wc -l < log)
expect_ok ask --repeats 2
expect_same "log lines after running a finished run again" "$(wc -l < log)" "$lines"
stop_model

title "kills of a local model"
rm -f assay.db
local_run() { assay run -q -m local:tiny-1 -t tiny_sum_public -t tiny_capital_choice "$@"; }
expect_ok local_run --db whole.db --json
items=$(db=whole.db sql "SELECT count(*) FROM sample")
for moment in 0.02 0.03 0.04 0.05 0.06 0.1; do
    assay run -q -m local:tiny-1 -t tiny_sum_public -t tiny_capital_choice > out/stdout 2> out/stderr & run=$!
    sleep $moment
    kill -KILL $run 2> /dev/null
    wait $run 2> /dev/null
    check_database "after $moment s" whole
    note "$(sql "SELECT count(*) FROM sample" 2> out/sql) of $items samples after $moment s"
done
expect_ok local_run
expect_same "samples" "$(sql "SELECT count(*) FROM sample")" "$items"
same="SELECT task, position, repeat_index, s.outcome, filter, criterion, value, label FROM judgement j
      JOIN sample s ON s.id = sample_id JOIN run r ON r.id = run_id ORDER BY 1, 2, 3, 5, 6"
sql "$same" > killed.txt
db=whole.db sql "$same" > whole.txt
expect_ok cmp killed.txt whole.txt
expect_true "there is something to compare" -s whole.txt

title "Ctrl-C drains: what was asked is stored, the rest is for the next time"
rm -f assay.db
write_questions 400
start_model delay=300 arrivals=1
begin_ask --concurrency 16
wait_for grep -q asked log
kill -INT $run
wait $run
expect_same "exit status" $? 130
asked=$(grep -c asked log)
expect_true "it was stopped in the middle" "$asked" -lt 400
expect_same "samples of the requests under way" "$(sql "SELECT count(*) FROM sample")" "$asked"
expect_same "state" "$(sql "SELECT state || owner FROM run")" stopped
stop_model
start_model port="$port" arrivals=1
expect_ok ask
check_finished 400 1
expect_same "questions asked by the second command" "$(grep -c asked log)" $((400 - asked))
stop_model

title "Ctrl-C twice stops at once"
rm -f assay.db
start_model delay=30000 arrivals=1
begin_ask --concurrency 16
wait_for grep -q asked log
kill -INT $run
taken() { # two pending signals of a kind are one: the second follows when the first is taken
    grep -q '^ShdPnd:[[:space:]]*0*$' "/proc/$run/status"
}
wait_for taken
expect_ok kill -0 $run
kill -INT $run
begin=$(date +%s)
wait $run
expect_same "exit status" $? 130
expect_true "nobody waited for the model" $(($(date +%s) - begin)) -lt 10
expect_same "samples" "$(sql "SELECT count(*) FROM sample")" 0
expect_same "state" "$(sql "SELECT state || owner FROM run")" stopped
expect_true "the rest of the file is left to the next command" "$(sql "SELECT count(*) FROM item")" -lt 400
stop_model

title "Ctrl-C twice stops at once, whatever a program of the user's is at"
rm -f assay.db
: > taken
model='command:read -r x; echo >> taken; exec sleep 100'
begin_ask
wait_for [ -s taken ]
kill -INT $run
wait_for taken
kill -INT $run
begin=$(date +%s)
wait $run
expect_same "exit status" $? 130
expect_true "nobody waited for the program" $(($(date +%s) - begin)) -lt 10
expect_same "samples" "$(sql "SELECT count(*) FROM sample")" 0
finish
