#!/usr/bin/env python3
"""Writes a tree of task files like that of lm-evaluation-harness: task_tree.py DIR [FILES]

14,000 files by default, in folders of about 60; most include a file without extension, which may
include another one up a folder; one in sixteen is a group; two in three have a tag.
"""
import os
import random
import sys

ROOT = """dataset_path: org/data
output_type: multiple_choice
test_split: test
fewshot_split: dev
doc_to_text: "{{question.strip()}}\\nA. {{a}}\\nB. {{b}}\\nAnswer:"
doc_to_choice: ["A", "B"]
doc_to_target: answer
metric_list:
  - metric: acc
    aggregation: mean
    higher_is_better: true
metadata:
  version: 1.0
"""


def main(argv):
    folder, files = argv[1], int(argv[2]) if len(argv) > 2 else 14000
    rng = random.Random(1)
    made, family = 0, 0
    while made < files:
        base = os.path.join(folder, f"family{family % 200:03}", f"part{family}")
        os.makedirs(base, exist_ok=True)
        up = os.path.join(os.path.dirname(base), "_root_yaml")
        if not os.path.exists(up):
            open(up, "w").write(ROOT)
        with open(os.path.join(base, "_part_yaml"), "w") as f:
            f.write(f"include: ../_root_yaml\ndataset_name: part{family}\n")
        names = []
        for i in range(min(files - made, rng.randrange(40, 80))):
            name = f"task_{family}_{i}"
            path = os.path.join(base, name + ".yaml")
            if i % 16 == 15:
                text = f"group: group_{family}_{i}\ntask:\n" + "".join(f"  - {n}\n" for n in names[-4:])
            else:
                names.append(name)
                tag = rng.choice(["", f"tag: family_{family}\n", f"tag:\n  - family_{family}\n  - all_{i % 9}\n"])
                text = f'# made\ninclude: _part_yaml\ntask: {name}\n{tag}description: "About {i}.\\n\\n"\n'
            open(path, "w").write(text)
            made += 1
        family += 1
    print(f"{made} files")


if __name__ == "__main__":
    main(sys.argv)
