/* private.h - a run at work. Private to eval/. */
#ifndef EVAL_PRIVATE_H
#define EVAL_PRIVATE_H

#include "core/dataset.h"
#include "core/sample.h"
#include "eval/eval.h"
#include "eval/stream.h"
#include "eval/summary.h"

struct EvalRun {
    int64_t id, model_id;
    const Model *model;
    const Task *task;
    TaskBound *bound;
    const Docs *docs, *fewshot_docs; /* fewshot_docs NULL when none or the same */
    ItemStream *importing;           /* of docs, while its items are being imported; or NULL */
    DatasetVersion version, fewshot;
    Str cluster, fresh; /* cluster column; word under which replies are reused */
    int64_t n_items;    /* to ask: all or the limit */
    int n_repeats;
    uint64_t *done;   /* bit: position; set when all repeats have samples */
    int64_t n_done;   /* bits set at the start */
    int64_t n_added;  /* samples written since; the writer's, as is the next */
    int64_t n_errors; /* those of them without a reply */
    int64_t next;     /* position to look at next; guarded by the engine */
    bool chat, stream, was_done;
    RunRow *row; /* as it is added when there is none of its identity */
    EvalProgress *progress;
    uint64_t order_seed;
    struct Precision *precision; /* when to end before all items are asked; or NULL */
    atomic_int judged, unjudged; /* ahead: verdicts had, and those that could not be had */
};

/* ---- documents of a stored version, for task/ (docs.c) ---- */
Status eval_docs_open(Arena *arena, const char *db_url, int64_t version_id, int64_t n_items,
                      const Docs **out, Err *err) MUST_CHECK;
/* Documents from a stream, which they own. */
const Docs *eval_docs_stream(Arena *arena, ItemStream *stream, int64_t n_items);
void eval_docs_close(const Docs *docs);
/* The item's key in the database. */
Status eval_docs_key(const Docs *docs, size_t position, Arena *arena, Str *out,
                     Err *err) MUST_CHECK;

/* ---- data files to versions (data.c) ---- */
/* With `stream` not NULL the items may be left to it: *stream is then not NULL. */
Status eval_import(Db *db, const EvalOptions *options, const EvalTask *task, Str split,
                   ItemStream **stream, Arena *arena, DatasetVersion *out, Err *err) MUST_CHECK;

/* ---- what a number depends on (protocol.c) ---- */
typedef struct ProtocolInput {
    const Task *task;
    const DatasetVersion *version, *fewshot; /* fewshot NULL when none */
    const EvalOptions *options;
    bool chat;
    int n_repeats;
} ProtocolInput;
/* The same value with the members of objects in the order of their keys: in which order a task
 * file or a command says things changes no number. */
Json protocol_in_order(const Json *value, Arena *arena);
Json protocol_of(const ProtocolInput *in, Arena *arena);
/* `old`, a stored protocol, with another way of scoring. */
Json protocol_rescored(const Json *old, const Task *task, Arena *arena);

/* ---- items to samples (ask.c, judge_rule.c) ---- */
/* The state an item needs between its request and its score; Unit.item. */
typedef struct AskedItem {
    EvalRun *run;
    TaskItem item;
    Str key, cluster;          /* cluster ptr NULL when none */
    struct Judgement *verdict; /* of eval_judge_ahead; or NULL */
    Str unjudged;              /* why there is no verdict, such as a limit met; or empty */
} AskedItem;

Status eval_next(EvalRun *run, Unit *unit, bool *more, Err *err) MUST_CHECK;
Status eval_finish(Db *db, Unit *unit, Err *err) MUST_CHECK;
/* Judges a slow unit before it is finished; any thread. What judges may fail as a server may: then
 * the unit's samples become errors that a rerun judges again, from the replies that are stored. A
 * program that is not there ends the run, and so do 20 failures before the first verdict. */
Status eval_judge_ahead(Unit *unit, Err *err) MUST_CHECK;

/* What the replies to one item are worth. A score speaks of all of them and has an outcome;
 * each repeat of a generation is a sample and has its own. */
typedef struct Judgement {
    TaskScore *scores;
    Outcome *outcomes; /* of each score */
    size_t n_scores;
    Outcome *repeats; /* of each sample; of likelihoods there is one */
    size_t n_repeats;
    Outcome outcome; /* of the first sample */
} Judgement;
Status eval_judge(const TaskBound *bound, const TaskItem *item, const ModelReply *replies,
                  size_t n_replies, Arena *arena, Judgement *out, Err *err) MUST_CHECK;
/* Judging that failed with `status`: whether that concerns this one answer alone, so that its
 * sample becomes an error and the others go on. It is so of limits; of whatever a metric that takes
 * long (`slow`) meets, unless something is missing or misused; and not when EVAL_HOPELESS have
 * `failed` and none was `judged`, which err then says. */
enum { EVAL_HOPELESS = 20 };
bool eval_spares_others(Status status, bool slow, int judged, int failed, Err *err);
/* What the sample says of it. */
Str eval_unjudged(const Err *err, size_t position, Arena *arena);
/* The extracted answer as it is stored: its beginning, when it is long. */
Str eval_label(const TaskScore *score);
Status eval_add_judgements(Db *db, const Task *task, int64_t sample_id, const Judgement *j,
                           Err *err) MUST_CHECK;
/* The outcome of one repeat. */
Outcome eval_repeat_outcome(const Judgement *j, size_t repeat);

/* ---- from judgements to numbers (summary.c) ---- */
/* A metric's two readings of these points, with the aggregation that the configuration says. Its
 * texts are those of `set` and `config`. `draws` as for eval_summarise. */
MetricSummary eval_summarise_points(const PointSet *set, const Json *config, size_t n_clusters,
                                    size_t draws, Arena *arena);

/* Raise the number with every change that gives a stored reply another verdict: it is part of the
 * protocol, so that numbers of before and after are not compared unawares, and each judgement says
 * by which rules it was made. 2: sets, intervals and units of math answers; fences, input, output
 * and runs of code. */
#define SCORER_VERSION "rule:2"

#endif
