/* view_json.c - summaries, comparisons and samples as JSON. */
#include "base/clock.h"
#include "base/utf8.h"
#include "cli/view.h"

#include <math.h>

static void put(Arena *a, Json *object, const char *key, Json value)
{
    json_set(a, object, str_from(key), value);
}

static void put_text(Arena *a, Json *object, const char *key, Str value)
{
    put(a, object, key, json_str(value.ptr ? value : STR("")));
}

static void put_int(Arena *a, Json *object, const char *key, int64_t value)
{
    put(a, object, key, json_integer(a, value));
}

static void put_number(Arena *a, Json *object, const char *key, double value)
{
    put(a, object, key, json_num(a, value));
}

static void put_mean(Arena *a, Json *object, const MeanResult *m)
{
    put_int(a, object, "n", (int64_t)m->n);
    put_number(a, object, "mean", m->mean);
    put_number(a, object, "se", m->se);
    put_number(a, object, "low", m->ci.low);
    put_number(a, object, "high", m->ci.high);
}

static Json metric_json(const MetricSummary *m, Arena *a)
{
    Json o = {.type = JSON_OBJECT}, answered = {.type = JSON_OBJECT};
    put_text(a, &o, "filter", m->filter);
    put_text(a, &o, "metric", m->metric);
    put_text(a, &o, "aggregation", m->aggregation);
    put(a, &o, "higher_is_better", json_truth(m->higher_is_better));
    put_mean(a, &o, &m->headline);
    put_text(a, &o, "method", str_from(m->headline.method));
    put_int(a, &o, "clusters", (int64_t)m->headline.clusters);
    put_number(a, &o, "design_effect", m->headline.design_effect);
    if (m->signature.len)
        put_text(a, &o, "signature", m->signature);
    if (m->advice.language) {
        Json advice = {.type = JSON_OBJECT};
        put_text(a, &advice, "language", str_from(m->advice.language));
        put_text(a, &advice, "metric", m->advice.metric);
        put(a, &o, "advice", advice);
    }
    put_mean(a, &answered, &m->answered);
    put(a, &o, "answered", answered);
    return o;
}

static Json percentile_json(const double p[3], Arena *a)
{
    Json o = {.type = JSON_OBJECT};
    put_number(a, &o, "p50", p[0]);
    put_number(a, &o, "p90", p[1]);
    put_number(a, &o, "p99", p[2]);
    return o;
}

static void put_run_head(const RunRow *r, Json *o, Arena *a)
{
    put_int(a, o, "run", r->id);
    put_text(a, o, "model", r->model);
    put_text(a, o, "task", r->task);
    put_text(a, o, "dataset", r->dataset);
    put_text(a, o, "split", r->split);
    put_int(a, o, "version", r->version_number);
    put_text(a, o, "state", r->state);
    put_text(a, o, "stop_reason", r->stop_reason);
    put_text(a, o, "created", clock_iso(a, r->created));
    put(a, o, "finished", r->finished ? json_str(clock_iso(a, r->finished)) : (Json){0});
    put_text(a, o, "program", r->program);
    put_text(a, o, "protocol_hash", r->protocol_hash);
    put_int(a, o, "n_items", r->n_items);
    put_int(a, o, "n_repeats", r->n_repeats);
}

static Json rules_json(const RuleCounts *rules, Arena *a)
{
    Json list = {.type = JSON_ARRAY};
    for (size_t i = 0; i < rules->len; i++) {
        const RuleCount *r = &rules->items[i];
        Json o = {.type = JSON_OBJECT};
        put_text(a, &o, "filter", r->filter);
        put_text(a, &o, "rule", r->rule);
        put_int(a, &o, "n", r->n);
        put_int(a, &o, "found", r->found);
        put_number(a, &o, "mean", r->mean);
        json_append(a, &list, o);
    }
    return list;
}

static Json errors_json(const ErrorCounts *errors, Arena *a)
{
    Json list = {.type = JSON_ARRAY};
    for (size_t i = 0; i < errors->len; i++) {
        Json o = {.type = JSON_OBJECT};
        put_text(a, &o, "error", errors->items[i].error);
        put_int(a, &o, "n", errors->items[i].n);
        json_append(a, &list, o);
    }
    return list;
}

Json view_run(const RunSummary *s, Arena *a)
{
    Json o = {.type = JSON_OBJECT}, outcomes = {.type = JSON_OBJECT},
         metrics = {.type = JSON_ARRAY}, tokens = {.type = JSON_OBJECT};
    put_run_head(&s->run, &o, a);
    put_int(a, &o, "n_samples", s->n_samples);
    put(a, &o, "incomplete", json_truth(s->incomplete));
    if (s->until_ci)
        put(a, &o, "ended_early", json_truth(s->ended_early));
    for (int i = 0; i < N_OUTCOMES; i++)
        put_int(a, &outcomes, outcome_name((Outcome)i), s->counts[i]);
    put(a, &o, "outcomes", outcomes);
    for (size_t i = 0; i < s->metrics.len; i++)
        json_append(a, &metrics, metric_json(&s->metrics.items[i], a));
    put(a, &o, "metrics", metrics);
    put(a, &o, "errors", errors_json(&s->errors, a));
    put(a, &o, "rules", rules_json(&s->rules, a));
    put_int(a, &tokens, "prompt", s->usage.prompt_tokens);
    put_int(a, &tokens, "completion", s->usage.completion_tokens);
    put(a, &o, "tokens", tokens);
    put_int(a, &o, "attempts", s->usage.attempts);
    put_int(a, &o, "cached", s->usage.cached);
    put_number(a, &o, "cost", s->usage.n_priced ? s->usage.cost : NAN);
    put(a, &o, "latency", percentile_json(s->latency, a));
    put(a, &o, "first_token", percentile_json(s->first_token, a));
    return o;
}

Json view_group(const GroupSummary *g, Arena *a)
{
    Json o = {.type = JSON_OBJECT};
    put_text(a, &o, "group", g->name);
    put_text(a, &o, "alias", g->alias);
    put_text(a, &o, "model", g->model);
    put_text(a, &o, "filter", g->filter);
    put_text(a, &o, "metric", g->metric);
    put_int(a, &o, "tasks", (int64_t)g->n_tasks);
    put_int(a, &o, "n", (int64_t)g->n);
    put_number(a, &o, "mean", g->mean);
    put_number(a, &o, "se", g->se);
    put_number(a, &o, "low", g->ci.low);
    put_number(a, &o, "high", g->ci.high);
    return o;
}

static Json flips_json(const Comparison *c, Arena *a)
{
    Json list = {.type = JSON_ARRAY};
    for (size_t i = 0; i < c->flips.len; i++) {
        const Flip *f = &c->flips.items[i];
        Json o = {.type = JSON_OBJECT};
        put_text(a, &o, "item", f->key);
        put_int(a, &o, "position", f->position_a);
        put_number(a, &o, "a", f->a);
        put_number(a, &o, "b", f->b);
        json_append(a, &list, o);
    }
    return list;
}

static Json side_json(const RunRow *r, double mean, Arena *a)
{
    Json o = {.type = JSON_OBJECT};
    put_int(a, &o, "run", r->id);
    put_text(a, &o, "model", r->model);
    put_number(a, &o, "mean", mean);
    return o;
}

Json view_comparison(const Comparison *c, Arena *a)
{
    Json o = {.type = JSON_OBJECT}, difference = {.type = JSON_OBJECT},
         differs = {.type = JSON_ARRAY};
    put_text(a, &o, "task", c->task);
    put_text(a, &o, "filter", c->filter);
    put_text(a, &o, "metric", c->metric);
    put(a, &o, "a", side_json(&c->a, c->mean_a, a));
    put(a, &o, "b", side_json(&c->b, c->mean_b, a));
    put_int(a, &o, "n", (int64_t)c->n);
    put_int(a, &o, "only_a", (int64_t)c->only_a);
    put_int(a, &o, "only_b", (int64_t)c->only_b);
    put_mean(a, &difference, &c->difference);
    put(a, &o, "difference", difference);
    put_text(a, &o, "test", str_from(c->test));
    put(a, &o, "a_only_right", c->binary ? json_integer(a, (int64_t)c->a_only_right) : (Json){0});
    put(a, &o, "b_only_right", c->binary ? json_integer(a, (int64_t)c->b_only_right) : (Json){0});
    put_number(a, &o, "p", c->p);
    put_number(a, &o, "log10_p", c->log10_p);
    put_number(a, &o, "mid_p", c->mid_p);
    put_number(a, &o, "p_holm", c->p_holm);
    put_number(a, &o, "detectable", c->detectable);
    put(a, &o, "forced", json_truth(c->differs.len > 0));
    for (size_t i = 0; i < c->differs.len; i++)
        json_append(a, &differs, json_str(c->differs.items[i]));
    put(a, &o, "protocol_differences", differs);
    put(a, &o, "flips", flips_json(c, a));
    return o;
}

static Json judgements_json(const SampleView *v, Arena *a)
{
    Json list = {.type = JSON_ARRAY};
    for (size_t i = 0; i < v->judgements.len; i++) {
        const JudgementRow *j = &v->judgements.items[i];
        Json o = {.type = JSON_OBJECT};
        put_text(a, &o, "metric", j->criterion);
        put_text(a, &o, "filter", j->filter);
        put_text(a, &o, "judge", j->judge);
        put_number(a, &o, "value", j->value);
        put_text(a, &o, "extracted", j->label);
        put_text(a, &o, "outcome", str_from(outcome_name(j->outcome)));
        put_text(a, &o, "why", j->why);
        put_text(a, &o, "rule", j->rule);
        put_text(a, &o, "steps", j->steps);
        json_append(a, &list, o);
    }
    return list;
}

static Json parsed_or_text(Str text, Arena *a)
{
    Json value;
    return text.len && json_parse(a, text, &value, NULL) == OK ? value : json_str(text);
}

Json view_sample(const SampleView *v, Arena *a)
{
    const SampleRow *s = &v->sample;
    Json o = {.type = JSON_OBJECT};
    put_int(a, &o, "sample", s->id);
    put_int(a, &o, "run", s->run_id);
    put_int(a, &o, "position", s->position);
    put_int(a, &o, "repeat", s->repeat_index);
    put_text(a, &o, "item_key", s->item_key);
    put_text(a, &o, "outcome", str_from(outcome_name(s->outcome)));
    put(a, &o, "prompt",
        s->prompt.len && s->prompt.ptr[0] == '[' ? parsed_or_text(s->prompt, a)
                                                 : json_str(utf8_clean(a, s->prompt)));
    put(a, &o, "output",
        v->response.text.ptr ? json_str(utf8_clean(a, v->response.text)) : (Json){0});
    if (v->response.reasoning.len)
        put_text(a, &o, "reasoning", utf8_clean(a, v->response.reasoning));
    put_text(a, &o, "finish", v->response.id ? v->response.finish : STR(""));
    put_text(a, &o, "target", s->target);
    if (s->detail.len)
        put(a, &o, "detail", parsed_or_text(s->detail, a));
    put_text(a, &o, "error", s->error);
    put(a, &o, "judgements", judgements_json(v, a));
    put(a, &o, "cached", json_truth(s->cached));
    put(a, &o, "prompt_tokens",
        s->prompt_tokens < 0 ? json_null() : json_integer(a, s->prompt_tokens));
    put(a, &o, "completion_tokens",
        s->completion_tokens < 0 ? json_null() : json_integer(a, s->completion_tokens));
    put_number(a, &o, "seconds", s->seconds);
    put_number(a, &o, "cost", s->cost);
    put_int(a, &o, "attempts", s->attempts);
    put(a, &o, "item", parsed_or_text(v->item, a));
    return o;
}
