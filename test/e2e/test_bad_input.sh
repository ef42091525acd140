#!/bin/sh
# Whatever is wrong with what goes in: one clear message with the place and the way out, a
# fitting exit status, nothing half written.
. "$(dirname "$0")/lib.sh"
. "$root/test/e2e/model_server.sh"

q() { assay run -q -m local:tiny-1 "$@"; } # a run without any server
refused() { # STATUS REGEX COMMAND...: one line that says so, and no run
    status=$1 words=$2; shift 2
    rm -f assay.db*
    expect_status "$status" timeout 20 "$@"
    expect_err "$words"
    expect_one_line
    expect_same "runs" "$(sql "SELECT count(*) FROM run" 2> out/sql || echo 0)" 0
}
# timeout(1) runs programs, not functions
cat > q << 'END'
#!/bin/sh
exec assay run -q -m local:tiny-1 "$@"
END
chmod +x q

printf 'id,question,answer\n1,one,1\n2,two,2\n' > good.csv
quick() { refused "$1" "$2" ./q --data "$3" --prompt '{{question}}' --target '{{answer}}'; }

title "data that are not there, empty or broken"
quick 1 'nothere\.csv.*No such file' nothere.csv
: > empty.csv
quick 1 'empty\.csv: the file is empty' empty.csv
head -1 good.csv > head.csv
quick 1 'head\.csv" has no items' head.csv
printf '{"question":"a","answer":"b"}\n{"question":"a",\n{"question":"c"}\n' > bad.jsonl
quick 1 'bad\.jsonl:2: .*column' bad.jsonl
expect_same "items stored of a broken file" "$(sql "SELECT count(*) FROM item")" 0
expect_same "versions stored of a broken file" "$(sql "SELECT count(*) FROM dataset_version")" 0
printf 'question,answer\n"never closed,1\n' > open.csv
quick 1 'open\.csv:' open.csv
head -c 200000000 /dev/zero | tr '\0' x | { printf '{"question":"'; cat; printf '","answer":1}\n'; } > long.jsonl
quick 1 'long\.jsonl:1: .*larger than' long.jsonl
rm long.jsonl
head -c 300000 /dev/urandom > noise.jsonl
quick 1 'noise\.jsonl:1' noise.jsonl

title "a wrong column"
refused 1 'questoin.*question' ./q --data good.csv --prompt '{{questoin}}' --target '{{answer}}'
refused 2 '"source".*question' ./q --data good.csv --prompt '{{question}}' --target 1 --cluster source
expect_same "data sets after failed starts" "$(sql "SELECT count(*) FROM dataset WHERE name = 'good'")" 0

title "the second of two tasks is wrong"
printf 'task: second\ndataset_path: not/here\ntest_split: test\noutput_type: generate_until\ndoc_to_text: x\ndoc_to_target: x\nmetric_list:\n  - metric: exact_match\n' > second.yaml
refused 1 'not/here' ./q -t tiny_capital -t second.yaml

title "names that do not exist"
refused 1 '"tiny_sum_twn".*tiny_sum_twin' ./q -t tiny_sum_twn
refused 2 'nomodel.*local:FILE' assay run -m nomodel -t tiny
refused 1 'tiny-99.*tiny-8' assay run -m local:tiny-99 -t tiny
refused 1 'exact_mach' ./q --data good.csv --prompt x --target x --metric exact_mach
refused 2 '--modle.*--help' assay run --modle x
refused 2 '"rum".*help' assay rum
refused 2 '--concurrency must be' ./q -t tiny --concurrency 0
refused 2 'no task' ./q
refused 2 'no model' assay run -t tiny

title "task files: file, line and column"
printf 'task: x\n  bad: [1\n' > broken.yaml
refused 1 'broken\.yaml:2:6' ./q -t broken.yaml
printf 'task: x\ndataset_path: good.csv\ntest_split: test\noutput_type: generate_until\ndoc_to_text: "{%% for %%}"\ndoc_to_target: "x"\nmetric_list:\n  - metric: exact_match\n' > template.yaml
refused 1 'template\.yaml:5' ./q -t template.yaml
printf 'task: x\nfilter_lst: 1\n' > key.yaml
refused 1 'key\.yaml:' ./q -t key.yaml
{ printf 'a: &a [x]\n'; for i in $(seq 30); do printf 'b%d: &b%d [*a,*a,*a]\n' "$i" "$i"; done; } > alias.yaml
refused 1 'alias\.yaml' ./q -t alias.yaml

title "hostile templates"
t() { refused 1 "$1" ./q --data good.csv --prompt "$2" --target x; }
t 'nested more than' "{{$(printf '%5000s' '' | tr ' ' '(')1$(printf '%5000s' '' | tr ' ' ')')}}"
t 'longer than' '{% for i in range(999999999) %}x{% endfor %}'
t 'more than' "{{ 'x' * 99999999999 }}"
t 'doc_to_text' '{% for i in range(99999) %}{% for j in range(99999) %}{% set x = 1 %}{% endfor %}{% endfor %}'
t 'unclosed' '{{question'

title "files that are no database"
head -c 5000 /dev/urandom > noise.db
cp noise.db noise.copy
expect_status 1 q -t tiny --db noise.db
expect_err 'noise\.db.*not a database.*--db'
expect_ok cmp noise.db noise.copy
expect_status 1 q -t tiny --db no/such/folder.db
expect_err 'no/such/folder\.db'
expect_one_line

title "a database of a newer version"
expect_ok q -t tiny_capital -n 3 --db newer.db
db=newer.db sql "INSERT INTO schema_version VALUES (9999, 0)"
expect_status 1 q -t tiny_capital -n 3 --db newer.db
expect_err 'newer\.db.*newer'
expect_one_line
expect_status 1 assay runs --db newer.db
expect_err 'use a newer assay'
expect_same "samples" "$(db=newer.db sql "SELECT count(*) FROM sample")" 3

title "a database that may only be read"
if [ "$(id -u)" = 0 ]; then
    mkdir disk
    if mount -t tmpfs -o size=4m tmpfs disk 2> out/mount; then
        trap 'end_children; umount disk 2> /dev/null; chmod -R u+w "$work"; rm -rf "$work"' EXIT
        expect_ok q -t tiny_capital -n 3 --db disk/a.db
        mount -o remount,ro disk
        expect_status 1 q -t tiny_capital -n 5 --db disk/a.db
        expect_err 'disk/a\.db.*(read|check who may write)'
        expect_one_line
        umount disk
    fi
else
    mkdir disk
    expect_ok q -t tiny_capital -n 3 --db disk/a.db
    chmod -w disk disk/a.db
    expect_status 1 q -t tiny_capital -n 5 --db disk/a.db
    expect_err 'disk/a\.db.*check who may write'
    chmod +w disk disk/a.db
fi

title "the disk is full"
write_questions 3000
start_model arrivals=1
short_of_space() { # KILOBYTES: what the file may grow to
    last="assay run, with files of at most $1 KB"
    (ulimit -f $(($1 * 2)); exec assay run -q -m "$model" --db small.db --data questions.csv \
        --prompt '{{question}}' --target '{{answer}}') > out/stdout 2> out/stderr
}
for size in 16 100 400 700; do # while it starts, imports, writes the first, the later samples
    short_of_space $size
    expect_same "exit status with $size KB" $? 1
    expect_err 'small\.db.*check the disk'
    expect_one_line
    expect_same "integrity" "$(db=small.db sql 'PRAGMA integrity_check')" ok
done
paid=$(db=small.db sql "SELECT count(*) FROM response")
expect_true "something had been stored: $paid" "$paid" -gt 0 -a "$paid" -lt 3000
before=$(asked)
expect_ok ask --db small.db
expect_same "samples after making room" "$(db=small.db sql "SELECT count(*), count(DISTINCT position) FROM sample")" "3000|3000"
expect_same "requests for what was not stored" $(($(asked) - before)) $((3000 - paid))
stop_model

title "two at work on one run"
rm -f assay.db*
write_questions 200
start_model arrivals=1 delay=200
begin_ask --concurrency 16
first=$run
wait_for grep -q asked log
expect_status 1 ask
expect_err "being worked on by process"
expect_one_line
wait "$first"
expect_same "exit status of the first" $? 0
expect_same "samples" "$(sql "SELECT count(*), count(DISTINCT position) FROM sample")" "200|200"
expect_same "requests" "$(asked)" 200
stop_model

title "lists and records without measure"
q_check() { printf 'task: t\ndataset_path: d\ntest_split: test\ndoc_to_text: a\ndoc_to_target: a\n'; }
{ q_check; echo metric_list:; for i in $(seq 1001); do echo "  - {metric: exact_match, ignore_case: true}"; done; } > metrics.yaml
expect_status 1 assay task check metrics.yaml
expect_out 'metrics.yaml:7:3: "metric_list" has more than 1000 entries'
{ q_check; echo filter_list:; for i in $(seq 1001); do echo "  - {name: f$i, filter: [{function: take_first}]}"; done; } > filters.yaml
expect_status 1 assay task check filters.yaml
expect_out '"filter_list" has more than 1000 entries'
python3 -c 'import json; print(json.dumps({f"k{i}": 1 for i in range(300000)}))' > wide.jsonl
expect_ok timeout 20 assay dataset import wide.jsonl --db wide.db
printf '{"0": {"prediction": "a", "gold": "a", "origin_prompt": ""}}' > last_9223372036854775807.json
cp last_9223372036854775807.json last_0.json
expect_status 1 assay import last_1.json --from opencompass --db wide.db
expect_err 'the last is number 9223372036854775807.* one is missing'

title "a misspelt parameter is asked about"
expect_ok assay run -m local:tiny-1 -t tiny_capital -n 1 --gen temprature=0
expect_err '^note: --gen temprature goes to the model as it is; near it: "temperature"$'
expect_ok assay run -m local:tiny-1 -t tiny_capital -n 1 --gen top_k=1 --gen my_own=2
expect_same "notes" "$(grep -c '^note: --gen' out/stderr)" 0

title "gates"
rm -f assay.db*
expect_status 3 q -t tiny_capital -n 10 --gate 'exact_match>=1.1'
expect_out 'gate FAILED'
expect_ok q -t tiny_capital -n 10 --gate 'exact_match>=0'
expect_ok assay runs --json
runs=$(json 'len(o)')
expect_status 2 q -t tiny_capital -n 7 --gate 'acc>=0'
expect_err 'gate "acc>=0": no task has that metric; there are tiny_capital:exact_match'
expect_status 2 q -t tiny_capital -n 7 --gate 'other:exact_match>=0'
expect_status 2 q -t tiny_capital -n 7 --gate 'exact_match@nope>=0'
expect_ok assay runs --json
expect_json 'len(o)' "$runs" # nothing was asked
expect_status 2 q -t tiny_capital -n 10 --gate 'exact_match is fine'
expect_err 'exact_match is fine'
finish
