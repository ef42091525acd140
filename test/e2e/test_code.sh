#!/bin/sh
# Code that is run: HumanEval's shape, in a sandbox, with pass@k; and a program of one's own that judges.
. "$(dirname "$0")/lib.sh"
mkdir -p data/code/default
python3 - <<'END'
import json
problems = [
    ("add", "def add(a, b):\n", ["return a + b", "return b + a", "return a - b", "return 0"],
     "assert f(1, 2) == 3"),
    ("first", "def first(xs):\n", ["return xs[0]"] * 4, "assert f('ab') == 'a'\n    assert f([7]) == 7"),
    ("evens", "def evens(n):\n", ["return list(range(0, n, 2))", "while True: pass", "return []", "raise ValueError(n)"],
     "assert f(5) == [0, 2, 4]"),
    ("is_prime", "def is_prime(n):\n", ["return n > 1 and all(n % k for k in range(2, n))"] * 3 + ["return True"],
     "assert f(7) and not f(9) and not f(1)"),
    ("fact", "def fact(n):\n", ["return 1 if n < 2 else n * fact(n - 1)", "return n", "import os; os._exit(0)",
                               "open('/etc/passwd')"], "assert f(5) == 120"),
    ("words", "def words(s):\n", ["return s.split(' ')", "return s.split()"] * 2, "assert f(' a  b ') == ['a', 'b']"),
]
docs, answers = open("data/code/default/test.jsonl", "w"), open("answers.jsonl", "w")
for name, begin, bodies, test in problems:
    print(json.dumps({"id": name, "prompt": begin, "entry_point": name,
                      "test": "def check(f):\n    " + test + "\n"}), file=docs)
    for body in bodies:
        print(json.dumps({"id": name, "output": "    " + body + "\n"}), file=answers)
END
cat > code.yaml <<'END'
task: code
dataset_path: code
test_split: test
output_type: generate_until
doc_to_text: "{{prompt}}"
doc_to_target: "{{test}}\ncheck({{entry_point}})"
repeats: 4
metric_list:
  - {metric: code_pass, prepend: "{{prompt}}", timeout: 2}
  - {metric: pass@1, by: code_pass}
  - {metric: pass@2, by: code_pass}
END

title "code runs in the sandbox, or the task is refused before anything is asked"
assay run --db a.db -m recorded:answers.jsonl --task code.yaml --data data > out/stdout 2> out/stderr
if grep -q 'metric "code_pass" of task "code"' out/stderr; then
    expect_status 1 assay run --db a.db -m recorded:answers.jsonl --task code.yaml --data data
    expect_err 'sandbox'
else
    # right: 2, 4, 1, 3, 1, 2 of 4; pass@2 of c right: 1 - C(4-c,2)/C(4,2)
    expect_ok assay show --db a.db --json 1
    expect_out '"error":0'
    python3 - > figures <<'END'
import json
from math import comb
c = [2, 4, 1, 3, 1, 2]
want = {"code_pass": sum(c) / 24, "pass@1": sum(c) / 24, "pass@2": sum(1 - comb(4 - k, 2) / 6 for k in c) / 6}
got = {m["metric"]: m["mean"] for m in json.load(open("out/stdout"))["metrics"]}
print("same" if all(abs(got[k] - want[k]) < 1e-12 for k in want) else (got, want))
END
    expect_ok grep '^same$' figures
    expect_ok assay samples --db a.db 1 --json
    expect_out 'exit status 1: AssertionError'
fi

title "HumanEval and MBPP as lm-evaluation-harness's files have them: functions known by their source"
cat > humaneval.yaml <<'END'
task: humaneval_like
dataset_path: code
unsafe_code: true
test_split: test
output_type: generate_until
doc_to_text: "{{prompt}}"
doc_to_target: "{{test}}\ncheck({{entry_point}})"
repeats: 4
metric_list:
  - metric: {'!function': utils.pass_at_k, sha256: ed41999c45129b7749baea2e18a1bdcd8e0aeea4e97d3b2b497dade6c920a559}
    aggregation: mean
    k: [1, 2]
filter_list:
  - name: create_test
    filter:
      - function: custom
        filter_fn: {'!function': utils.build_predictions_instruct, sha256: dd781f6f2d0ae6397498d4e1ea2d9dcfce85f9f8385326cfd798b855bc85116d}
END
cat > mbpp.yaml <<'END'
task: mbpp_like
dataset_path: mbpp
test_split: test
doc_to_text: "{{text}}"
doc_to_target: "{{test_list[0]}}\n{{test_list[1]}}"
metric_list:
  - metric: {'!function': utils.pass_at_1, sha256: c8370c2b13b3ba01f7ce37d57a6be4df106e965b7f51233fa1b441ae87209887}
filter_list:
  - name: extract_code
    filter:
      - function: custom
        filter_fn: {'!function': utils.build_predictions, sha256: 37c707244d9aefdbbdac2c6562e02a8d5e0b00a6d7a93ee8af75cad0d884f4bf}
END
mkdir -p data/mbpp/default
python3 - <<'END'
import json
fenced = open("fenced.jsonl", "w")
for line in open("answers.jsonl"):
    d = json.loads(line)
    print(json.dumps({"id": d["id"], "output": d["output"] + "```\nDone: def f(): raise\n"}), file=fenced)
docs, answers = open("data/mbpp/default/test.jsonl", "w"), open("blocks.jsonl", "w")
for name, code, output in [
    ("twice", "assert twice(2) == 4", "\ndef twice(n):\n    return 2 * n\n```\nThat is all."),
    ("half", "assert half(4) == 2", "def half(n):\n    return n // 2\n```"),
    ("main", "assert main_ran == 0", "\nmain_ran = 0\nif __name__ == '__main__':\n    main_ran = 1\n```"),
    ("wrong", "assert wrong(1) == 1", "\ndef wrong(n):\n    return 0\n```"),
]:
    print(json.dumps({"id": name, "text": name, "test_list": [code, "assert True"]}), file=docs)
    print(json.dumps({"id": name, "output": output}), file=answers)
END
assay run --db n.db -m recorded:fenced.jsonl --task humaneval.yaml --data data > out/stdout 2> out/stderr
if grep -q 'of task "humaneval_like"' out/stderr; then
    expect_status 1 assay run --db n.db -m recorded:fenced.jsonl --task humaneval.yaml --data data
    expect_err 'sandbox'
else
    expect_ok assay show --db n.db --json 1
    expect_out '"error":0'
    python3 - > figures <<'END'
import json
from math import comb
c = [2, 4, 1, 3, 1, 2]
want = {"pass@1": sum(c) / 24, "pass@2": sum(1 - comb(4 - k, 2) / 6 for k in c) / 6}
got = {m["metric"]: m["mean"] for m in json.load(open("out/stdout"))["metrics"]}
print("same" if set(got) == set(want) and all(abs(got[k] - want[k]) < 1e-12 for k in want) else (got, want))
END
    expect_ok grep '^same$' figures
    expect_ok assay samples --db n.db 1 --json
    expect_out '2 of 4 answers pass; exit status 1: AssertionError'
    # code_eval executes without a main module; a word right behind the opening fence is taken for
    # the language, as the function takes it
    assay run --db n.db -m recorded:blocks.jsonl --task mbpp.yaml --data data > out/stdout 2> out/stderr
    expect_ok assay show --db n.db --json 2
    expect_out '"metric":"pass_at_1"'
    expect_out '"mean":0.5'
fi
expect_status 2 assay run --db n.db -m recorded:fenced.jsonl --task humaneval.yaml --data data --repeats 1
expect_err 'needs 2 answers of each item'

title "a program judges, in any language"
cat > judge.py <<'END'
import json, sys
for line in sys.stdin:
    d = json.loads(line)
    print(json.dumps({"value": float(d["target"] in d["output"]), "why": "looked for " + d["target"]}), flush=True)
END
cat > judged.yaml <<'END'
task: judged
dataset_path: q
test_split: test
output_type: generate_until
doc_to_text: "{{question}}"
doc_to_target: "{{answer}}"
metric_list:
  - {metric: command, program: "python3 judge.py"}
END
mkdir -p data/q/default
for i in 1 2 3 4; do
    printf '{"id":%s,"question":"%s+1?","answer":"%s"}\n' $i $i $((i + 1)) >> data/q/default/test.jsonl
    printf '{"id":%s,"output":"It is %s."}\n' $i 3 >> given.jsonl
done
expect_ok assay run --db b.db -m recorded:given.jsonl --task judged.yaml --data data
expect_out '25.0'
expect_ok assay show --db b.db --json 1
before=$(grep -o '"protocol_hash":"[0-9a-f]*"' out/stdout)
echo '# the same, with a remark' >> judge.py
expect_ok assay run --db b.db -m recorded:given.jsonl --task judged.yaml --data data
expect_ok assay show --db b.db --json 2
after=$(grep -o '"protocol_hash":"[0-9a-f]*"' out/stdout)
expect_ok test "$before" != "$after"

title "a program that cannot judge says so"
sed -i 's/judge.py/missing.py/' judged.yaml
expect_status 4 assay run --db c.db -m recorded:given.jsonl --task judged.yaml --data data
expect_out "4 × could not judge the reply: the program ended .*missing.py"
sed 's/python3 missing.py/no-such-judge/' judged.yaml > none.yaml
expect_status 1 assay run --db c.db -m recorded:given.jsonl --task none.yaml --data data
expect_err 'no-such-judge'
mkdir -p many/q/default
for i in $(seq 30); do
    printf '{"id":%s,"question":"%s","answer":"x"}\n' $i $i >> many/q/default/test.jsonl
    printf '{"id":%s,"output":"y"}\n' $i >> y.jsonl
done
expect_status 1 assay run -q --db c.db -m recorded:y.jsonl --task judged.yaml --data many
expect_err 'none of 20 replies could be judged: .*missing.py'

title "a judge that fails at one item makes that sample an error; the next command judges it"
cat > frail.py <<'END'
import json, os, sys
for line in sys.stdin:
    d = json.loads(line)
    if d["item"]["id"] == 2 and not os.path.exists("mended"):
        sys.exit("no more memory")
    print(json.dumps({"value": float(d["target"] in d["output"])}), flush=True)
END
sed 's/missing.py/frail.py/; s/task: judged/task: frail/' judged.yaml > frail.yaml
expect_status 4 assay run --db d.db -m recorded:given.jsonl --task frail.yaml --data data
expect_out 'INCOMPLETE: 1 of 4 samples'
expect_out '1 × could not judge the reply: the program ended \(exit status 1\): no more memory'
expect_status 4 assay run -q --db d.db -m recorded:given.jsonl --task frail.yaml --data data --lang zh
expect_out '1 × 无法评判模型输出：程序已退出（退出码 1）：no more memory'
expect_ok assay samples 1 --outcome error --db d.db
expect_out 'output: It is 3'
touch mended
expect_ok assay run -q --db d.db -m recorded:given.jsonl --task frail.yaml --data data
expect_out '25\.0'

title "rescore with a program keeps nobody from writing while it judges"
cat > writer.py <<'END'
import json, sqlite3, sys
for line in sys.stdin:
    db = sqlite3.connect("b.db", timeout=0)
    try:
        with db: db.execute("CREATE TABLE IF NOT EXISTS seen (n)")
        why = "free"
    except sqlite3.OperationalError as e: why = str(e)
    print(json.dumps({"value": 1, "why": why}), flush=True)
END
sed 's/missing.py/writer.py/; s/task: judged/task: writer/' judged.yaml > writer.yaml
expect_ok assay rescore 1 -t writer.yaml --db b.db
expect_ok assay samples 1 --db b.db
expect_out 'command: 1  free'
expect_not_out 'locked'

title "a second Ctrl-C does not wait for a program that judges"
mkfifo begun
cat > slow.py <<'END'
import time
input()
open("begun", "w").write("x")
time.sleep(60)
END
sed 's/missing.py/slow.py/; s/task: judged/task: slow/' judged.yaml > slow.yaml
last="assay run, interrupted twice"
assay run -q --db e.db -m recorded:given.jsonl --task slow.yaml --data data > out/stdout 2> out/stderr &
run=$!
read -r _ < begun
before=$(date +%s%N)
kill -INT $run && kill -INT $run
python3 -c 'import os, signal, sys
try:
    while True: os.kill(int(sys.argv[1]), signal.SIGINT)
except ProcessLookupError: pass' $run &
wait $run
got=$?
expect_same "exit status" $got 130
expect_ok test $(($(date +%s%N) - before)) -lt 1500000000
finish
