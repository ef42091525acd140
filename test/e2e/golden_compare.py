#!/usr/bin/env python3
"""Compares `assay run --json` with the golden results of lm-evaluation-harness.

    golden_compare.py EXPECTED OUTPUT [NAME] [RUN]

EXPECTED is a file of expected/, OUTPUT what assay printed, NAME the task to look at when the
output has several, RUN one of a chat file's runs. Prints what differs; the last line counts:
"compared N values, M differ".
"""
import json
import math
import sys

# Statistics whose standard error can be compared: means, and corpus scores, for which
# lm-evaluation-harness always makes 100 draws. The golden errors of others are of 1,000 draws.
MEANS = {"bleu", "chrf", "ter", "acc", "acc_norm", "acc_bytes", "acc_mutual_info", "exact_match", "exact_match_mc",
         "quick_extract", "word_count"}


def close(got, want):
    if want in ("N/A", None):
        return True
    if got is None:
        return False
    return math.isclose(got, want, rel_tol=1e-9, abs_tol=1e-12)


def ours(output):
    """(task or group, metric, filter) -> entry"""
    found = {}
    for run in output["runs"]:
        for m in run["metrics"]:
            found[run["task"], m["metric"], m["filter"]] = m
    for g in output["groups"]:
        found[g["group"], g["metric"], g["filter"]] = g
    return found


def main(argv):
    expected = json.load(open(argv[1]))
    output = json.load(open(argv[2]))
    only = argv[3] if len(argv) > 3 else None
    if "runs" in expected:
        expected = expected["runs"][argv[4]]
    got, n, wrong = ours(output), 0, 0
    for name, result in expected["results"].items():
        if only and name != only:
            continue
        for key, want in result.items():
            if "," not in key or "_stderr," in key:
                continue
            metric, pipeline = key.split(",", 1)
            mine = got.get((name, metric, pipeline))
            if mine is None:
                n, wrong = n + 1, wrong + 1
                print(f"{name}: no {key}")
                continue
            pairs = [("mean", want)]
            if metric in MEANS:
                pairs.append(("se", result.get(f"{metric}_stderr,{pipeline}", "N/A")))
            for field, value in pairs:
                n += 1
                if not close(mine[field], value):
                    wrong += 1
                    print(f"{name}: {field} of {key} is {mine[field]!r}, want {value!r}")
    print(f"compared {n} values, {wrong} differ")
    return 1 if wrong or not n else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
