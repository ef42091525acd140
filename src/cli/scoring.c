/* scoring.c - options of scoring as the lists that task files have. */
#include "cli/scoring.h"

#include "task/task.h"
#include "text/extract.h"
#include "text/near.h"

bool scoring_has_filter(const ScoringOptions *o)
{
    return o->extract.len || o->strip || o->or_whole;
}

bool scoring_has_metric(const ScoringOptions *o)
{
    return o->metric.len || o->ignore.len || o->ignore_case || o->ignore_punctuation ||
           o->ignore_numbers;
}

static Json step(Arena *a, const char *function)
{
    Json s = {.type = JSON_OBJECT};
    json_set(a, &s, STR("function"), json_str(str_from(function)));
    return s;
}

static Json filter_list(const ScoringOptions *o, Arena *a)
{
    Json steps = {.type = JSON_ARRAY}, entry = {.type = JSON_OBJECT}, list = {.type = JSON_ARRAY};
    ExtractKind kind;
    if (extract_kind_parse(o->extract, &kind)) {
        Json read = step(a, "extract");
        json_set(a, &read, STR("kind"), json_str(o->extract));
        json_append(a, &steps, read);
    } else if (o->extract.len) {
        Json find = step(a, "regex");
        json_set(a, &find, STR("regex_pattern"), json_str(o->extract));
        json_set(a, &find, STR("group_select"), json_integer(a, -1));
        if (o->or_whole)
            json_set(a, &find, STR("fallback_whole"), json_truth(true));
        json_append(a, &steps, find);
    }
    if (o->strip)
        json_append(a, &steps, step(a, "remove_whitespace"));
    json_append(a, &steps, step(a, "take_first"));
    json_set(a, &entry, STR("name"), json_str(o->extract.len ? STR("extract") : STR("strip")));
    json_set(a, &entry, STR("filter"), steps);
    json_append(a, &list, entry);
    return list;
}

static Json metric_list(const ScoringOptions *o, Str metric, Arena *a)
{
    Json entry = task_metric_entry(a, metric), list = {.type = JSON_ARRAY},
         ignore = {.type = JSON_ARRAY};
    const struct {
        const char *key;
        bool on;
    } flags[] = {{"ignore_case", o->ignore_case},
                 {"ignore_punctuation", o->ignore_punctuation},
                 {"ignore_numbers", o->ignore_numbers}};
    for (size_t i = 0; i < COUNT(flags); i++)
        if (flags[i].on)
            json_set(a, &entry, str_from(flags[i].key), json_truth(true));
    for (size_t i = 0; i < o->ignore.len; i++)
        json_append(a, &ignore, json_str(o->ignore.items[i]));
    if (ignore.len)
        json_set(a, &entry, STR("regexes_to_ignore"), ignore);
    json_append(a, &list, entry);
    return list;
}

/* One plain word that is nearly a kind: "chioce" as a regex would find nothing in any answer. */
Status scoring_check_extract(Str extract, Arena *arena, Err *err)
{
    Names kinds = {0};
    ExtractKind kind;
    for (size_t i = 0; i < extract.len; i++)
        if (!(extract.ptr[i] >= 'a' && extract.ptr[i] <= 'z') && extract.ptr[i] != '_' &&
            extract.ptr[i] != '-')
            return OK;
    if (extract.len < 4 || extract_kind_parse(extract, &kind))
        return OK;
    for (int i = 0; i < N_EXTRACT_KINDS; i++)
        vec_push(arena, &kinds, str_from(extract_kind_name((ExtractKind)i)));
    Str near = near_names(arena, extract, &kinds);
    if (!near.len)
        return OK;
    return err_set(err, E_USAGE,
                   "--extract knows no kind \"" STR_FMT "\"" STR_FMT
                   "; if it is a regex, write (" STR_FMT ")",
                   STR_ARG(extract), STR_ARG(near), STR_ARG(extract));
}

Status scoring_apply(const ScoringOptions *o, Arena *arena, Json *config, Err *err)
{
    if (o->or_whole && !o->extract.len)
        return err_set(err, E_USAGE, "--or-whole says what --extract does; give both");
    ExtractKind kind;
    TRY(scoring_check_extract(o->extract, arena, err));
    if (o->or_whole && extract_kind_parse(o->extract, &kind))
        return err_set(err, E_USAGE,
                       "--or-whole goes with a regex; --extract " STR_FMT
                       " finds an answer or none",
                       STR_ARG(o->extract));
    if (scoring_has_filter(o))
        json_set(arena, config, STR("filter_list"), filter_list(o, arena));
    const Json *known = json_path(config, "metric_list.0.metric");
    Str metric = o->metric.len ? o->metric : json_text_or(known, STR("exact_match"));
    if (scoring_has_metric(o) || !json_get(config, "metric_list"))
        json_set(arena, config, STR("metric_list"), metric_list(o, metric, arena));
    return OK;
}
