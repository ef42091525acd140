#!/bin/sh
# IFEval from its data set: strict and loose, by prompt and by instruction.
. "$(dirname "$0")/lib.sh"
[ -r "$shared/data/ifeval/prompts.jsonl" ] || { echo "skipped: no data"; finish; exit; }

cat > task.yaml <<'END'
task: ifeval
dataset_path: ifeval
test_split: train
output_type: generate_until
num_fewshot: 0
doc_to_text: prompt
doc_to_target: 0
generation_kwargs: {until: [], do_sample: false, temperature: 0.0, max_gen_toks: 1280}
metric_list:
  - metric: prompt_level_strict_acc
  - metric: inst_level_strict_acc
  - metric: prompt_level_loose_acc
  - metric: inst_level_loose_acc
END
mkdir -p data/ifeval/default
python3 - "$shared/data/ifeval/prompts.jsonl" <<'END'
import json, sys
docs, answers = open("data/ifeval/default/train.jsonl", "w"), open("answers.jsonl", "w")
for line in open(sys.argv[1]):
    doc = json.loads(line)
    doc["id"] = doc["key"]
    print(json.dumps(doc), file=docs)
    prompt = doc["prompt"]
    print(json.dumps({"id": doc["key"], "output": prompt + "\n\n" + prompt.replace(",", "").lower()}), file=answers)
END

# lm-evaluation-harness counts 137, 303, 204 and 420 of these: with a letter drawn at random where the
# data ask for "#" or "!", which follows once strictly and loosely, and once more than here.
title "four accuracies, as lm-evaluation-harness gives them"
expect_ok assay run --db a.db -m recorded:answers.jsonl --task task.yaml --data data
expect_ok assay show --db a.db --json 1
python3 - <<'END' > figures
import json
for m in json.load(open("out/stdout"))["metrics"]:
    n = 834 if m["metric"].startswith("inst") else 541
    print(m["metric"], round(m["mean"] * n, 6))
END
for want in 'prompt_level_strict_acc 136' 'inst_level_strict_acc 301' 'prompt_level_loose_acc 203' \
    'inst_level_loose_acc 419'; do
    expect_ok grep "^$want\.0\$" figures
done

title "a document without the columns says so"
printf '{"id":1,"prompt":"p"}\n' > data/ifeval/default/train.jsonl
printf '{"id":1,"output":"o"}\n' > answers.jsonl
expect_status 1 assay run --db b.db -m recorded:answers.jsonl --task task.yaml --data data
expect_err 'column "instruction_id_list" must be a list'
finish
