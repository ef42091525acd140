#!/bin/sh
# Comparing models by name: which of their runs are taken.
. "$(dirname "$0")/lib.sh"

title "one run each: nothing to say"
expect_ok assay run -q -m local:tiny-4 -m local:tiny-6 -t tiny_compare -n 8
expect_ok assay compare local:tiny-4 local:tiny-6
expect_same "said on the side" "$(cat out/stderr)" ""

title "runs of the same items are preferred to the newest"
expect_ok assay run -q -m local:tiny-4 -t tiny_compare -n 5
expect_ok assay compare local:tiny-4 local:tiny-6 --json
expect_json '(o[0]["a"]["run"], o[0]["b"]["run"], o[0]["n"])' "(1, 2, 8)"
expect_err 'task tiny_compare: comparing runs 1 and 2 .*2 and 1 finished.*assay compare RUN RUN'
expect_ok assay compare local:tiny-4 local:tiny-6 --lang zh
expect_err '任务 tiny_compare：对比评测 1 与 2（.*2 和 1 次'

title "of several such pairs the newest"
expect_ok assay run -q -m local:tiny-6 -t tiny_compare -n 5
expect_ok assay compare local:tiny-4 local:tiny-6 --json
expect_json '(o[0]["a"]["run"], o[0]["b"]["run"], o[0]["n"])' "(3, 4, 5)"

title "no such pair: the newest of each, and what differs"
expect_ok assay run -q -m local:tiny-2 -t tiny_compare -n 3
expect_status 1 assay compare local:tiny-2 local:tiny-6
expect_err 'runs 5 and 4 follow different protocols'
expect_err 'limit: 3 / 5'

title "tables fit a narrow terminal"
expect_ok assay run -q -m local:tiny-2 -m local:tiny-4 -m local:tiny-6 -t tiny_sum_public -t tiny_capital -t tiny_compare -n 20 --db n.db
last="COLUMNS=80 assay run, compare"
for command in 'run -q -m local:tiny-2 -m local:tiny-4 -m local:tiny-6 -t tiny_sum_public -t tiny_capital -t tiny_compare -n 20' \
    'compare local:tiny-2 local:tiny-6' 'compare 1 4' 'show 1'; do
    # shellcheck disable=SC2086
    COLUMNS=80 assay $command --db n.db > out/stdout 2> out/stderr
    expect_same "lines wider than 80 of $command" "$(LC_ALL=C.UTF-8 awk 'length > 80 && !/significant/' out/stdout | wc -l)" 0
done
COLUMNS=80 assay compare local:tiny-2 local:tiny-6 --db n.db > out/stdout
expect_out '^task +local:tiny-2 +local:tiny-6 +difference'
expect_same "items listed of the first" "$(sed '/ more /q' out/stdout | grep -c -- ' -> ')" 3
COLUMNS=80 assay compare 1 4 --db n.db > out/stdout
expect_out '^difference +\+'

title "numbers that say little are not compared without a word"
printf '{"id":%d,"model":"%s","prompt":"p","target":"今天天气很好。","output":"%s"}\n' 1 a 今天很好。 2 a 天气很好。 \
    1 b 好。 2 b 今天天气。 > zh.jsonl
expect_ok assay import zh.jsonl --metric bleu --db zh.db -q
expect_ok assay compare a b --db zh.db
expect_out '^no significant difference on zh \(p = 1\.0000\)$'
expect_out '^WARNING: run 1: the references are Chinese'
expect_ok assay export 1 2 zh.html --lang zh --db zh.db
expect_in zh.html '"language":"zh","title"'
expect_ok assay export 1 2 plain.html --db zh.db
expect_status 1 grep -qE '"language":"[a-z]+","title"' plain.html

title "errors that differ in a number are one kind"
for n in 40 60 80; do printf '{"q":"%s","a":"x"}\n' "$(yes 1+1 | head -$n | tr '\n' ' ')"; done > long.jsonl
expect_status 4 assay run -m local:tiny-4 --data long.jsonl --prompt '{{q}}' --target '{{a}}' --db long.db
expect_out '^ +3 × the prompt has [0-9]+ tokens but the model.s context is 128 \(and alike, with other numbers\)$'
expect_not_out 'other errors'

title "the progress of a run fits the terminal"
last="assay run in terminals of 60 and 100 columns"
cat > terminal.py <<'END'
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    os.read(0, 1)
    os.execvp("assay", ["assay", "run", "-m", "local:tiny-2", "-t", "tiny_capital", "--db", f"t{sys.argv[1]}.db"])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
os.write(fd, b"\n")
out = b""
try:
    while True: out += os.read(fd, 65536)
except OSError: pass
lines = out.decode().replace("\x1b[K", "").replace("\n", "\r").split("\r")
bars = [l for l in lines if "/40" in l]
print(max(map(len, lines)) <= int(sys.argv[1]), any("█" in l for l in bars), len(bars) > 0)
END
expect_same "60 columns" "$(python3 terminal.py 60)" "True False True"
expect_same "100 columns" "$(python3 terminal.py 100)" "True True True"
finish
