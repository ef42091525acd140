/* metric_all.c - acc_all: several answers are judged to each question; it counts when all are
 * right.
 *
 * For data as MultiRC has it: `idx.paragraph` and `idx.question` say which items belong together.
 */
#include "task/parts.h"

static Status all_right(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    const Json *paragraph = json_path(&in->item->doc, "idx.paragraph");
    const Json *question = json_path(&in->item->doc, "idx.question");
    Json key = {.type = JSON_ARRAY}, pair = {.type = JSON_ARRAY};
    if (!paragraph || !question)
        return err_set(in->err, E_PARSE,
                       "item %zu: acc_all needs idx.paragraph and idx.question, which say what "
                       "question an answer belongs to",
                       in->item->position);
    TRY(metric_acc.score(in, options, out));
    json_append(in->arena, &key, *paragraph);
    json_append(in->arena, &key, *question);
    json_append(in->arena, &pair, key);
    json_append(in->arena, &pair, json_integer(in->arena, out->value >= 1));
    out->detail = json_dump(in->arena, &pair);
    return OK;
}

const MetricRow metric_acc_all = {"acc_all", "acc_all", true, 1u << OUTPUT_MULTIPLE_CHOICE,
                                  all_right};
