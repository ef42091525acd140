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
