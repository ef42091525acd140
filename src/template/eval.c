/* eval.c - rendering: expressions and statements over values. */
#include "base/limits.h"
#include "template/ast.h"

Status(run_fail)(const Run *r, const Node *n, Status code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    Status status = template_vfail(r->t, n->offset, r->err, code, fmt, args);
    va_end(args);
    return status;
}

Status run_step(Run *r, const Node *n, size_t cost)
{
    if (cost > LIMIT_TEMPLATE_STEPS || (r->steps += (long)cost) > LIMIT_TEMPLATE_STEPS)
        return run_fail(r, n, E_LIMIT, "rendering takes more than %d steps", LIMIT_TEMPLATE_STEPS);
    return OK;
}

static Status eval_const(Run *r, const Node *n, Value *out)
{
    (void)r;
    *out = n->value;
    return OK;
}

static Status eval_name(Run *r, const Node *n, Value *out)
{
    for (size_t i = r->locals.len; i-- > 0;)
        if (str_eq(r->locals.items[i].name, n->name)) {
            *out = r->locals.items[i].value;
            return OK;
        }
    const Json *json = json_get_str(r->vars, n->name);
    *out = json ? value_from_json(json) : (Value){.type = VALUE_UNDEFINED, .text = n->name};
    return OK;
}

static Status eval_list(Run *r, const Node *n, Value *out)
{
    Value *items = arena_array(r->arena, n->n_kids + 1, sizeof *items);
    for (size_t i = 0; i < n->n_kids; i++)
        TRY(run_eval(r, n->kids[i], &items[i]));
    *out = (Value){.type = n->kind == NODE_LIST ? VALUE_LIST : VALUE_TUPLE,
                   .len = (uint32_t)n->n_kids,
                   .items = items};
    value_nest(out);
    return OK;
}

static Status eval_dict(Run *r, const Node *n, Value *out)
{
    Value dict = {.type = VALUE_DICT};
    dict.items = arena_array(r->arena, n->n_kids + 1, sizeof *dict.items);
    for (size_t i = 0; i < n->n_kids; i += 2) {
        Value key, value;
        TRY(run_eval(r, n->kids[i], &key));
        TRY(run_eval(r, n->kids[i + 1], &value));
        if (key.type == VALUE_LIST || key.type == VALUE_DICT)
            return run_fail(r, n->kids[i], E_PARSE, "a %s cannot be a key", value_type_name(&key));
        uint32_t at = 0;
        while (at < dict.len && !value_equal(&dict.items[2 * (size_t)at], &key))
            at++;
        if (at == dict.len)
            dict.items[2 * (size_t)dict.len++] = key;
        dict.items[2 * (size_t)at + 1] = value;
    }
    value_nest(&dict);
    *out = dict;
    return OK;
}

static Status eval_attr(Run *r, const Node *n, Value *out)
{
    Value of, key = value_text(n->name);
    TRY(run_eval(r, n->kids[0], &of));
    if (of.type == VALUE_DICT && value_get(&of, &key, out))
        return OK;
    *out = (Value){.type = VALUE_UNDEFINED, .text = n->name};
    return OK;
}

static Status eval_item(Run *r, const Node *n, Value *out)
{
    Value of, key;
    TRY(run_eval(r, n->kids[0], &of));
    TRY(run_eval(r, n->kids[1], &key));
    return run_item(r, n, &of, &key, out);
}

static Status eval_slice(Run *r, const Node *n, Value *out)
{
    Value of, at[3];
    TRY(run_eval(r, n->kids[0], &of));
    for (size_t i = 0; i < 3; i++) {
        at[i] = (Value){.type = VALUE_NONE};
        if (n->kids[i + 1])
            TRY(run_eval(r, n->kids[i + 1], &at[i]));
    }
    return run_slice(r, n, &of, at, out);
}

/* Position of argument `name` among the keywords of `b`, from 0; -1 when unknown. */
static int keyword(const Builtin *b, Str name)
{
    Str rest = str_from(b->keywords);
    for (int i = 0; rest.len; i++)
        if (str_eq(str_split(&rest, ' '), name))
            return i;
    return -1;
}

enum { MOST_ARGUMENTS = 8 };

static Status call_builtin(Run *r, const Node *n, const Builtin *b, size_t subjects, Value *out)
{
    Value items[MOST_ARGUMENTS] = {{0}};
    size_t len = subjects;
    bool raw = n->kind == NODE_TEST || str_eqc(n->name, "default") || str_eqc(n->name, "d");
    for (size_t i = 0; i < n->n_kids; i++) {
        size_t at = i;
        Str word = n->kid_names ? n->kid_names[i] : (Str){0};
        if (word.len) {
            int index = keyword(b, word);
            if (index < 0)
                return run_fail(r, n, E_PARSE, "\"%s\" has no argument \"" STR_FMT "\"", b->name,
                                STR_ARG(word));
            at = subjects + (size_t)index;
        }
        if (at >= MOST_ARGUMENTS || at >= subjects + (size_t)b->most)
            return run_fail(r, n, E_PARSE, "\"%s\" takes at most %d arguments", b->name, b->most);
        TRY(i == 0 && raw ? run_eval_raw(r, n->kids[i], &items[at])
                          : run_eval(r, n->kids[i], &items[at]));
        len = at + 1 > len ? at + 1 : len;
    }
    if (len < subjects + (size_t)b->least)
        return run_fail(r, n, E_PARSE, "\"%s\" needs %d arguments", b->name, b->least);
    Args args = {.items = items, .len = len, .node = n};
    return b->call(r, &args, out);
}

static Status eval_builtin(Run *r, const Node *n, Value *out)
{
    return call_builtin(r, n, n->builtin, n->kind == NODE_CALL ? 0 : 1, out);
}

static Status eval_method(Run *r, const Node *n, Value *out)
{
    Value of;
    TRY(run_eval(r, n->kids[0], &of));
    const Builtin *b = builtin_method(&of, n->name);
    if (!b)
        return run_fail(r, n, E_PARSE, "a %s has no method \"" STR_FMT "\"", value_type_name(&of),
                        STR_ARG(n->name));
    return call_builtin(r, n, b, 1, out);
}

static Status eval_not(Run *r, const Node *n, Value *out)
{
    Value of;
    TRY(run_eval(r, n->kids[0], &of));
    *out = value_bool(!value_truth(&of));
    return OK;
}

static Status eval_sign(Run *r, const Node *n, Value *out)
{
    Value of, zero = value_int(0);
    TRY(run_eval(r, n->kids[0], &of));
    if (of.type == VALUE_FLOAT) {
        *out = value_float(n->kind == NODE_NEGATE ? -of.number : of.number);
        return OK;
    }
    return run_binary(r, n, n->kind == NODE_NEGATE ? OP_SUB : OP_ADD, &zero, &of, out);
}

static Status eval_logic(Run *r, const Node *n, Value *out)
{
    Value left;
    TRY(run_eval(r, n->kids[0], &left));
    if (value_truth(&left) == (n->kind == NODE_OR)) {
        *out = left;
        return OK;
    }
    return run_eval_raw(r, n->kids[1], out);
}

static Status eval_compare(Run *r, const Node *n, Value *out)
{
    Value left, right;
    bool holds = true;
    TRY(run_eval(r, n->kids[0], &left));
    for (size_t i = 0; holds && i < n->ops.len; i++) {
        TRY(run_eval(r, n->kids[i + 1], &right));
        TRY(run_compare(r, n, n->ops.items[i], &left, &right, &holds));
        left = right;
    }
    *out = value_bool(holds);
    return OK;
}

static Status eval_binary(Run *r, const Node *n, Value *out)
{
    Value left, right;
    TRY(run_eval(r, n->kids[0], &left));
    TRY(run_eval(r, n->kids[1], &right));
    return run_binary(r, n, n->ops.items[0], &left, &right, out);
}

static Status eval_cond(Run *r, const Node *n, Value *out)
{
    Value condition;
    TRY(run_eval(r, n->kids[1], &condition));
    if (value_truth(&condition))
        return run_eval_raw(r, n->kids[0], out);
    if (n->kids[2])
        return run_eval_raw(r, n->kids[2], out);
    *out = value_text((Str){0}); /* jinja2's plain Undefined prints as nothing */
    return OK;
}

static Status (*const evals[NODE_KINDS])(Run *r, const Node *n, Value *out) = {
    [NODE_CONST] = eval_const,   [NODE_NAME] = eval_name,      [NODE_LIST] = eval_list,
    [NODE_TUPLE] = eval_list,    [NODE_DICT] = eval_dict,      [NODE_ATTR] = eval_attr,
    [NODE_ITEM] = eval_item,     [NODE_SLICE] = eval_slice,    [NODE_CALL] = eval_builtin,
    [NODE_METHOD] = eval_method, [NODE_FILTER] = eval_builtin, [NODE_TEST] = eval_builtin,
    [NODE_NOT] = eval_not,       [NODE_NEGATE] = eval_sign,    [NODE_PLUS] = eval_sign,
    [NODE_AND] = eval_logic,     [NODE_OR] = eval_logic,       [NODE_COMPARE] = eval_compare,
    [NODE_BINARY] = eval_binary, [NODE_COND] = eval_cond,
};

Status run_eval_raw(Run *r, const Node *n, Value *out)
{
    TRY(run_step(r, n, 1));
    if (r->depth >= LIMIT_TEMPLATE_HEIGHT)
        return run_fail(r, n, E_LIMIT, "expression is nested too deep");
    r->depth++;
    Status status = evals[n->kind](r, n, out);
    r->depth--;
    /* What walks a value recurses: to print, to compare. */
    if (status == OK && out->depth > LIMIT_TEMPLATE_DEPTH)
        return run_fail(r, n, E_LIMIT, "a value is nested more than %d deep", LIMIT_TEMPLATE_DEPTH);
    return status;
}

Status run_eval(Run *r, const Node *n, Value *out)
{
    TRY(run_eval_raw(r, n, out));
    if (out->type == VALUE_UNDEFINED)
        return run_fail(r, n, E_MISSING, "\"" STR_FMT "\" is undefined", STR_ARG(out->text));
    return OK;
}

static Status render_body(Run *r, const NodeVec *nodes);

/* Assigns in the innermost scope. */
static void assign(Run *r, Str name, Value value)
{
    for (size_t i = r->frame; i < r->locals.len; i++)
        if (str_eq(r->locals.items[i].name, name)) {
            r->locals.items[i].value = value;
            return;
        }
    vec_push(r->arena, &r->locals, (Local){name, value});
}

static Status assign_all(Run *r, const Node *n, const Value *value)
{
    if (n->names.len == 1) {
        assign(r, n->names.items[0], *value);
        return OK;
    }
    ValueVec parts = {0};
    TRY(run_elements(r, n, value, &parts));
    if (parts.len != n->names.len)
        return run_fail(r, n, E_PARSE, "%zu values for %zu names", parts.len, n->names.len);
    for (size_t i = 0; i < parts.len; i++)
        assign(r, n->names.items[i], parts.items[i]);
    return OK;
}

static Value loop_value(Run *r, size_t index, size_t len)
{
    const struct {
        Str name;
        Value value;
    } members[] = {
        {STR("index0"), value_int((int64_t)index)},
        {STR("index"), value_int((int64_t)index + 1)},
        {STR("first"), value_bool(index == 0)},
        {STR("last"), value_bool(index + 1 == len)},
        {STR("length"), value_int((int64_t)len)},
        {STR("revindex0"), value_int((int64_t)(len - index) - 1)},
        {STR("revindex"), value_int((int64_t)(len - index))},
    };
    Value loop = {.type = VALUE_DICT, .len = COUNT(members)};
    loop.items = arena_array(r->arena, 2 * COUNT(members), sizeof *loop.items);
    for (size_t i = 0; i < COUNT(members); i++) {
        loop.items[2 * i] = value_text(members[i].name);
        loop.items[2 * i + 1] = members[i].value;
    }
    value_nest(&loop);
    return loop;
}

/* Keeps the elements for which `for ... if` holds. */
static Status choose(Run *r, const Node *n, ValueVec *elements)
{
    size_t kept = 0, scope = r->locals.len;
    for (size_t i = 0; i < elements->len; i++) {
        Value holds;
        TRY(assign_all(r, n, &elements->items[i]));
        TRY(run_eval(r, n->kids[1], &holds));
        if (value_truth(&holds))
            elements->items[kept++] = elements->items[i];
        r->locals.len = scope;
    }
    elements->len = kept;
    return OK;
}

static Status render_for(Run *r, const Node *n)
{
    Value over;
    ValueVec elements = {0};
    TRY(run_eval(r, n->kids[0], &over));
    TRY(run_elements(r, n, &over, &elements));
    size_t scope = r->locals.len, frame = r->frame;
    r->frame = scope;
    if (n->kids[1])
        TRY(choose(r, n, &elements));
    for (size_t i = 0; i < elements.len; i++) {
        TRY(assign_all(r, n, &elements.items[i]));
        if (n->uses_loop)
            assign(r, STR("loop"), loop_value(r, i, elements.len));
        TRY(render_body(r, &n->body));
        r->locals.len = scope;
    }
    r->frame = frame;
    return elements.len ? OK : render_body(r, &n->other);
}

static Status render_node(Run *r, const Node *n)
{
    Value v;
    TRY(run_step(r, n, 1));
    if (r->out->failed)
        return run_fail(r, n, E_LIMIT, "the text is longer than %zu bytes", r->out->limit);
    if (n->kind == NODE_TEXT) {
        strbuf_add(r->out, n->value.text);
        return OK;
    }
    if (n->kind == NODE_FOR)
        return render_for(r, n);
    TRY(run_eval(r, n->kids[0], &v));
    if (n->kind == NODE_OUTPUT)
        value_str(r->out, &v);
    else if (n->kind == NODE_SET)
        return assign_all(r, n, &v);
    else
        return render_body(r, value_truth(&v) ? &n->body : &n->other);
    return OK;
}

static Status render_body(Run *r, const NodeVec *nodes)
{
    for (size_t i = 0; i < nodes->len; i++)
        TRY(render_node(r, nodes->items[i]));
    return OK;
}

Status template_render(const Template *t, const Json *vars, Arena *arena, Str *out, Err *err)
{
    if (t->plain) {
        *out = t->source;
        return OK;
    }
    StrBuf text = strbuf_make(arena, LIMIT_PROMPT);
    Run r = {.t = t, .vars = vars, .arena = arena, .out = &text, .err = err};
    TRY(render_body(&r, &t->body));
    TRY(strbuf_check(&text, "rendered text", err));
    *out = strbuf_str(&text);
    return OK;
}

static bool is_blank(const Node *n)
{
    return n->kind == NODE_TEXT && !str_trim(n->value.text).len;
}

Status template_value(const Template *t, const Json *vars, Arena *arena, Json *out, Err *err)
{
    const NodeVec *body = &t->body;
    bool one = body->len && body->items[body->len - 1]->kind == NODE_OUTPUT;
    for (size_t i = 0; one && i + 1 < body->len; i++)
        one = body->items[i]->kind == NODE_SET || is_blank(body->items[i]);
    if (t->plain || !one) {
        Str text;
        TRY(template_render(t, vars, arena, &text, err));
        *out = json_str(text);
        return OK;
    }
    StrBuf ignored = strbuf_make(arena, LIMIT_PROMPT);
    Run r = {.t = t, .vars = vars, .arena = arena, .out = &ignored, .err = err};
    Value v;
    for (size_t i = 0; i + 1 < body->len; i++)
        TRY(render_node(&r, body->items[i]));
    TRY(run_eval(&r, body->items[body->len - 1]->kids[0], &v));
    *out = value_to_json(arena, &v);
    return OK;
}
