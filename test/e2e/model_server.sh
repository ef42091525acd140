# model_server.sh - for tests that talk to a model server: starts tool_fake_model, asks it
# questions with `assay run`, looks into the database. Sourced after lib.sh.
make -s -C "$root" MODE=release build/release/tool_fake_model >&2 || exit 2
last= model= server= run=
children=
end_children() { for c in $children; do kill -KILL "$c" 2> /dev/null; done; }
trap 'end_children; chmod -R u+w "$work"; rm -rf "$work"' EXIT

note() { echo "   $*"; }
expect_true() { # WHAT TEST...: a condition for test(1)
    what=$1; shift
    if [ "$@" ]; then good; else bad "$what: not true that $*"; fi
}
expect_one_line() { # the message is one line: no trace, no torrent
    expect_same "lines of the message" "$(wc -l < out/stderr)" 1
}
sql() { sqlite3 -cmd '.timeout 5000' "${db:-assay.db}" "$@"; }

# Waits until a command succeeds, at most 20 seconds.
wait_for() {
    for _ in $(seq 2000); do
        "$@" > out/wait 2>&1 && return 0
        sleep 0.01
    done
    bad "waited in vain for: $*"
    return 1
}

# Starts tool_fake_model with these options; sets $port, $server, $model; its log is `log`.
start_model() {
    : > log
    : > out/server
    "$root/build/release/tool_fake_model" log=log "$@" > out/server & server=$!
    children="$children $server"
    wait_for grep -q port out/server || exit 2
    port=$(sed -n 's/^port //p' out/server)
    model=http://127.0.0.1:$port/v1#fake
}
stop_model() { kill "$server"; wait "$server" 2> out/wait; }
asked() { awk '$2 == "asked"' log | wc -l; } # requests that arrived (with arrivals=1)

# N questions with their answers, in `questions.csv`.
write_questions() {
    awk -v n="$1" 'BEGIN { print "id,question,answer"
        for (i = 0; i < n; i++)
            printf "q%d,What is the name of number %d? [[answer:%d]],%d\n", i, i, i, i }' \
        > questions.csv
}
# assay run on them, in the foreground and in the background (its process is $run)
ask() {
    assay run -q -m "$model" --data questions.csv --prompt '{{question}}' --target '{{answer}}' "$@"
}
begin_ask() {
    last="assay run $* &"
    assay run -q -m "$model" --data questions.csv --prompt '{{question}}' --target '{{answer}}' \
        "$@" > out/stdout 2> out/stderr & run=$!
    children="$children $run"
}
