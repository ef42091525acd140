/* parts.h - private to task/: what a resolved task is made of, and the tables it is read by. */
#ifndef TASK_PARTS_H
#define TASK_PARTS_H

#include "base/map.h"
#include "base/rng.h"
#include "task/task.h"
#include "template/template.h"
#include "text/regex.h"

enum {
    LIMIT_TASK_FILES = 500000, /* files below the task directories */
    LIMIT_TASK_DIR_DEPTH = 64, /* nested folders and nested groups */
    LIMIT_FEWSHOT = 1000,      /* examples in one prompt */
    LIMIT_REPEATS = 10000,     /* answers asked for one document */
    OUT_OF_RANGE = -100, /* a gold answer that is no choice, as lm-evaluation-harness marks it */
};

/* ---- files ---- */

/* A task file with its includes merged in. Every top-level key remembers its file. */
typedef struct RawConfig {
    Json object;
    Map origin; /* key -> const char * file */
    const char *file;
} RawConfig;

typedef struct IndexEntry {
    TaskKind kind;
    Str name;
    const char *file; /* NULL for a tag */
    VEC(Str) members; /* of a tag */
} IndexEntry;

struct TaskSet {
    Arena *arena;
    Map entries;   /* name -> IndexEntry */
    Map sources;   /* path -> const Json *: files parsed so far */
    Map looks;     /* path -> Look *: files below the folders, while they are indexed */
    Map scans;     /* path -> const Scan *: names of included files */
    Map functions; /* path:function -> PythonFunction * (native.c) */
    Map natives;   /* kind:sha256 -> Native * */
    VEC(void *) native_list;
    bool natives_loaded;
    Map tasks; /* name -> const Task *: resolved so far, without overrides */
};

/* What the quick look at a file found. */
typedef struct Scan {
    bool has_class, has_task, task_is_list;
    Str task, group;
    StrVec tags, includes;
    bool has_tag;
    bool unsure; /* only a full parse can tell */
} Scan;
void scan_names(Arena *arena, Str text, Scan *out);

/* A file that was looked at; without its includes. */
typedef struct Look {
    Scan scan;
    bool read; /* false: it cannot be read */
} Look;
/* Reads the file and looks at its names, kept in `arena`; false when it cannot be read. */
bool look_at_file(Arena *arena, const char *path, Scan *out);
/* Looks at many files, several at a time, into set->looks. */
void look_at_all(TaskSet *set, const char *const *paths, size_t n);

/* Reads a file, or a built-in one when `path` starts with "builtin:". */
Status source_read(Arena *arena, const char *path, Str *out, Err *err) MUST_CHECK;
const char *source_include_path(Arena *arena, const char *file, Str include);
/* The file with its includes. */
Status source_load(TaskSet *set, const char *path, RawConfig *out, Err *err) MUST_CHECK;
TaskKind source_kind(const RawConfig *raw, bool *known);
/* Replaces the keys of `overrides` (an object read from `file`), all but `except`. */
void source_override(TaskSet *set, RawConfig *raw, const Json *overrides, const char *file);

/* Up to three known names near `name`: "; did you mean \"a\" or \"b\"?", or "". */
Str taskset_suggest(TaskSet *set, Arena *arena, Str name);

/* ---- problems ---- */
typedef struct Checker {
    Arena *arena;
    TaskSet *set;
    Problems *problems;
    const char *file; /* of the key being looked at */
    Str where;        /* which part: "", "filter \"regex\": " */
} Checker;
/* What a problem is about, for the table of `task check`: "metric" and its name. */
typedef struct Reason {
    const char *kind;
    Str about;
} Reason;
void problem(Checker *c, const Json *at, const char *fmt, ...) PRINTF_LIKE(3, 4);
void problem_why(Checker *c, Reason why, const Json *at, const char *fmt, ...) PRINTF_LIKE(4, 5);

enum {
    T_STRING = 1 << JSON_STRING,
    T_NUMBER = 1 << JSON_NUMBER,
    T_BOOL = 1 << JSON_BOOL,
    T_LIST = 1 << JSON_ARRAY,
    T_MAP = 1 << JSON_OBJECT,
    T_NULL = 1 << JSON_NULL,
    T_INT = 1 << 8,
    T_FUNCTION = 1 << 9, /* a `!function` may stand here: who reads the key looks at it */
    T_ANY = 0xff,
};

/* A key that may stand in a map. `refusal` says why a known key cannot be used. */
typedef struct KeyRow {
    const char *name;
    unsigned types;
    const char *refusal;
} KeyRow;
void check_keys(Checker *c, const Json *object, const KeyRow *rows, size_t n_rows);
void check_no_functions(Checker *c, const Json *value);
extern const KeyRow task_keys[], group_keys[], fewshot_keys[], generation_keys[];
extern const size_t n_task_keys, n_group_keys, n_fewshot_keys, n_generation_keys;

/* ---- fields ---- */

/* A doc_to_* key: a column name or a template when it is text, a native version when it is a
 * function, else a fixed value. */
typedef struct Field {
    const Json *raw; /* NULL when absent */
    const Template *template;
    bool native; /* `template` is a native version's; `raw` the function */
} Field;

/* How a document becomes text: the item's own way, or the few-shot examples' way. */
typedef struct Style {
    Field text, target, choice, prefix;
    Str target_delimiter, fewshot_delimiter;
} Style;

typedef struct FieldContext {
    const Task *task;
    const Json *features; /* an object with the columns of the data set */
    Arena *arena;
    Err *err;
} FieldContext;
bool json_as_index(const Json *value, int64_t *out); /* ints, bools, whole floats */
Str python_str(Arena *arena, const Json *value);     /* Python's str(value) */
Status field_text(const FieldContext *c, const Field *f, const Json *doc, Json *out) MUST_CHECK;
Status field_target(const FieldContext *c, const Field *f, const Json *doc, Json *out) MUST_CHECK;
Status field_choices(const FieldContext *c, const Field *f, const Json *doc, Str **out,
                     size_t *n) MUST_CHECK;
/* description and gen_prefix: a column of this very document, or a template. */
Status field_plain(const FieldContext *c, const Field *f, const Json *doc, Str *out) MUST_CHECK;

/* ---- filters ---- */
typedef struct FilterValue {
    Json json;
    bool found;
    Str rule, steps; /* how it was extracted (text/extract.h); empty when it was not */
} FilterValue;

/* The answers of one request on their way: a list, or one value after take_first. */
typedef struct FilterValues {
    FilterValue *items;
    size_t len;
    bool single;
} FilterValues;

typedef struct Filter Filter;
typedef struct FilterRow {
    const char *name;
    const KeyRow *keys;
    size_t n_keys;
    bool any_output; /* also meaningful for likelihoods */
    bool chooses;    /* among the answers of an item: means nothing for one of them */
    void (*prepare)(Checker *c, const Json *options, Filter *out); /* may be NULL */
    Status (*apply)(const Filter *f, const Json *doc, Arena *arena, FilterValues *values, Err *err);
} FilterRow;

struct Filter {
    const FilterRow *row;
    const Json *options;
    Regex *regex;
    int64_t number; /* group_select, k */
    Json fallback;
    bool fallback_whole; /* ours: no match leaves the whole text */
    Regex **ignore;
    size_t n_ignore;
    bool ignore_case, ignore_punctuation;
    const void *own; /* what the filter's own file made of its entry */
};

typedef struct Pipeline {
    Filter *steps;
    size_t len;
} Pipeline;

extern const FilterRow filter_regex, filter_take_first, filter_take_first_k,
    filter_remove_whitespace, filter_lowercase, filter_uppercase, filter_map,
    filter_multi_choice_regex, filter_majority_vote, filter_extract, filter_custom,
    filter_map_regex, filter_format_span, filter_regex_pos;
/* A filter that is a native version's template (filter_native.c). */
void filter_native(Checker *c, const Json *pinned, const char *kind, Filter *out);
bool filter_known(Str name);
void filter_prepare(Checker *c, const Json *entry, OutputType output, int repeats, Filter *out);
Status filter_run(const Pipeline *p, const Json *doc, Arena *arena, FilterValues *values,
                  Err *err) MUST_CHECK;
/* One of an item's answers on its own: without the filters that choose among them. */
Status filter_run_one(const Pipeline *p, const Json *doc, Arena *arena, FilterValues *value,
                      Err *err) MUST_CHECK;
/* A right answer in the form that the pipeline's extraction gives. */
Str filter_target(const Pipeline *p, const Json *doc, Str target, Arena *arena);
/* Compiles into the checker's arena; a bad pattern is a problem at `at` and gives NULL. */
Regex *compile_regex(Checker *c, const Json *at, Str pattern);
Regex **compile_regexes(Checker *c, const Json *list, size_t *n);
/* The selected match, stripped; *found is false when there is none. */
Status filter_match(const Regex *regex, int64_t select, Str text, Arena *arena, Str *out,
                    bool *found, Err *err) MUST_CHECK;
/* What is left of a text when case, punctuation and some expressions do not matter. */
Status filter_without_ignored(const Filter *f, Arena *arena, Str *text, Err *err) MUST_CHECK;
/* Applies `change` to each value as text. */
Status filter_each_text(const Filter *f, Arena *arena, FilterValues *values,
                        Str (*change)(Arena *arena, Str text), Err *err) MUST_CHECK;

/* ---- metrics ---- */
typedef struct MetricOptions {
    Regex **ignore;
    size_t n_ignore;
    bool ignore_case, ignore_punctuation, ignore_numbers;
    const Json *entry; /* of metric_list, with the keys of the metric's own; or NULL */
    const void *own;   /* what the metric made of it (metric_work.h); or NULL */
} MetricOptions;

typedef struct ScoreInput {
    const TaskBound *bound;
    const TaskItem *item;
    const TaskAnswer *answers;
    size_t n_answers;
    const FilterValues *values; /* generation: what the pipeline left */
    Arena *arena;
    Err *err;
    size_t filter, metric; /* which pipeline, and which metric of the task */
    size_t first;          /* which repeat answers[0] is */
    TaskScore **each;      /* by metric: scores of single answers so far (metric_each), or NULL */
} ScoreInput;

/* A metric that may take longer than some milliseconds, because it runs a program. */
#define METRIC_SLOW (1u << 31)

typedef struct MetricRow {
    const char *name, *aggregation;
    bool higher_is_better;
    unsigned outputs; /* 1 << OutputType, and METRIC_SLOW */
    Status (*score)(const ScoreInput *in, const MetricOptions *options, TaskScore *out);
} MetricRow;

/* What an entry of metric_list may say beside the common keys. */
typedef struct MetricKeys {
    const MetricRow *row;
    const KeyRow *keys;
    size_t n_keys;
    void (*check)(Checker *c, const Json *entry); /* their values; NULL: nothing to check */
} MetricKeys;

extern const MetricRow metric_acc, metric_acc_norm, metric_acc_bytes, metric_acc_mutual_info,
    metric_greedy_match, metric_exact_match, metric_perplexity, metric_acc_greedy,
    metric_likelihood, metric_word_perplexity, metric_byte_perplexity, metric_bits_per_byte,
    metric_acc_all;
extern const MetricRow metric_bleu, metric_chrf, metric_ter;
extern const MetricKeys metric_bleu_keys, metric_chrf_keys, metric_ter_keys;
extern const MetricRow metric_f1, metric_f1_text, metric_mcc, metric_mcc_text, metric_accuracy,
    metric_accuracy_text, metric_brier_score, metric_confidence_brier, metric_ece,
    metric_selective_acc, metric_selective_area;
extern const MetricRow metric_pass, metric_pass_all, metric_g_pass, metric_mg_pass, metric_majority;
extern const MetricKeys metric_g_pass_keys;
extern const MetricRow metric_rouge1, metric_rouge2, metric_rouge_l, metric_rouge_lsum,
    metric_quasi_exact, metric_token_f1, metric_wer, metric_cer, metric_edit_distance;
extern const MetricRow metric_needle_recall, metric_tag_accuracy, metric_span_f1;
extern const MetricKeys metric_rouge1_keys, metric_rouge2_keys, metric_rouge_l_keys,
    metric_rouge_lsum_keys, metric_quasi_exact_keys, metric_token_f1_keys;
extern const MetricKeys metric_f1_keys, metric_f1_text_keys, metric_ece_keys,
    metric_selective_acc_keys;
extern const MetricRow metric_code, metric_code_k, metric_command;
extern const MetricKeys metric_code_keys, metric_code_k_keys, metric_command_keys;
extern const MetricKeys metric_pass_keys, metric_pass_all_keys, metric_mg_pass_keys,
    metric_majority_keys;
extern const MetricRow metric_json_valid, metric_json_schema, metric_json_fields;
extern const MetricKeys metric_json_valid_keys, metric_json_schema_keys, metric_json_fields_keys;
extern const MetricRow metric_math_equal;
extern const MetricKeys metric_math_equal_keys;
extern const MetricRow metric_prompt_strict, metric_each_strict, metric_prompt_loose,
    metric_each_loose;
/* The row for `name` with that output type; NULL when there is none. */
const MetricRow *metric_find(Str name, OutputType output);
/* The row that a native version of a metric or an aggregation names; NULL when there is none. */
const MetricRow *metric_native_find(Str name);
/* The row for a metric that a process_results gives; NULL when it gives no such. */
const MetricRow *results_find(Str results, Str metric);
bool results_known(Str results);
/* Why a name that lm-evaluation-harness knows has no row; NULL for any other name. */
/* Metrics of this output type with names near `name`: "; near it: \"bleu\"", or "". */
Str metric_near(Arena *arena, Str name, OutputType output);
const char *metric_refusal(Str name);
void metric_prepare(Checker *c, const Json *entry, const MetricRow *row, MetricOptions *out);
extern const char *const aggregations[];
FilterValues metric_answers(Arena *arena, const TaskAnswer *answers, size_t n);
/* exact_match: a text made ready for comparing, and all that are right, made ready. */
Status metric_prepare_text(const ScoreInput *in, const MetricOptions *o, Str text,
                           Str *out) MUST_CHECK;
Status metric_right_answers(const ScoreInput *in, const MetricOptions *options,
                            StrVec *out) MUST_CHECK;
/* The k of "pass@8"; 0 when the name ends otherwise. */
int metric_k(Str name);
/* The right answers as texts: the choice, the entries of a list, or the target as it is. */
Status metric_references(const ScoreInput *in, StrVec *out) MUST_CHECK;
/* What the pipeline left of the first answer; empty when it left nothing. */
Str metric_prediction(const ScoreInput *in, TaskScore *out);
/* `extracted "a", expected "b"`, both cut short. */
Str metric_compared(const ScoreInput *in, Str extracted);

/* ---- the order of a question's options (order.c) ---- */
typedef enum OrderKind { ORDER_KEPT, ORDER_CIRCULAR, ORDER_SHUFFLE } OrderKind;
/* What a metric asks of the rotations: right in so many (from 1), or one of these. */
enum {
    ORDER_ORIGIN = -3,
    ORDER_MEAN = -2,
    ORDER_ALL = -1,
    ORDER_PLACES = -10, /* and below: where the right answer stands at place A, B ... */
};
#define ORDER_NO_GOLD SIZE_MAX
typedef struct OptionOrder {
    OrderKind kind;
    const Json *options; /* a column that is a list, or a list of columns */
    Str answer;          /* column: a letter, a number from 0, or an option's text */
    uint64_t seed;       /* of a shuffle */
    int *least;          /* circular: what each metric asks of the rotations */
} OptionOrder;
/* The key option_order; circular sets the repeats of generated answers. */
void order_prepare(Checker *c, const Json *value, OutputType output, Task *task);
void order_metrics(Checker *c, Task *task);
/* The document in its orders: all rotations, the file's own first, or one shuffle. */
Status order_variants(const OptionOrder *o, const Json *doc, size_t position, Arena *arena,
                      Json **out, size_t *n, Err *err) MUST_CHECK;
/* The number of the right option in the file's order; ORDER_NO_GOLD when it is none of them. */
Status order_gold(const OptionOrder *o, const Json *doc, Arena *arena, size_t *out,
                  Err *err) MUST_CHECK;
/* Of n rotations; NAN when the place is not known. */
double order_value(int least, const double *values, size_t n, size_t gold);

/* ---- the task ---- */
typedef struct TaskParts TaskParts;
typedef struct Reshape Reshape; /* reshape.h */
struct TaskParts {
    Style item, shot;
    Field description;
    const Reshape *reshape;   /* process_docs, or NULL */
    Str results;              /* which process_results gives the metrics; empty: none */
    const Json *results_with; /* options that its native version gives them, or NULL */
    bool first_n;             /* sampler */
    bool drop_self;           /* examples come from the evaluated split */
    const Json *samples;
    bool shots_fixed_at_zero; /* the file itself says num_fewshot: 0 */
    Pipeline *pipelines;      /* one a filter name */
    const MetricRow **rows;   /* one a metric */
    MetricOptions *options;
    bool mutual_info;
    TaskGeneration generation;
    OptionOrder order;
};

/* Resolves a merged file; problems go to `c`, and then *out is NULL. */
const Task *task_resolve(TaskSet *set, RawConfig *raw, bool needs_data, Checker *c);
void resolve_filters(Checker *c, const Json *list, Task *task);
void resolve_metrics(Checker *c, const Json *list, const Json *results, Task *task);
void resolve_generation(Checker *c, const Json *config, Task *task);
/* The first problem as an error: E_PARSE. */
Status problems_error(const Problems *problems, Err *err);

/* ---- bound ---- */

/* One turn of a prompt. `after` follows it in plain text. */
typedef struct Turn {
    const char *role;
    Str text, after;
} Turn;
typedef VEC(Turn) Turns;

typedef struct Shot {
    Turn turns[2];
    size_t n_turns;
    Str plain; /* the turns as plain text */
} Shot;

struct TaskBound {
    const Task *task;
    const struct Reshaped *reshaped; /* `docs`, when process_docs made them; or NULL */
    const Docs *docs, *pool;
    Json features;
    ChatMode chat;
    Str system;
    bool multiple_target;
    bool multiple_input; /* doc_to_text names the right choice; choices are contexts */
    size_t n_shots;
    uint32_t *draws;        /* n_shots a document: places in the pool; NULL: the first n */
    void **states;          /* by metric: what its judging threads share (metric_work.h) */
    Shot **shots;           /* rendered examples by place; NULL when not kept */
    const atomic_int *halt; /* or NULL */
};

/* Joined with `delimiter` between, unless white space or nothing is there already. */
Str join_delimited(Arena *arena, Str before, Str after, Str delimiter);
/* A question, with its answer when `answer` is given, or with the beginning of one. */
void turns_put(const FieldContext *c, const Style *style, Str question, Str prefix,
               const Str *answer, Turns *out);
/* A few-shot example. */
Status turns_example(const FieldContext *c, const Json *doc, bool multiple_input,
                     Turns *out) MUST_CHECK;
Status shot_build(const TaskBound *b, size_t place, Arena *arena, Shot *out, Err *err) MUST_CHECK;

#endif
