#!/usr/bin/env python3
"""The metrics of bench_metrics in Python, for comparing times on the same texts.

    reference_metrics.py make FILE PAIRS WORDS      writes pairs of sentences, seeded
    reference_metrics.py bleu|chrf|rouge FILE       prints seconds, score and whose program it is

When sacrebleu and rouge_score can be imported they are what is measured; else the plain programs
below, which do the same work in the same way: counters of n-grams, regular expressions, a table
for subsequences. Scoring alone is timed, best of 3.
"""
import math
import random
import re
import sys
import time
from collections import Counter

PUNCTUATION = re.compile(r"([{-~\[-` -&(-+:-@/])")
AFTER_OTHER = re.compile(r"([^0-9])([.,])")
BEFORE_OTHER = re.compile(r"([.,])([^0-9])")
DASH = re.compile(r"([0-9])(-)")


def tokens_13a(line):
    line = line.rstrip().replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    line = PUNCTUATION.sub(r" \1 ", f" {line} ")
    line = AFTER_OTHER.sub(r"\1 \2 ", line)
    line = BEFORE_OTHER.sub(r" \1 \2", line)
    return DASH.sub(r"\1 \2 ", line).split()


def plain_bleu(pairs):
    right, total, length, reference_length = [0] * 4, [0] * 4, 0, 0
    for hypothesis, reference in pairs:
        h, r = tokens_13a(hypothesis), tokens_13a(reference)
        length, reference_length = length + len(h), reference_length + len(r)
        for n in range(1, 5):
            grams = Counter(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
            known = Counter(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
            total[n - 1] += sum(grams.values())
            right[n - 1] += sum(min(c, known[g]) for g, c in grams.items() if g in known)
    logs = sum(math.log(100 * a / b) for a, b in zip(right, total)) / 4
    brevity = math.exp(1 - reference_length / length) if length < reference_length else 1
    return brevity * math.exp(logs)


def plain_chrf(pairs):
    sums = [[0, 0, 0] for _ in range(6)]
    for hypothesis, reference in pairs:
        h, r = "".join(hypothesis.split()), "".join(reference.split())
        for n in range(1, 7):
            grams = Counter(h[i:i + n] for i in range(len(h) - n + 1))
            known = Counter(r[i:i + n] for i in range(len(r) - n + 1))
            sums[n - 1][0] += sum(grams.values())
            sums[n - 1][1] += sum(known.values())
            sums[n - 1][2] += sum(min(c, known[g]) for g, c in grams.items() if g in known)
    p = sum(m / a for a, _, m in sums) / 6
    q = sum(m / b for _, b, m in sums) / 6
    return 100 * 5 * p * q / (4 * p + q)


def plain_rouge(pairs):
    def f(hits, a, b):
        p, r = hits / max(a, 1), hits / max(b, 1)
        return 2 * p * r / (p + r) if p + r else 0

    total = 0
    for hypothesis, reference in pairs:
        h = re.sub(r"[^a-z0-9]+", " ", hypothesis.lower()).split()
        r = re.sub(r"[^a-z0-9]+", " ", reference.lower()).split()
        for n in (1, 2):
            grams = Counter(tuple(h[i:i + n]) for i in range(len(h) - n + 1))
            known = Counter(tuple(r[i:i + n]) for i in range(len(r) - n + 1))
            total += f(sum(min(c, known[g]) for g, c in grams.items()), len(h) - n + 1,
                       len(r) - n + 1)
        row = [0] * (len(h) + 1)
        for word in r:
            diagonal = 0
            for j, other in enumerate(h, 1):
                above = row[j]
                row[j] = diagonal + 1 if word == other else max(above, row[j - 1])
                diagonal = above
        total += f(row[-1], len(h), len(r))
    return 100 * total / (3 * len(pairs))


def best_program(name):
    """(function, whose)"""
    try:
        if name == "rouge":
            from rouge_score import rouge_scorer
            kinds = ["rouge1", "rouge2", "rougeL"]
            scorer = rouge_scorer.RougeScorer(kinds)

            def rouge(pairs):
                scores = [scorer.score(r, h) for h, r in pairs]
                return 100 * sum(s[k].fmeasure for s in scores for k in kinds) / (3 * len(pairs))
            return rouge, "rouge_score"
        import sacrebleu
        score = {"bleu": sacrebleu.corpus_bleu, "chrf": sacrebleu.corpus_chrf}[name]
        return lambda pairs: score([h for h, _ in pairs], [[r for _, r in pairs]]).score, \
            "sacrebleu " + sacrebleu.__version__
    except ImportError:
        return {"bleu": plain_bleu, "chrf": plain_chrf, "rouge": plain_rouge}[name], "plain Python"


def make(path, pairs, words):
    rng = random.Random(7)
    letters = "etaoinshrdlucmfwgypbvk"
    known = ["".join(rng.choices(letters, k=rng.randint(2, 9))) + "o" for _ in range(4000)]
    weights = [1 / (i + 1) for i in range(len(known))]
    with open(path, "w") as out:
        for _ in range(pairs):
            reference = rng.choices(known, weights, k=rng.randint(words // 2, words * 3 // 2))
            hypothesis = [w if rng.random() < .75 else rng.choices(known, weights)[0]
                          for w in reference if rng.random() < .95]
            ends = rng.choice([".", "!", " (1,234.5).", ", no?"])
            print(" ".join(hypothesis) + ends, " ".join(reference) + ends, sep="\t", file=out)


def main(argv):
    if argv[1] == "make":
        make(argv[2], int(argv[3]), int(argv[4]))
        return
    pairs = [tuple(line.rstrip("\n").split("\t")) for line in open(argv[2])]
    run, whose = best_program(argv[1])
    best = math.inf
    for _ in range(3):
        start = time.perf_counter()
        score = run(pairs)
        best = min(best, time.perf_counter() - start)
    print(f"{best:.6f} {score:.9f} {whose}")


if __name__ == "__main__":
    main(sys.argv)
