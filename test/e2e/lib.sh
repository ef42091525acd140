# lib.sh - what the end-to-end scripts share: a fresh folder, the program, and checks that
# count themselves. A script reads like a session:
#
#     title "a run can be looked at"
#     expect_ok assay runs
#     expect_out 'gsm8k'
#     expect_status 1 assay show 99
#     expect_err 'there is no run 99'
#     finish
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
shared=$root/../shared
work=$(mktemp -d "${TMPDIR:-/tmp}/assay-e2e.XXXXXX") || exit 2
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 2
mkdir bin out
ln -s "$root/build/release/assay" bin/assay
PATH=$work/bin:$PATH
unset ASSAY_DB ASSAY_DATA ASSAY_TASKS OPENAI_API_KEY OPENAI_BASE_URL ASSAY_API_KEY
LC_ALL=C.UTF-8 NO_COLOR=1
export PATH LC_ALL NO_COLOR

passed=0 failed=0 current=""

title() { current=$1; }

good() { passed=$((passed + 1)); }
bad() { # WHAT: one failed check, with what the last command said
    failed=$((failed + 1))
    printf 'FAILED %s: %s\n' "$current" "$1"
    printf '  $ %s\n' "$last"
    sed 's/^/  out: /' out/stdout | head -15
    sed 's/^/  err: /' out/stderr | head -15
}

expect_status() { # N COMMAND...: runs it and checks its exit status
    want=$1; shift
    last=$*
    "$@" > out/stdout 2> out/stderr < /dev/null
    got=$?
    if [ "$got" = "$want" ]; then good; else bad "exit status $got, want $want"; fi
}
expect_ok() { expect_status 0 "$@"; }

expect_in() { # FILE PATTERN: an extended regular expression that a line must match
    if grep -qE -e "$2" "$1"; then good; else bad "no line of $1 matches: $2"; fi
}
expect_out() { expect_in out/stdout "$1"; }
expect_err() { expect_in out/stderr "$1"; }
expect_not_out() {
    if grep -qE -e "$1" out/stdout; then bad "a line of the output matches: $1"; else good; fi
}
expect_same() { # WHAT GOT WANT
    if [ "$2" = "$3" ]; then good; else bad "$1 is \"$2\", want \"$3\""; fi
}
expect_file() { if [ -e "$1" ]; then good; else bad "there is no file $1"; fi; }
expect_no_file() { if [ -e "$1" ]; then bad "there is a file $1"; else good; fi; }

json() { # EXPRESSION: a value of the last output, with `o` the parsed JSON
    python3 -c 'import json,sys; o=json.load(open("out/stdout")); print(eval(sys.argv[1]))' "$1" \
        2>&1
}
expect_json() { expect_same "$1" "$(json "$1")" "$2"; } # EXPRESSION VALUE

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
    exit
}
