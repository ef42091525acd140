/* names.c - which variables a template reads. */
#include "template/ast.h"

typedef struct Search {
    Arena *arena;
    StrVec *found, own; /* own: set or guarded by the template itself */
} Search;

static bool has(const StrVec *names, Str name)
{
    for (size_t i = 0; i < names->len; i++)
        if (str_eq(names->items[i], name))
            return true;
    return false;
}

static void visit_all(Search *s, const NodeVec *nodes, bool collect);

static void visit(Search *s, const Node *n, bool collect)
{
    bool guard = n->kind == NODE_TEST && n->kids[0]->kind == NODE_NAME &&
                 (str_eqc(n->name, "defined") || str_eqc(n->name, "undefined"));
    if (guard && !collect)
        vec_push(s->arena, &s->own, n->kids[0]->name);
    if (!collect)
        for (size_t i = 0; i < n->names.len; i++)
            vec_push(s->arena, &s->own, n->names.items[i]);
    if (!collect && n->kind == NODE_FOR)
        vec_push(s->arena, &s->own, STR("loop"));
    if (collect && n->kind == NODE_NAME && !has(&s->own, n->name) && !has(s->found, n->name))
        vec_push(s->arena, s->found, n->name);
    for (size_t i = 0; i < n->n_kids; i++)
        if (n->kids[i])
            visit(s, n->kids[i], collect);
    visit_all(s, &n->body, collect);
    visit_all(s, &n->other, collect);
}

static void visit_all(Search *s, const NodeVec *nodes, bool collect)
{
    for (size_t i = 0; i < nodes->len; i++)
        visit(s, nodes->items[i], collect);
}

void template_names(const Template *t, Arena *arena, StrVec *out)
{
    Search s = {.arena = arena, .found = out};
    visit_all(&s, &t->body, false);
    visit_all(&s, &t->body, true);
}
