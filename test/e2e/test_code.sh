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
expect_status 1 assay run --db c.db -m recorded:given.jsonl --task judged.yaml --data data
expect_err 'missing.py'
finish
