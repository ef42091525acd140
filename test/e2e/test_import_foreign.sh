#!/bin/sh
# Results of other frameworks become runs with the scores that those gave, and compare with ours.
. "$(dirname "$0")/lib.sh"
logs="python3 $root/test/e2e/foreign_logs.py"

title "an inspect log: epochs, errors, tokens"
for how in stored deflated json; do
    ext=eval; [ $how = json ] && ext=json
    $logs inspect $how.$ext $how
    expect_status 4 assay import $how.$ext --db $how.db --json
    expect_json '[(r["model"], r["task"], r["n_items"], r["n_repeats"]) for r in o]' \
        "[('openai/gpt-x', 'sums', 3, 2)]"
    expect_json 'o[0]["metrics"][0]["mean"]' 0.75
    expect_json '(o[0]["metrics"][0]["metric"], o[0]["outcomes"]["error"])' "('match', 2)"
done
expect_ok assay samples 1 --db deflated.db --json
expect_json 'o[0]["output"], o[0]["judgements"][0]["judge"]' "('2', 'rule:inspect')"
expect_ok assay show 1 --db deflated.db --json
$logs inspect unfinished.eval unfinished
expect_status 4 assay import unfinished.eval --db stored.db
expect_err 'imported before'

title "an epoch without a number takes no share of the mean"
$logs inspect unsure.json unsure
expect_ok assay import unsure.json --db unsure.db --json
expect_json 'o[0]["metrics"][0]["mean"]' 0.5

title "a document of lm-eval that stands twice does not count twice"
mkdir -p twice
for acc in 1 0; do echo '{"doc_id": 0, "doc": {"q": 1}, "target": "", "arguments": {}, "resps": [["a"]], "filtered_resps": ["a"], "filter": "none", "metrics": ["acc"], "acc": '$acc'}'; done > twice/samples_x_2026-01-02T03-04-05.678901.jsonl
expect_status 1 assay import twice --db twice.db
expect_err '678901.jsonl:2: a document has "acc" in filter "none" twice'

title "the same again changes nothing; another name is another run"
expect_status 4 assay import deflated.eval --db deflated.db
expect_err 'run 1: openai/gpt-x, imported before; nothing changed'
expect_status 4 assay import deflated.eval --db deflated.db -m other
expect_err 'run 2: other, 2 of 3 items have an output'

title "lm-eval's IFEval: an item weighs as many as it has instructions"
mkdir -p ifeval
cat > ifeval/samples_ifeval_2026-01-02T03-04-05.678901.jsonl <<'END'
{"doc_id": 0, "doc": {"key": 1, "prompt": "p"}, "target": "", "arguments": {"gen_args_0": {"arg_0": "p", "arg_1": {}}}, "resps": [["a"]], "filtered_resps": ["a"], "filter": "none", "metrics": ["prompt_level_strict_acc", "inst_level_strict_acc"], "prompt_level_strict_acc": true, "inst_level_strict_acc": [true]}
{"doc_id": 1, "doc": {"key": 2, "prompt": "q"}, "target": "", "arguments": {"gen_args_0": {"arg_0": "q", "arg_1": {}}}, "resps": [["b"]], "filtered_resps": ["b"], "filter": "none", "metrics": ["prompt_level_strict_acc", "inst_level_strict_acc"], "prompt_level_strict_acc": false, "inst_level_strict_acc": [false, false, true]}
END
cat > ifeval/results_2026-01-02T03-04-05.678901.json <<'END'
{"results": {"ifeval": {"inst_level_strict_acc,none": 0.5}}, "model_name": "m", "configs": {"ifeval": {"task": "ifeval", "dataset_path": "ifeval",
 "metric_list": [{"metric": "inst_level_strict_acc", "aggregation": "def agg_inst_level_acc(items): ...", "higher_is_better": true}]}}}
END
expect_ok assay import ifeval --db ifeval.db --json
expect_json '[(m["metric"], m["mean"]) for m in o[0]["metrics"]]' \
    "[('prompt_level_strict_acc', 0.5), ('inst_level_strict_acc', 0.5)]"

title "OpenCompass: predictions are scored here, details keep their verdicts"
mkdir -p predictions/internlm results/internlm
cat > predictions/internlm/sums.json <<'END'
{"0": {"origin_prompt": [{"role": "HUMAN", "prompt": "1+1?"}], "prediction": "2", "gold": "2"},
 "1": {"origin_prompt": [{"role": "HUMAN", "prompt": "2+1?"}], "prediction": "so 4", "gold": "3"}}
END
cat > results/internlm/sums.json <<'END'
{"accuracy": 50.0, "details": {"type": "GEN", "0": {"prompt": "1+1?", "origin_prediction": "is 2",
 "predictions": "2", "references": "2", "correct": true},
 "1": {"prompt": "2+1?", "origin_prediction": "so 4", "predictions": "4", "references": "3", "correct": false}}}
END
expect_ok assay import predictions/internlm/sums.json --db oc.db --json
expect_json '[(r["model"], r["metrics"][0]["mean"]) for r in o]' "[('internlm', 0.5)]"
expect_ok assay import results/internlm/sums.json --db oc.db --json --name details
expect_json '(o[0]["metrics"][0]["metric"], o[0]["metrics"][0]["mean"])' "('accuracy', 0.5)"
printf '{"accuracy": 1, "details": {"0": {"prompt": "x"}}}' > undecided.json
expect_status 1 assay import undecided.json --db oc.db
expect_err 'undecided\.json: detail "0" does not say whether it is right'

title "runs of different frameworks pair by the items' ids"
cat > ours.jsonl <<'END'
{"id": "q1", "prompt": "1+1?", "output": "2", "target": "2", "model": "ours"}
{"id": "q2", "prompt": "2+1?", "output": "4", "target": "3", "model": "ours"}
END
expect_ok assay import ours.jsonl --db deflated.db --name sums
expect_status 1 assay compare 1 3 --db deflated.db
expect_err 'foreign: "inspect" / \(absent\)'
expect_ok assay import results/internlm/sums.json --db oc2.db --id "q{{references}}" --name sums
cat > lm.py <<'END'
import json, os
os.makedirs('lm', exist_ok=True)
with open('lm/samples_sums_2026-01-02T03-04-05.678901.jsonl', 'w') as f:
    for i, (out, right) in enumerate((('2', 1.0), ('5', 0.0), ('4', 1.0))):
        f.write(json.dumps({'doc_id': i, 'doc': {'n': i + 1}, 'target': str(i + 2), 'filter': 'strict',
            'arguments': {'gen_args_0': {'arg_0': f'{i + 1}+1?', 'arg_1': {}}}, 'resps': [[out]],
            'filtered_resps': [out], 'metrics': ['match'], 'match': right}) + '\n')
END
python3 lm.py
expect_ok assay import lm --db deflated.db --id 'q{{n}}' --json
expect_json '(o[0]["model"], o[0]["task"], o[0]["n_items"])' "('lm', 'sums', 3)"
sed 's/"filter": "strict"/"filter": "none"/' lm/samples_*.jsonl > samples_sums.jsonl
expect_ok assay import samples_sums.jsonl --db deflated.db --id 'q{{n}}' -m lm2
expect_ok assay compare 1 5 --force --db deflated.db --json
expect_json '(o[0]["n"], any("foreign" in d for d in o[0]["protocol_differences"]))' '(2, True)'

expect_status 2 assay rescore 5 --metric exact_match --db deflated.db
expect_err 'run 5 holds the scores of lm-eval, which cannot be made again here'
sed 's/"match"/"exact_match"/g' samples_sums.jsonl > samples_theirs.jsonl
expect_ok assay import samples_theirs.jsonl --db two.db --id 'q{{n}}' --name sums -m theirs
expect_ok assay import ours.jsonl --db two.db --name sums --extract number
expect_status 1 assay compare 1 2 --db two.db
expect_ok assay compare 1 2 --force --db two.db --json
expect_json '(o[0]["n"], o[0]["metric"], "pipeline: none / extract" in o[0]["protocol_differences"])' "(2, 'exact_match', True)"

title "predictions that were made in shards are one run"
mkdir -p predictions/parted
for shard in 0 1 2; do
    printf '{"0": {"prediction": "%s", "gold": "0"}, "1": {"prediction": "%s", "gold": "%s"}}' \
        $shard $shard $shard > predictions/parted/sums_$shard.json
done
expect_ok assay import predictions/parted/sums_1.json --db parted.db --json
expect_err 'sums: 3 shards are taken together'
expect_json '(o[0]["model"], o[0]["task"], o[0]["n_items"], o[0]["metrics"][0]["mean"])' \
    "('parted', 'sums', 6, $(python3 -c 'print(4/6)'))"
expect_ok assay samples 1 --db parted.db --json
expect_json '[s["item_key"] for s in o]' "['0', '1', '2', '3', '4', '5']"
expect_ok assay import predictions/parted/sums.json --db parted.db
expect_err 'imported before'
rm predictions/parted/sums_1.json
expect_status 1 assay import predictions/parted/sums.json --db parted.db
expect_err 'has 2 shards in .*the last is number 2'
rm predictions/parted/sums_2.json # a name that ends so, alone
expect_ok assay import predictions/parted/sums_0.json --db alone.db --json
expect_json '(o[0]["task"], o[0]["n_items"])' "('sums_0', 2)"

title "a log in the working folder, and a sample that was logged twice"
mkdir lonely
cp samples_sums.jsonl lonely/
(cd lonely && expect_ok_here() { "$root/build/release/assay" "$@" > ../out/stdout 2> ../out/stderr; } && expect_ok_here import samples_sums.jsonl --db ../lonely.db --json)
expect_json 'o[0]["model"]' 'lonely'
python3 -W ignore - <<'END'
import json, zipfile
with zipfile.ZipFile('twice.eval', 'w') as z:
    z.writestr('header.json', json.dumps({'eval': {'task': 't', 'model': 'm', 'dataset': {'name': 'd'}}}))
    for value in ('I', 'C'):
        z.writestr('samples/1_epoch_1.json', json.dumps({'id': 1, 'epoch': 1, 'input': 'i', 'target': 't',
            'output': {'completion': 'o'}, 'scores': {'s': {'value': value}}}))
END
expect_ok assay import twice.eval --db twice.db --json
expect_json '(o[0]["n_samples"], o[0]["metrics"][0]["mean"])' '(1, 1)'

title "what is wrong with a log is said, and nothing is stored"
mkdir empty
expect_status 1 assay import empty --db none.db
expect_err 'holds no samples_\*\.jsonl of lm-eval and no \.eval'
printf '{"doc": {}}\n' > samples_x.jsonl
expect_status 1 assay import samples_x.jsonl --db none.db
expect_err 'samples_x\.jsonl:1: a line of lm-eval samples has'
head -c 300 deflated.eval > cut.eval
expect_status 1 assay import cut.eval --db none.db
expect_err 'not a zip archive'
expect_status 2 assay import ours.jsonl --from helm --db none.db
expect_err 'it can be records, lm-eval, inspect or opencompass'
expect_no_file none.db

golden=$shared/golden/lm-eval
[ -d "$golden" ] || finish

title "lm-eval: the numbers that it printed"
for task in exam_art exam_science gen_letters gen_numbers gen_trim gen_votes; do
    expect_ok assay task show $task --tasks "$golden/tasks" --json
    python3 -c 'import json; o=json.load(open("out/stdout")); json.dump(o.get("config", o), open("config.json", "w"))'
    $logs lm-eval $task "$golden" config.json "logs/$task"
    expect_ok assay import "logs/$task" --db golden.db --json
    cp out/stdout imported.json
    python3 - "$task" "$golden" > verdict <<'END'
import json, sys
task, golden = sys.argv[1:]
want = json.load(open(f'{golden}/expected/{task}.json'))['results'][task]
run = json.load(open('imported.json'))[0]
checked = 0
for m in run['metrics']:
    key = f"{m['metric']},{m['filter']}"
    assert abs(m['mean'] - want[key]) < 1e-9, (key, m['mean'], want[key])
    checked += 1
assert run['model'] == 'golden-lm' and checked, run
print('same')
END
    expect_same "$task" "$(cat verdict)" same
done

finish
