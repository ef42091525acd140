/* share.c - one reply for several requests of a unit: the option letters of a question are all
 * among the alternatives of one answered token. Each request keeps its own key and row. */
#include "engine/private.h"

void engine_share(Engine *e, Db *reader, Unit *unit, size_t leader)
{
    const ModelRequest *r = &unit->requests[leader];
    if (!e->options->model->scores_at_once)
        return;
    for (size_t i = leader + 1; i < unit->n_requests; i++)
        if (!unit->exchanges[i].leader && model_shares_reply(r, &unit->requests[i]) &&
            !engine_from_cache(e, reader, unit, i))
            unit->exchanges[i].leader = (uint32_t)leader + 1;
}

void engine_tell(Engine *e, Unit *unit, size_t leader, const HttpReply *http, EngineTell tell)
{
    const Model *model = e->options->model;
    const ModelReply *first = &unit->replies[leader];
    for (size_t i = leader + 1; i < unit->n_requests; i++) {
        if (unit->exchanges[i].leader != leader + 1)
            continue;
        ModelReply reply = *first;
        if (http && first->state == REPLY_OK)
            model->provider->parse(model, &unit->requests[i], http, &unit->arena, &reply);
        reply.prompt_tokens = first->prompt_tokens < 0 ? -1 : 0; /* paid once */
        reply.completion_tokens = first->completion_tokens < 0 ? -1 : 0;
        reply.seconds = 0;
        unit->replies[i] = reply;
        tell(e, unit, i);
    }
    tell(e, unit, leader); /* last: after it the unit is not ours */
}
