/* task.h - a task: how an item becomes requests, and answers become scores.
 *
 * A task file is lm-evaluation-harness YAML, unchanged. The Task here is fully resolved
 * (includes, defaults) and its templates are parsed. It is immutable and shared by
 * threads. Everything lives in the TaskSet's arena. */
#ifndef TASK_TASK_H
#define TASK_TASK_H

#include "base/json.h"
#include "base/vec.h"

#include <stdatomic.h>

typedef struct Task Task;
typedef struct TaskSet TaskSet;

typedef enum OutputType {
    OUTPUT_MULTIPLE_CHOICE,
    OUTPUT_GENERATE,
    OUTPUT_LOGLIKELIHOOD,
    OUTPUT_ROLLING /* the log-likelihood of a whole text */
} OutputType;

/* ---- documents: where items come from, by position ---- */
typedef struct Docs Docs;
struct Docs {
    size_t len;
    /* Document `index` (an object) in `arena`. Safe to call from several threads. */
    Status (*get)(const Docs *docs, size_t index, Arena *arena, Json *out, Err *err);
};

/* ---- finding tasks ---- */
typedef enum TaskKind { TASK_SINGLE, TASK_GROUP, TASK_TAG } TaskKind;

/* A name resolved: a task, or a group / tag with what is below it. */
typedef struct TaskNode TaskNode;
struct TaskNode {
    TaskKind kind;
    Str name, alias;
    const Task *task; /* TASK_SINGLE */
    TaskNode *children;
    size_t n_children;
    const Json *aggregates; /* aggregate_metric_list of a group, or NULL */
    const Json *config;     /* everything a group says (metadata.version ...), or NULL */
    const char *file;       /* where it is defined */
    uint32_t line;
};

/* Indexes the YAML files below each directory (names only: files are parsed when asked
 * for). `dirs` are searched in order, then the built-in tasks. */
Status taskset_open(Arena *arena, const char *const *dirs, size_t n_dirs, TaskSet **out,
                    Err *err) MUST_CHECK;

/* `name`: a task, group or tag, or the path of a YAML file. E_MISSING suggests near names. */
Status taskset_find(TaskSet *set, Str name, TaskNode *out, Err *err) MUST_CHECK;

typedef struct TaskEntry {
    TaskKind kind;
    Str name, file;
} TaskEntry;
typedef VEC(TaskEntry) TaskEntries;
Status taskset_list(TaskSet *set, Arena *arena, TaskEntries *out, Err *err) MUST_CHECK;

/* What is wrong in a file: "FILE:line:column: what", and for counting what kind of thing it is
 * about and which ("metric", "rouge1"). */
typedef struct Problem {
    Str text, kind, about;
} Problem;
typedef VEC(Problem) Problems;

/* Problems of one file; none means it can run. `name` and `kind` say what the file defines; the
 * name is empty when it defines nothing (it is there to be included). */
typedef struct TaskReport {
    Str name;
    TaskKind kind;
    Problems problems;
} TaskReport;
Status task_check(TaskSet *set, const char *path, Arena *arena, TaskReport *out,
                  Err *err) MUST_CHECK;

/* A task without a file: prompt and target templates, one metric. `extract` is a regex
 * (last match counts), a kind of answer or empty; `metric` is as task_metric_entry reads it. */
typedef struct QuickTask {
    Str name, prompt, target, metric, extract;
    Str choices;            /* template or column of options: multiple choice by likelihood */
    const Json *generation; /* generation_kwargs, or NULL */
} QuickTask;
/* A metric with its options on one line, "bleu,tokenize=zh,lowercase", as an entry of
 * metric_list. A value is JSON or else text; an option without one is true. What is unknown is
 * found when the task is resolved. */
Json task_metric_entry(Arena *arena, Str text);
Status task_quick(TaskSet *set, const QuickTask *quick, const Task **out, Err *err) MUST_CHECK;

/* ---- what a resolved task says ---- */
typedef struct TaskMetric {
    Str name;        /* "acc", "exact_match" ... */
    Str aggregation; /* "mean", "perplexity" */
    bool higher_is_better;
    const Json *options; /* the metric_list entry */
} TaskMetric;

struct Task {
    Str name, alias;
    const char *file;
    OutputType output_type;
    Str dataset_path, dataset_name; /* name "default" when absent */
    Str test_split, fewshot_split;  /* fewshot_split empty: none or own samples */
    int num_fewshot;
    int repeats;
    TaskMetric *metrics;
    size_t n_metrics;
    Str *filters; /* pipeline names; at least one ("none") */
    size_t n_filters;
    const Json *config;      /* everything, resolved, as stored with a run */
    Str version;             /* metadata.version, "" when absent */
    struct TaskParts *parts; /* templates, filters: private to task/ */
};

/* A copy with num_fewshot (>= 0) and generation options (object or NULL) replaced. */
Status task_override(TaskSet *set, const Task *task, int num_fewshot, const Json *generation,
                     const Task **out, Err *err) MUST_CHECK;

/* A copy that asks with the options in another order: "circular" or "shuffle", with the columns
 * that option_order, doc_to_choice and doc_to_target of the task name, or as
 * "circular:COLUMN,COLUMN:ANSWER" says. */
Status task_reorder(TaskSet *set, const Task *task, Str text, const Task **out,
                    Err *err) MUST_CHECK;

/* The task that a configuration describes: one stored with a run, or made of options. */
Status task_from_config(TaskSet *set, const Json *config, const Task **out, Err *err) MUST_CHECK;

/* ---- prompts ---- */
typedef enum ChatMode {
    CHAT_PLAIN,  /* text in, text out */
    CHAT_SINGLE, /* everything in one user message */
    CHAT_TURNS,  /* few-shot examples as turns */
} ChatMode;

/* A task bound to its data: few-shot draws made (CPython's generator, one stream in
 * document order), shots rendered once. */
typedef struct TaskBound TaskBound;
const Task *task_bound_task(const TaskBound *bound);
typedef struct BindOptions {
    ChatMode chat;
    Str system;            /* system instruction, may be empty */
    uint64_t fewshot_seed; /* 1234 unless asked otherwise */
} BindOptions;
Status task_bind(Arena *arena, const Task *task, const Docs *docs, const Docs *fewshot_docs,
                 const BindOptions *options, TaskBound **out, Err *err) MUST_CHECK;

/* Metrics that take long give up with E_REMOTE once *halt is 2. */
void task_bound_halt(TaskBound *bound, const atomic_int *halt);
/* Ends what its metrics started (programs that judge); accepts NULL. */
void task_unbind(TaskBound *bound);

typedef struct TaskRequest {
    Str context;          /* plain: the prompt or context */
    Str continuation;     /* likelihood kinds */
    const Json *messages; /* chat: array of {role, content}; else NULL */
} TaskRequest;

/* One item made ready. Requests are in LMH's order: one a choice, then (for
 * acc_mutual_info) the unconditional ones; one for generation, repeats are the caller's. */
typedef struct TaskItem TaskItem;
struct TaskItem {
    size_t position; /* among the documents that the task sees */
    size_t source;   /* among those of its data: process_docs may leave out and reorder some */
    Json doc;
    TaskRequest *requests;
    size_t n_requests;
    Json target;     /* what doc_to_target gives, with its type */
    Str target_text; /* as shown */
    Str *choices;
    size_t n_choices;
    int *gold; /* indices of the right choices; -100 when out of range */
    size_t n_gold;
    /* With the options in every order (option_order: circular): one a rotation, the file's own
     * first, which the item itself shows; its requests are theirs in turn. */
    TaskItem *variants;
    size_t n_variants; /* 0: there is one order */
};
/* Whether process_docs may leave out or reorder documents: then task_bind reads them all. */
bool task_reorders(const Task *task);
size_t task_length(const TaskBound *bound); /* documents after process_docs */
/* Whether each item is asked once for every order of its options. */
bool task_in_all_orders(const Task *task);
/* The item that answer number `repeat` was generated for. */
const TaskItem *task_variant(const TaskItem *item, size_t repeat);
Status task_item(const TaskBound *bound, size_t position, Arena *arena, TaskItem *out,
                 Err *err) MUST_CHECK;

/* generation_kwargs resolved to parameters. */
typedef struct TaskGeneration {
    const Str *stop;
    size_t n_stop;
    int max_tokens;
    double temperature, top_p; /* < 0 when the task does not say */
    const Json *extra;         /* other keys, or NULL */
} TaskGeneration;
TaskGeneration task_generation(const TaskBound *bound);

/* ---- scores ---- */
typedef struct TaskAnswer {
    Str text;       /* generation */
    double logprob; /* likelihood kinds */
    bool greedy;
    bool silent; /* the model or a filter gave no answer: nothing is found in it */
} TaskAnswer;

/* One number that goes into an aggregation. */
typedef struct TaskScore {
    size_t filter, metric; /* indices into Task.filters, Task.metrics */
    double value;
    double weight; /* words or bytes that a rolling value is spread over; 0: none */
    Str extracted; /* what the pipeline left of the answer, as text */
    bool found;    /* false: a pipeline fell back because nothing matched */
    Str why;       /* one line: what was compared with what */
    Str detail;    /* JSON array of what the aggregation takes when `value` is not enough:
                      counts (bleu, chrf, ter), labels (f1, mcc), confidence (ece); or empty */
    Str rule;      /* of the filter "extract": which of its rules fired, or why none did */
    Str steps;     /* and what was taken off before: "thinking nfkc" */
} TaskScore;

/* Whether a verdict may take longer than some milliseconds: a metric runs a program. */
bool task_is_slow(const Task *task);

/* Scores one item; from any thread. `answers` holds, for generation, the repeats in order; else one
 * a request. *n_out = n_filters * n_metrics scores in `arena`. */
Status task_score(const TaskBound *bound, const TaskItem *item, const TaskAnswer *answers,
                  size_t n_answers, Arena *arena, TaskScore **out, size_t *n_out,
                  Err *err) MUST_CHECK;

/* Whether the task's metrics can judge here: E_MISSING, E_DENIED without the sandbox that they
 * need. Asked before anything is sent to a model. */
Status task_ready(const Task *task, Err *err) MUST_CHECK;

/* How many answers of an item the task's metrics need: the largest k of pass@k and the like. */
int task_least_repeats(const Task *task);

/* Whether answers are read by the filter "extract", whose version their scores depend on. */
bool task_extracts(const Task *task);

/* Whether each pipeline finds an answer in one generated text, of several to an item or not.
 * found: n_filters values. */
Status task_found(const TaskBound *bound, const TaskItem *item, const TaskAnswer *answer,
                  Arena *arena, bool *found, Err *err) MUST_CHECK;

/* ---- data sets on disk ---- */
/* Opens DIR/<dataset_path>/<dataset_name or default>/<split>.EXT, or a single file. EXT:
 * jsonl, json, csv, tsv, each also with .gz or .zst behind it, xlsx, parquet. What is not plain
 * UTF-8 is expanded or converted into an anonymous file first. Records are read at need; only
 * their places are kept in memory. datafile_find falls back to the built-in data sets
 * (share/data), whose paths start with "built-in:". */
typedef struct DataFile DataFile;

typedef struct DataOptions {
    const char *records; /* JSON: dotted path of the array of records, as "data.items"; or NULL */
    Str encoding;        /* iconv's name; empty: found by looking */
    Str sheet;           /* of a workbook; empty: the first */
    char delimiter;      /* of .csv and .tsv; 0: found by looking, else the comma or tab */
    bool skip_bad;       /* leave malformed records out and report them; else they are errors */
    bool unchecked;      /* without skip_bad: records are checked when they are read, not before */
} DataOptions;

typedef struct BadRecord {
    size_t line;
    Str why;
} BadRecord;

/* What opening found, for people. */
typedef struct DataReport {
    const char *encoding; /* "UTF-8", "GB18030" ... */
    const char *unpacked; /* "gzip", "zstd", "xlsx", "parquet", or NULL */
    char delimiter;       /* of delimited text, 0 of other files */
    bool guessed;         /* the delimiter is not what the file's name says */
    size_t n_bad;         /* records that were left out */
    const BadRecord *bad; /* the first of them, at most LIMIT_BAD_NAMED */
    size_t n_named;
} DataReport;

Status datafile_open(Arena *arena, const char *path, DataFile **out, Err *err) MUST_CHECK;
Status datafile_find(Arena *arena, const char *const *data_dirs, size_t n_dirs, Str dataset_path,
                     Str dataset_name, Str split, const char **path, Err *err) MUST_CHECK;
/* A JSON file whose records are the array at `dotted` ("outputs"). */
Status datafile_open_at(Arena *arena, const char *path, const char *dotted, DataFile **out,
                        Err *err) MUST_CHECK;
Status datafile_open_with(Arena *arena, const char *path, const DataOptions *options,
                          DataFile **out, Err *err) MUST_CHECK;
/* Reads records in order, by one thread, a large piece of the file at a time. */
typedef struct DataScan DataScan;
DataScan *datafile_scan(Arena *arena, const DataFile *file);
Status datafile_scan_get(DataScan *scan, size_t index, Arena *arena, Json *out,
                         Err *err) MUST_CHECK;

const DataReport *datafile_report(const DataFile *file);
const Docs *datafile_docs(const DataFile *file);
/* Raw text of record `index`: JSON for JSON files; line number for messages. */
size_t datafile_line(const DataFile *file, size_t index);
Str datafile_hash(const DataFile *file, Arena *arena); /* content hash, 32 hex digits */
void datafile_close(DataFile *file);

#endif
