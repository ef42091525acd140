#!/bin/sh
# Metrics on texts from the command line: corpus scores with their signature, repeats.
. "$(dirname "$0")/lib.sh"
cat > pairs.jsonl <<'END'
{"id":"1","prompt":"p1","target":"The cat is sitting on the mat.","output":"The cat sat on the mat."}
{"id":"2","prompt":"p2","target":"There is a dog in the garden.","output":"There is a dog."}
END

title "a corpus score is sacrebleu's, with its signature"
expect_ok assay import pairs.jsonl --db a.db -m m --metric bleu
expect_out '40.98'
expect_out 'nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0'
expect_ok assay show --db a.db --json 1
expect_out '"signature":"nrefs:1'
expect_out '"aggregation":"bleu"'

title "corpus scores are compared as such, on their own scale"
sed 's/"output":"There is a dog."/"output":"There is a dog in the garden."/' pairs.jsonl > better.jsonl
expect_ok assay import better.jsonl --db a.db -m n --metric bleu --name pairs
expect_ok assay compare --db a.db 1 2 --force
expect_out '40\.98.*approximate-randomisation'
expect_ok assay compare --db a.db 1 2 --force --json
expect_out '"test":"approximate-randomisation"'

title "changes of a score that is not 0 or 1: beyond rounding, the largest first, limited"
python3 - <<'END'
import json
words = "one two three four five six seven eight nine ten eleven twelve thirteen".split()
with open("long-a.jsonl", "w") as a, open("long-b.jsonl", "w") as b:
    for i in range(1, 14):
        row = {"id": f"k{i}", "prompt": "p", "target": " ".join(words)}
        a.write(json.dumps({**row, "output": " ".join(words)}) + "\n")
        b.write(json.dumps({**row, "output": " ".join(words[:i])}) + "\n")
END
expect_ok assay import long-a.jsonl --db f.db -m a --metric chrf --name long
expect_ok assay import long-b.jsonl --db f.db -m b --metric chrf --name long
expect_ok assay compare --db f.db a b
expect_out 'items whose value changed, most changed first \(12\):'
expect_same "the first" "$(sed -n 's/^  \(k[0-9]*\) *100 -> .*/\1/p' out/stdout | head -1)" k1
expect_same "how many" "$(grep -c '^  k[0-9]* *100 -> [0-9.]*  (-[0-9.]*)$' out/stdout)" 10
expect_out '\.\.\. and 2 more \(-n N shows N, --all every one\)'
expect_ok assay compare --db f.db a b -n 3 --lang zh
expect_same "with -n 3" "$(grep -c '^  k' out/stdout)" 3
expect_out '得分有变化的题目，变化大的在前'
expect_status 2 assay compare --db f.db a b -n -1

title "BLEU that finds no words in Chinese says so, and what to type instead"
printf '%s\n' '{"id":"1","prompt":"p","target":"猫坐在垫子上。","output":"猫坐在垫子上面。"}' \
    '{"id":"2","prompt":"q","target":"花园里有一只狗。","output":"花园里有狗。"}' > zh.jsonl
sed 's/"target":"[^"]*"/"target":"庭に犬がいるのです。"/' zh.jsonl > ja.jsonl
expect_ok assay import zh.jsonl --db w.db -m m --metric bleu
expect_out 'WARNING: run 1: the references are Chinese, and bleu as it is set'
expect_out 'assay rescore 1 --metric bleu,tokenize=zh'
expect_ok assay show 1 --db w.db --lang zh
expect_out '警告：评测 1 的参考答案是中文'
expect_ok assay show 1 --db w.db --json
expect_json 'o["metrics"][0]["advice"]["metric"]' 'bleu,tokenize=zh'
expect_ok assay rescore 1 --db w.db --metric bleu,tokenize=zh
expect_not_out WARNING
expect_ok assay import zh.jsonl --db w.db -m m --metric bleu,lowercase=true --name lower
expect_out 'metric bleu,tokenize=zh,lowercase=true'
expect_ok assay import zh.jsonl --db w.db -m m --metric ter --name ter
expect_out 'metric ter,normalized,asian_support'
expect_ok assay import ja.jsonl --db w.db -m m --metric bleu --name ja
expect_out 'references are Japanese'
expect_out 'metric bleu,tokenize=char'
expect_ok assay import zh.jsonl --db w.db -m m --metric chrf --name chrf
expect_not_out WARNING
expect_ok assay import pairs.jsonl --db w.db -m m --metric bleu --name en
expect_not_out WARNING

title "other metrics can be asked for by name"
for metric in chrf ter rouge1 rougeL rougeLsum token_f1 quasi_exact_match cer wer edit_distance; do
    expect_ok assay import pairs.jsonl --db "$metric.db" -m m --metric "$metric"
    expect_out "$metric"
done

title "too few repeats are refused before anything is asked"
printf '{"question":"2+2?","answer":"4"}\n' > q.jsonl
printf '{"id":"1","output":"4"}\n' > answers.jsonl
expect_status 2 assay run --db b.db -m recorded:answers.jsonl --data q.jsonl --prompt '{{question}}' \
    --target '{{answer}}' --metric pass@4
expect_err 'needs 4 answers of each item, not 1; use --repeats 4'
finish
