#!/bin/sh
# The same models in this process and behind llama.cpp, an endpoint that nobody here wrote:
# the same answers to the built-in tasks.
. "$(dirname "$0")/lib.sh"
models=$root/share/models
"$root/test/e2e/llama_start.sh" tiny-1="$models/tiny-1.gguf" tiny-4="$models/tiny-4.gguf" \
    > out/server 2> out/skip
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

title "log-probabilities of the suite within 0.01"
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

# Texts that nothing was tuned on. llama.cpp's own results depend on the processor: its way
# with AVX-512 is followed here, elsewhere it differs from that by up to a few hundredths.
title "log-probabilities of other texts within 0.001 where llama.cpp uses AVX-512"
make -s -C "$root" MODE=release build/release/tool_local_logprobs >&2 || exit 2
bound=0.1
grep -q avx512dq /proc/cpuinfo && bound=0.001
python3 - "$url" "$root/build/release/tool_local_logprobs" "$models" "$bound" \
    > out/stdout 2> out/stderr << 'END'
import json, random, subprocess, sys, urllib.request
url, tool, models, bound = sys.argv[1:]
pick = random.Random(20261125)
letters = "abcdefghijklmnopqrstuvwxyzABCDE 0123456789+-=?:.,\n的是有个多少首都几\U0001F600"
texts = ["".join(pick.choice(letters) for _ in range(n)) for n in (2, 3, 9, 30, 60, 63, 64, 65, 90)]
for _ in range(12):
    a, b, c = (pick.randrange(60) for _ in range(3))
    texts += [f"Q: {a}+{b}=?\nAnswer: {c}", f"Q: 小林有{a}个杯子，小兰又给了{b}个，一共有几个？\nAnswer: {c}",
              f"Q: Lily has {a} keys. Ann gives {b} more. How many in all?\nAnswer: {c}"]
def by_llama(model, text):
    body = {"model": model, "prompt": text, "echo": True, "logprobs": 1, "max_tokens": 0}
    ask = urllib.request.Request(url + "/completions", json.dumps(body).encode())
    return json.load(urllib.request.urlopen(ask))["choices"][0]["logprobs"]["token_logprobs"][1:]
for model in "tiny-1", "tiny-4":
    ours = json.loads(subprocess.run([tool, f"{models}/{model}.gguf"], input=json.dumps(texts).encode(),
                                     stdout=subprocess.PIPE, check=True).stdout)
    off = []
    for text, mine in zip(texts, ours):
        theirs = by_llama(model, text)
        assert len(mine) == len(theirs) > 0, text
        off += [abs(x - y) for x, y in zip(mine, theirs)]
    print(f"{model}: {len(off)} numbers, largest difference {max(off):.6f}, bound {bound}")
    assert len(off) > 1500 and max(off) < float(bound)
END
expect_same "comparison of other texts" $? 0
cat out/stdout
finish
