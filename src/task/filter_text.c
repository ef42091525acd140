/* filter_text.c - filters that choose among answers or change their letters. */
#include "task/parts.h"

#include "base/map.h"
#include "base/utf8.h"
#include "text/normalise.h"

static Status take_first(const Filter *f, const Json *doc, Arena *arena, FilterValues *v, Err *err)
{
    (void)f, (void)doc, (void)err;
    if (!v->len) { /* nothing was left: an empty answer */
        v->items = ARENA_NEW(arena, FilterValue);
        v->items[0].json = json_str((Str){0});
    }
    v->len = 1;
    v->single = true;
    return OK;
}

static Status take_first_k(const Filter *f, const Json *doc, Arena *arena, FilterValues *v,
                           Err *err)
{
    (void)doc, (void)arena;
    if ((int64_t)v->len < f->number)
        return err_set(err, E_USAGE, "%lld answers are needed, there are %zu", (long long)f->number,
                       v->len);
    v->len = (size_t)f->number;
    return OK;
}

static void prepare_k(Checker *c, const Json *options, Filter *out)
{
    out->number = json_int(json_get(options, "k"), 0);
    if (out->number < 1 || out->number > LIMIT_REPEATS)
        problem(c, options, "\"k\" must be a whole number from 1");
}

static Str strip(Arena *arena, Str s)
{
    (void)arena;
    return utf8_strip(s);
}

static Status remove_whitespace(const Filter *f, const Json *doc, Arena *arena, FilterValues *v,
                                Err *err)
{
    (void)doc;
    return filter_each_text(f, arena, v, strip, err);
}

static Status lowercase(const Filter *f, const Json *doc, Arena *arena, FilterValues *v, Err *err)
{
    (void)doc;
    return filter_each_text(f, arena, v, text_lower, err);
}

static Status uppercase(const Filter *f, const Json *doc, Arena *arena, FilterValues *v, Err *err)
{
    (void)doc;
    return filter_each_text(f, arena, v, text_upper, err);
}

static Status map(const Filter *f, const Json *doc, Arena *arena, FilterValues *v, Err *err)
{
    (void)doc, (void)err;
    static const Json none = {0};
    const Json *table = json_get(f->options, "mapping_dict");
    const Json *otherwise = json_get(f->options, "default_value");
    FilterValue *out = arena_array(arena, v->len, sizeof *out);
    for (size_t i = 0; i < v->len; i++) {
        const Json *to = NULL;
        if (v->items[i].json.type == JSON_STRING)
            to = json_get_str(table, v->items[i].json.text);
        out[i] = v->items[i];
        out[i].found = v->items[i].found && to;
        out[i].json = to ? *to : otherwise ? *otherwise : none;
    }
    v->items = out;
    return OK;
}

/* How often each text is there: a long answer after take_first is as many values as characters. */
static void count_texts(const FilterValues *v, size_t *votes)
{
    SCOPED_ARENA(scratch);
    Map firsts = {0}; /* text -> the first vote for it */
    for (size_t i = 0; i < v->len; i++) {
        size_t *first = map_get(&firsts, v->items[i].json.text);
        if (!first)
            map_set(&scratch, &firsts, v->items[i].json.text, first = &votes[i]);
        ++*first;
    }
}

/* The same of values of any kind, of which there are as many as answers. */
static void count_values(const FilterValues *v, size_t *votes)
{
    for (size_t i = 0; i < v->len; i++)
        for (size_t j = 0; j < v->len; j++)
            votes[i] += json_equal(&v->items[i].json, &v->items[j].json);
}

/* The commonest answer; of equally common ones the first. */
static Status majority_vote(const Filter *f, const Json *doc, Arena *arena, FilterValues *v,
                            Err *err)
{
    (void)f, (void)doc, (void)err;
    size_t best = 0, *votes = arena_array(arena, v->len + 1, sizeof *votes);
    bool texts = true;
    for (size_t i = 0; i < v->len; i++)
        texts = texts && v->items[i].json.type == JSON_STRING;
    (texts ? count_texts : count_values)(v, votes);
    for (size_t i = 0; i < v->len; i++)
        best = votes[i] > votes[best] ? i : best;
    FilterValue *winner = ARENA_NEW(arena, FilterValue);
    if (v->len)
        *winner = v->items[best];
    v->items = winner;
    v->len = 1;
    return OK;
}

static const KeyRow k_keys[] = {{"k", T_INT, NULL}};
static const KeyRow map_keys[] = {{"mapping_dict", T_MAP, NULL}, {"default_value", T_ANY, NULL}};

const FilterRow filter_take_first = {.name = "take_first", .any_output = true, .apply = take_first};
const FilterRow filter_take_first_k = {.name = "take_first_k",
                                       .keys = k_keys,
                                       .n_keys = COUNT(k_keys),
                                       .chooses = true,
                                       .prepare = prepare_k,
                                       .apply = take_first_k};
const FilterRow filter_remove_whitespace = {.name = "remove_whitespace",
                                            .apply = remove_whitespace};
const FilterRow filter_lowercase = {.name = "lowercase", .apply = lowercase};
const FilterRow filter_uppercase = {.name = "uppercase", .apply = uppercase};
const FilterRow filter_map = {
    .name = "map", .keys = map_keys, .n_keys = COUNT(map_keys), .apply = map};
const FilterRow filter_majority_vote = {
    .name = "majority_vote", .chooses = true, .apply = majority_vote};
