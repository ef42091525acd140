/* metric_ifeval.c - IFEval: whether an answer follows the instructions of its document.
 *
 * The columns are those of the data set: instruction_id_list, and kwargs with one object for each.
 * At the level of prompts all instructions count as one, at that of instructions each on its own:
 * then an item weighs as many as it has. */
#include "task/parts.h"

#include "text/ifeval.h"

enum { MOST_INSTRUCTIONS = 100 };

typedef struct Followed {
    size_t n, strict, loose;
    StrBuf broken; /* names of those not followed, even loosely or only strictly */
} Followed;

static Status read_columns(const ScoreInput *in, const Json **ids, const Json **kwargs)
{
    *ids = json_get(&in->item->doc, "instruction_id_list");
    *kwargs = json_get(&in->item->doc, "kwargs");
    if (!json_is(*ids, JSON_ARRAY) || !(*ids)->len || (*ids)->len > MOST_INSTRUCTIONS)
        return err_set(in->err, E_PARSE,
                       "item %zu: column \"instruction_id_list\" must be a list of 1 to %d names",
                       in->item->position, MOST_INSTRUCTIONS);
    if (!json_is(*kwargs, JSON_ARRAY) || (*kwargs)->len != (*ids)->len)
        return err_set(in->err, E_PARSE,
                       "item %zu: column \"kwargs\" must be a list with one object for each of "
                       "instruction_id_list",
                       in->item->position);
    return OK;
}

static Status follow_all(const ScoreInput *in, Str answer, bool loosely, Followed *f)
{
    const Json *ids, *kwargs;
    TRY(read_columns(in, &ids, &kwargs));
    f->n = ids->len;
    f->broken = strbuf_make(in->arena, 4096);
    for (uint32_t i = 0; i < ids->len; i++) {
        IfevalVerdict v;
        Str id = json_text(&ids->items[i]);
        if (ifeval_check(id, &kwargs->items[i], answer, &v, in->err) != OK)
            return err_wrap(in->err, "item %zu", in->item->position);
        f->strict += v.strict;
        f->loose += v.loose;
        if (loosely ? v.loose : v.strict)
            continue;
        strbuf_adds(&f->broken, f->broken.len ? ", " : "; not ");
        strbuf_add(&f->broken, id);
    }
    return OK;
}

static Status score(const ScoreInput *in, TaskScore *out, bool loosely, bool each)
{
    Followed f = {0};
    Str answer = metric_prediction(in, out);
    TRY(follow_all(in, answer, loosely, &f));
    size_t followed = loosely ? f.loose : f.strict;
    out->value = each ? (double)followed / (double)f.n : followed == f.n;
    out->weight = each ? (double)f.n : 0;
    out->why = str_printf(in->arena, "follows %zu of %zu instructions" STR_FMT, followed, f.n,
                          STR_ARG(strbuf_str(&f.broken)));
    return OK;
}

static Status prompt_strict(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    return score(in, out, false, false);
}

static Status each_strict(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    return score(in, out, false, true);
}

static Status prompt_loose(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    return score(in, out, true, false);
}

static Status each_loose(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    return score(in, out, true, true);
}

#define TEXT (1u << OUTPUT_GENERATE)

const MetricRow metric_prompt_strict = {"prompt_level_strict_acc", "mean", true, TEXT,
                                        prompt_strict};
const MetricRow metric_each_strict = {"inst_level_strict_acc", "weighted_mean", true, TEXT,
                                      each_strict};
const MetricRow metric_prompt_loose = {"prompt_level_loose_acc", "mean", true, TEXT, prompt_loose};
const MetricRow metric_each_loose = {"inst_level_loose_acc", "weighted_mean", true, TEXT,
                                     each_loose};
