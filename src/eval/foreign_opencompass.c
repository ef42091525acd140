/* foreign_opencompass.c - results of OpenCompass with details: results/MODEL/DATASET.json, an
 * object whose "details" hold, by item number, what was asked, answered and whether it is right. */
#include "eval/foreign.h"

#include "base/file.h"
#include "base/limits.h"

/* The first of several names that a member may have, in different versions. */
static const Json *any_of(const Json *object, const char *const *names)
{
    for (; *names; names++) {
        const Json *value = json_get(object, *names);
        if (value && value->type != JSON_NULL)
            return value;
    }
    return NULL;
}

static const char *const prompts[] = {"prompt", "origin_prompt", NULL};
static const char *const outputs[] = {"origin_prediction", "prediction", "pred", NULL};
static const char *const answers[] = {"predictions", "pred", "prediction", NULL};
static const char *const targets[] = {"references", "answer", "gold", "refr", NULL};
static const char *const verdicts[] = {"correct", "is_correct", "score", NULL};

static Status read_detail(ForeignRun *run, const ForeignId *id, const JsonMember *member,
                          Arena *arena, Err *err)
{
    const Json *detail = &member->value, *verdict = any_of(detail, verdicts);
    ForeignSample s = foreign_sample();
    if (verdict && verdict->type == JSON_ARRAY && verdict->len == 1)
        verdict = &verdict->items[0];
    bool right = json_is(verdict, JSON_BOOL);
    if (detail->type != JSON_OBJECT || (!right && !json_is(verdict, JSON_NUMBER)))
        return err_set(err, E_PARSE,
                       "detail \"" STR_FMT "\" does not say whether it is right (\"correct\")",
                       STR_ARG(member->key));
    s.prompt = foreign_text(arena, any_of(detail, prompts));
    s.target = foreign_text(arena, any_of(detail, targets));
    vec_push(arena, &s.outputs, foreign_text(arena, any_of(detail, outputs)));
    s.item.type = JSON_OBJECT;
    json_set(arena, &s.item, STR("id"), json_str(member->key));
    json_set(arena, &s.item, STR("prompt"), json_str(s.prompt));
    json_set(arena, &s.item, STR("target"), json_str(s.target));
    TRY(foreign_id_set(id, detail, arena, &s.item, err));
    double value = right ? json_bool(verdict, false) : json_number(verdict, 0);
    Str label = foreign_text(arena, any_of(detail, answers));
    bool silent = !label.len && !(value > 0);
    vec_push(arena, &s.scores,
             (ForeignScore){.metric = right ? STR("accuracy") : STR("score"),
                            .filter = STR("none"),
                            .value = value,
                            .label = label,
                            .outcome = silent ? OUTCOME_NO_ANSWER : OUTCOME_SCORED});
    foreign_add_metric(run, arena, s.scores.items[0].metric, STR("mean"), true);
    vec_push(arena, &run->samples, s);
    return OK;
}

static Status read_details(ForeignRun *run, const ForeignId *id, const Json *details, Arena *arena,
                           Err *err)
{
    if (json_is(details, JSON_ARRAY)) { /* numbered by their order */
        for (uint32_t i = 0; i < details->len; i++) {
            JsonMember member = {str_printf(arena, "%u", i), details->items[i]};
            TRY(read_detail(run, id, &member, arena, err));
        }
        return OK;
    }
    if (!json_is(details, JSON_OBJECT))
        return err_set(err, E_PARSE,
                       "these results of OpenCompass hold no \"details\"; evaluate "
                       "with --dump-eval-details, or import the predictions");
    for (uint32_t i = 0; i < details->len; i++)
        if (details->members[i].value.type == JSON_OBJECT) /* not "type": "GEN" */
            TRY(read_detail(run, id, &details->members[i], arena, err));
    return OK;
}

Status foreign_opencompass(const char *path, const ForeignRules *rules, Arena *arena,
                           ForeignRun *out, Err *err)
{
    Str text, name = path_stem(str_from(path));
    Json *log = ARENA_NEW(arena, Json);
    ForeignId *id;
    TRY(foreign_id_parse(arena, rules->id, &id, err));
    TRY(file_read(arena, path, LIMIT_JSON_DOCUMENT, &text, err));
    if (json_parse(arena, text, log, err) != OK)
        return err_wrap(err, "%s", path);
    out->framework = "opencompass";
    out->source = str_from(path);
    out->task = rules->task.len ? rules->task : name;
    out->model = rules->model.len ? rules->model : foreign_folder(arena, path);
    out->dataset = name;
    out->split = STR("test");
    out->protocol.type = JSON_OBJECT;
    json_set(arena, &out->protocol, STR("task"), json_str(name));
    if (read_details(out, id, json_get(log, "details"), arena, err) != OK)
        return err_wrap(err, "%s", path);
    return OK;
}
