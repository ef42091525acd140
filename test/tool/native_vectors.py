#!/usr/bin/env python3
"""native_vectors.py - what the functions of lm-evaluation-harness give for documents of ours.

    test/tool/native_vectors.py CHECKOUT [PROSE]

CHECKOUT is a folder with the package lm_eval, at the commit whose sources share/functions knows.
Reads test/data/native_cases.json (documents and answers made up here), runs the Python functions
themselves, their filters among them, and writes test/data/native_vectors.json, which
test_native_vectors.c compares with the native versions. Needs numpy, jinja2 and PyYAML; other
libraries that a file of the checkout imports are replaced by empty modules.

Of a task's configuration only what is not prose is kept: functions by name and hash, lists of
metrics and filters. Cases whose functions read texts of their source ("prose": true) go into the
file PROSE alone, which is not for the repository; NATIVE_VECTORS=PROSE makes the test read it too.
"""
import ast, collections, difflib, importlib.metadata, importlib.util, json, os, random, re, string, subprocess, sys, types

import jinja2, yaml

checkout = sys.argv[1]
prose_file = sys.argv[2] if len(sys.argv) > 2 else None
assay = "./assay"
sys.path.insert(0, checkout)
tasks_dir = os.path.join(checkout, "lm_eval", "tasks")
here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")


class Anything(types.ModuleType):
    """A library that is not there."""

    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "load":  # of `evaluate`, which files call when they are loaded
            return lambda *args: types.SimpleNamespace(compute=lambda **kwargs: None)
        return type(name, (), {})


for name in ("datasets", "evaluate", "sacrebleu", "sklearn", "sklearn.metrics", "transformers", "jieba",
             "transformers.data",
             "transformers.data.metrics", "transformers.data.metrics.squad_metrics", "fuzzywuzzy", "rouge", "rouge_score", "bert_score", "math_verify", "antlr4", "torch", "tqdm"):
    try:
        __import__(name)
    except Exception:
        sys.modules[name] = Anything(name)
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, sys.modules[name])

package = types.ModuleType("lm_eval.tasks")
package.__path__ = [tasks_dir]
sys.modules["lm_eval.tasks"] = package
from lm_eval.api.registry import get_filter
import lm_eval.filters  # noqa: F401, registers them

importlib.metadata.version = lambda name: "4.11"  # of antlr4, which minerva_math asks for
sys.modules["sklearn.metrics"].accuracy_score = lambda a, b: sum(x == y for x, y in zip(a, b)) / len(a)


def squad_words(text):
    text = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def squad_f1(right, answer):
    """As SQuAD 2.0's script defines it; transformers, which has it too, need not be there."""
    a, b = squad_words(answer), squad_words(right)
    same = sum((collections.Counter(a) & collections.Counter(b)).values())
    if not a or not b:
        return int(a == b)
    return 2 * same / (len(a) + len(b)) if same else 0


class Rouge:
    """The package `rouge`, ROUGE-L only, written from its description; set ROUGE to use itself."""

    def get_scores(self, predictions, references, avg):
        got, want = ([" ".join(s.split()).split(" ") for s in text.split(".") if s]
                     for text in (predictions[0], references[0]))
        if not got or not want:
            raise ValueError("no sentence")
        common = set()
        for x in want:
            for y in got:
                length = collections.defaultdict(int)
                for i, a in enumerate(x, 1):
                    for j, b in enumerate(y, 1):
                        length[i, j] = (length[i - 1, j - 1] + 1 if a == b
                                        else max(length[i - 1, j], length[i, j - 1]))
                i, j = len(x), len(y)
                while i and j:
                    if x[i - 1] == y[j - 1]:
                        common.add(x[i - 1])
                        i, j = i - 1, j - 1
                    elif length[i - 1, j] > length[i, j - 1]:
                        i -= 1
                    else:
                        j -= 1
        p = len(common) / len({w for s in got for w in s})
        r = len(common) / len({w for s in want for w in s})
        return {"rouge-l": {"f": 2 * (p * r / (p + r + 1e-8))}}


def ratio(a, b):
    """fuzzywuzzy's without python-Levenshtein."""
    if a == b:
        return 100
    return round(100 * difflib.SequenceMatcher(None, a, b).ratio()) if a and b else 0


if "ROUGE" not in os.environ:
    sys.modules["rouge"].Rouge = Rouge
    sys.modules["fuzzywuzzy"].fuzz = types.SimpleNamespace(ratio=ratio)


def f1_of_one(y_true, y_pred):
    """scikit-learn's f1_score of the class True."""
    right, all_ = sum(a and b for a, b in zip(y_true, y_pred)), sum(y_true) + sum(y_pred)
    return 2 * right / all_ if all_ else 0.0


sys.modules["sklearn.metrics"].f1_score = f1_of_one

squad = sys.modules["transformers.data.metrics.squad_metrics"]
squad.compute_exact = lambda right, answer: int(squad_words(right) == squad_words(answer))
squad.compute_f1 = squad_f1


class Dataset(list):
    """As much of datasets.Dataset as process_docs uses."""

    def map(self, f):
        return Dataset({**d, **f(dict(d))} for d in self)

    def filter(self, f):
        return Dataset(d for d in self if f(d))

    def rename_column(self, old, new):
        return Dataset({(new if k == old else k): v for k, v in d.items()} for d in self)

    def remove_columns(self, names):
        return Dataset({k: v for k, v in d.items() if k not in names} for d in self)

    def select(self, places):
        return Dataset(self[i] for i in places)

    def shuffle(self, seed=None):
        raise NotImplementedError("numpy's generator")


class Loader(yaml.CSafeLoader):
    pass


Loader.add_constructor("!function", lambda loader, node: {"!function": node.value})


def tagged(value, folder):
    if isinstance(value, dict):
        if "!function" in value:
            return {**value, "folder": folder}
        return {k: tagged(v, folder) for k, v in value.items()}
    return [tagged(v, folder) for v in value] if isinstance(value, list) else value


def load(path):
    with open(path, encoding="utf8") as f:
        own = yaml.load(f, Loader)
    out = {}
    include = own.get("include") or []
    for one in [include] if isinstance(include, str) else include:
        out.update(load(os.path.join(os.path.dirname(path), one)))
    out.update({k: tagged(v, os.path.dirname(path)) for k, v in own.items() if k != "include"})
    return out


modules = {}


def is_function(value):
    return isinstance(value, dict) and "!function" in value


def function(value):
    module, _, name = value["!function"].rpartition(".")
    folder = checkout if module.startswith("lm_eval.tasks.") else value["folder"]
    path = os.path.join(folder, module.replace(".", "/") + ".py")
    if path not in modules:
        spec = importlib.util.spec_from_file_location("task%d" % len(modules), path)
        modules[path] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(modules[path])
    return getattr(modules[path], name)


env = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)


def field(value, doc, columns, has_choices):
    if is_function(value):
        return function(value)(doc)
    if not isinstance(value, str):
        return value
    if value in columns:
        return doc[value]
    text = env.from_string(value).render(**doc)
    if has_choices and text.isdigit() or text.startswith("[") and text.endswith("]"):
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError):
            pass
    return text


def filtered(steps, answers, doc):
    values = [answers]
    for step in steps:
        options = {k: v for k, v in step.items() if k != "function"}
        if is_function(step["function"]):
            made = function(step["function"])(**options)
        elif step["function"] == "custom":
            return_value = function(options["filter_fn"])(values, [doc])
            values = list(return_value)
            continue
        else:
            made = get_filter(step["function"])(**options)
        values = list(made.apply(values, [doc]))
    return values[0]


def plain(value):
    """numpy's numbers, and what functions return as sequences, as JSON has them."""
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value.item() if hasattr(value, "item") else value


def raw_values(config, doc, results, gold):
    """What an item hands on to the aggregations."""
    if is_function(config.get("process_results")):
        return function(config["process_results"])(doc, results)
    entries = config.get("metric_list") or []
    if config.get("output_type") == "multiple_choice":
        results = [max(range(len(results)), key=lambda i: results[i][0])]
    return {e["metric"]: (gold, results[0]) for e in entries
            if is_function(e.get("aggregation")) and not is_function(e["metric"])}


def aggregated(config, values):
    """Numbers of all items together, where a function of the task file computes them."""
    out = {}
    for entry in config.get("metric_list") or []:
        if is_function(entry.get("aggregation")) and values and not is_function(entry["metric"]):
            out[entry["metric"]] = float(function(entry["aggregation"])([v[entry["metric"]] for v in values]))
    return out


def scores(config, values, answer=None, gold=None):
    """What the metrics make of one item; aggregations that are functions are given only it."""
    entries = config.get("metric_list") or []
    out = {}
    for entry in entries:
        name = entry["metric"]
        if is_function(name):
            if "aggregation" in entry and not is_function(entry["aggregation"]):
                out[name["!function"].rpartition(".")[2]] = function(name)(predictions=[answer], references=[gold])
            continue
        if name in values and is_function(entry.get("aggregation")):
            try:
                out[name] = function(entry["aggregation"])([values[name]])
            except ZeroDivisionError:
                continue
        elif name in values and not isinstance(values[name], (tuple, list)):
            out[name] = values[name]
    return {k: float(v) for k, v in plain(out).items() if v == v}


def kept(config, case):
    """The configuration for the test: functions, metrics, filters; no prose."""
    keys = ("task", "output_type", "process_docs", "process_results", "doc_to_text", "doc_to_target",
            "doc_to_choice", "metric_list", "filter_list", "repeats")
    out = {k: config[k] for k in keys if k in config}
    out.update({"dataset_path": "d", "test_split": "test"})
    if not is_function(out.get("doc_to_text")):
        out["doc_to_text"] = "-"
    for key in () if case.get("prose") else ("doc_to_text", "doc_to_target", "doc_to_choice"):
        if is_function(out.get(key)) and "texts" in out[key]:
            out[key] = "-" if key != "doc_to_choice" else ["-", "+"]
    out.update(case.get("override", {}))
    if '"texts"' in json.dumps(out) and not case.get("prose"):
        sys.exit("%s: a function reads texts of its source" % case["name"])
    return out


def vector(case):
    path = os.path.join(tasks_dir, case["task"])
    config = load(path)
    config.update(case.get("override", {}))
    shown = subprocess.run([assay, "task", "show", config["task"], "--json", "--tasks", os.path.dirname(path)],
                           capture_output=True, text=True)
    if shown.returncode:
        sys.exit("%s: %s" % (case["name"], shown.stderr))
    pinned = kept(json.loads(shown.stdout), case)
    random.seed(0)
    docs = Dataset(json.loads(json.dumps(case["docs"])))
    if is_function(config.get("process_docs")):
        docs = function(config["process_docs"])(docs)
    items, everything = [], []
    choice = config.get("doc_to_choice")
    for i, doc in enumerate(docs):
        columns = list(docs[0])
        item = {}
        if is_function(pinned.get("doc_to_text")):
            text = field(config["doc_to_text"], doc, columns, choice is not None)
            if isinstance(text, tuple) and len(text) == 1:
                text = text[0]  # mafand's stray comma, which lm-evaluation-harness itself refuses
            item["text"] = plain(text)
        target = field(config["doc_to_target"], doc, columns, choice is not None)
        if pinned["doc_to_target"] != "-" and not case.get("any_target"):
            item["target"] = plain(target)
        if choice is not None and pinned["doc_to_choice"] != ["-", "+"]:
            value = field(choice, doc, columns, True)
            item["choices"] = [str(v) for v in value]
        if case.get("columns"):
            item["columns"] = {k: plain(doc[k]) for k in case["columns"]}
        if "likelihoods" in case:
            pairs = [tuple(p) for p in case["likelihoods"][i]]
            item["likelihoods"] = pairs
            if not case.get("only_fields"):
                everything.append(raw_values(config, doc, pairs, target))
                one = {} if case.get("aggregate_only") else scores(config, everything[-1])
                item["scores"] = {"none": one}
        for answers in case.get("answers", [[]] * len(docs))[i:i + 1] if "answers" in case else []:
            item["answers"] = answers
            pipelines = config.get("filter_list") or [{"name": "none", "filter": [{"function": "take_first"}]}]
            item["filtered"] = {p["name"]: plain(filtered(p["filter"], answers, doc)) for p in pipelines}
            if not case.get("only_filters"):
                raw = [raw_values(config, doc, [filtered(p["filter"], answers, doc)], target) for p in pipelines]
                everything.append(raw[0])
                item["scores"] = {p["name"]: scores(config, raw[k], filtered(p["filter"], answers, doc), target)
                                  for k, p in enumerate(pipelines)}
        items.append(item)
    return {"name": case["name"], "source": case["task"], "config": pinned, "docs": case["docs"], "items": items,
            "aggregated": aggregated(config, everything)}


with open(os.path.join(here, "native_cases.json"), encoding="utf8") as f:
    cases = json.load(f)
vectors, prose, failed = [], [], 0
for case in cases:
    try:
        (prose if case.get("prose") else vectors).append(json.dumps(vector(case), ensure_ascii=False))
    except (Exception, SystemExit) as e:
        print("%s: %s: %s" % (case["name"], type(e).__name__, e), file=sys.stderr)
        failed += 1
if failed:
    sys.exit("%d cases failed; nothing is written" % failed)
for path, lines in ((os.path.join(here, "native_vectors.json"), vectors), (prose_file, prose)):
    if path:
        with open(path, "w", encoding="utf8") as f:
            f.write("[\n" + ",\n".join(lines) + "\n]\n")
