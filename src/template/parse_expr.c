/* parse_expr.c - expressions, with jinja2's precedence. */
#include "base/limits.h"
#include "template/ast.h"
#include "template/literal.h"

/* Nesting is limited where it can recurse: here and in blocks. */
static Status enter(Parser *p)
{
    if (p->depth >= LIMIT_TEMPLATE_DEPTH)
        return template_fail(p->t, p->start, p->err, E_LIMIT, "nested more than %d deep",
                             LIMIT_TEMPLATE_DEPTH);
    p->depth++;
    return OK;
}

/* Chains such as a.b.b.b nest without recursing here, so height is limited by itself: the
 * parser refuses to read on (parser_next). */
void parser_set_kids(Parser *p, Node *n, const NodeVec *kids)
{
    n->kids = kids->items;
    n->n_kids = kids->len;
    for (size_t i = 0; i < kids->len; i++)
        if (kids->items[i] && kids->items[i]->height > n->height)
            n->height = kids->items[i]->height;
    n->height++;
    if (n->height > p->height)
        p->height = n->height;
}

static Node *with_kids(Parser *p, NodeKind kind, size_t offset, Node *a, Node *b)
{
    Node *n = parser_node(p, kind, offset);
    NodeVec kids = {0};
    vec_push(p->arena, &kids, a);
    if (b)
        vec_push(p->arena, &kids, b);
    parser_set_kids(p, n, &kids);
    return n;
}

static Status constant(Parser *p, Node **out)
{
    Json json;
    Node *n = parser_node(p, NODE_CONST, p->start);
    if (p->kind == TOKEN_STRING) {
        StrBuf text = strbuf_make(p->arena, LIMIT_PROMPT);
        while (p->kind == TOKEN_STRING) { /* adjacent strings join */
            Err why = {0};
            Str token = p->token;
            if (str_find_char(token, '\\') < 0)
                json = json_str(str_slice(token, 1, token.len - 1));
            else if (literal_eval(p->arena, token, &json, &why) != OK)
                return parser_fail(p, p->start, "%s", why.msg);
            strbuf_add(&text, json_text(&json));
            TRY(parser_next(p));
        }
        n->value = value_text(strbuf_str(&text));
        *out = n;
        return OK;
    }
    if (literal_eval(p->arena, p->token, &json, p->err) != OK)
        return parser_fail(p, p->start, "malformed number \"" STR_FMT "\"", STR_ARG(p->token));
    n->value = value_from_json(&json);
    *out = n;
    return parser_next(p);
}

static Status name(Parser *p, Node **out)
{
    static const struct {
        const char *word;
        Value value;
    } words[] = {
        {"true", {.type = VALUE_BOOL, .boolean = true}},
        {"True", {.type = VALUE_BOOL, .boolean = true}},
        {"false", {.type = VALUE_BOOL}},
        {"False", {.type = VALUE_BOOL}},
        {"none", {.type = VALUE_NONE}},
        {"None", {.type = VALUE_NONE}},
    };
    Node *n = parser_node(p, NODE_NAME, p->start);
    n->name = p->token;
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_eqc(p->token, words[i].word)) {
            n->kind = NODE_CONST;
            n->value = words[i].value;
        }
    *out = n;
    return parser_next(p);
}

/* After "[": elements to "]". */
static Status list(Parser *p, size_t start, Node **out)
{
    NodeVec kids = {0};
    bool comma = true;
    while (!parser_is(p, "]")) {
        Node *kid;
        if (!comma)
            return parser_fail(p, p->start, "expected \",\", found \"" STR_FMT "\"",
                               STR_ARG(p->token));
        TRY(parse_expression(p, &kid));
        vec_push(p->arena, &kids, kid);
        TRY(parser_accept(p, ",", &comma));
    }
    *out = parser_node(p, NODE_LIST, start);
    parser_set_kids(p, *out, &kids);
    return parser_next(p);
}

static Status dict(Parser *p, size_t start, Node **out)
{
    NodeVec kids = {0};
    bool comma = true;
    while (!parser_is(p, "}")) {
        Node *key, *value;
        if (!comma)
            return parser_fail(p, p->start, "expected \",\", found \"" STR_FMT "\"",
                               STR_ARG(p->token));
        TRY(parse_expression(p, &key));
        TRY(parser_expect(p, ":"));
        TRY(parse_expression(p, &value));
        vec_push(p->arena, &kids, key);
        vec_push(p->arena, &kids, value);
        TRY(parser_accept(p, ",", &comma));
    }
    *out = parser_node(p, NODE_DICT, start);
    parser_set_kids(p, *out, &kids);
    return parser_next(p);
}

static Status primary(Parser *p, Node **out)
{
    size_t start = p->start;
    bool yes;
    if (p->kind == TOKEN_STRING || p->kind == TOKEN_INT || p->kind == TOKEN_FLOAT)
        return constant(p, out);
    if (p->kind == TOKEN_NAME)
        return name(p, out);
    TRY(parser_accept(p, "[", &yes));
    if (yes)
        return list(p, start, out);
    TRY(parser_accept(p, "{", &yes));
    if (yes)
        return dict(p, start, out);
    TRY(parser_accept(p, "(", &yes));
    if (!yes)
        return parser_fail(p, p->start, "expected an expression, found \"" STR_FMT "\"",
                           STR_ARG(p->token));
    if (parser_is(p, ")"))
        *out = parser_node(p, NODE_TUPLE, start);
    else
        TRY(parse_tuple(p, out));
    return parser_expect(p, ")");
}

/* After "(": arguments to ")", added to `kids`. */
static Status arguments(Parser *p, NodeVec *kids, Str **names)
{
    StrVec keywords = {0};
    bool comma = true, any = false;
    for (size_t i = 0; i < kids->len; i++)
        vec_push(p->arena, &keywords, (Str){0});
    while (!parser_is(p, ")")) {
        Node *kid;
        Str keyword = {0};
        if (!comma)
            return parser_fail(p, p->start, "expected \",\", found \"" STR_FMT "\"",
                               STR_ARG(p->token));
        TRY(parse_expression(p, &kid));
        if (kid->kind == NODE_NAME && parser_is(p, "=")) {
            keyword = kid->name;
            any = true;
            TRY(parser_next(p));
            TRY(parse_expression(p, &kid));
        } else if (any) {
            return parser_fail(p, p->start, "a positional argument follows a keyword one");
        }
        vec_push(p->arena, kids, kid);
        vec_push(p->arena, &keywords, keyword);
        TRY(parser_accept(p, ",", &comma));
    }
    *names = any ? keywords.items : NULL;
    return parser_next(p);
}

static Status call(Parser *p, size_t start, Node *callee, Node **out)
{
    Node *n = parser_node(p, NODE_METHOD, start);
    NodeVec kids = {0};
    if (callee->kind == NODE_ATTR) {
        vec_push(p->arena, &kids, callee->kids[0]);
        n->name = callee->name;
        n->offset = callee->offset;
    } else if (callee->kind == NODE_NAME) {
        n->kind = NODE_CALL;
        n->name = callee->name;
        n->offset = callee->offset;
        n->builtin = builtin_global(n->name);
        if (!n->builtin)
            return parser_fail(p, n->offset, "unknown function \"" STR_FMT "\"", STR_ARG(n->name));
    } else {
        return parser_fail(p, start, "only methods and functions can be called");
    }
    TRY(arguments(p, &kids, &n->kid_names));
    parser_set_kids(p, n, &kids);
    *out = n;
    return OK;
}

/* After "[": an index or a slice. */
static Status subscript(Parser *p, size_t start, Node *of, Node **out)
{
    Node *parts[3] = {0};
    int n = 0;
    bool colon = false;
    do {
        if (n == 3)
            return parser_fail(p, p->start, "too many colons");
        if (!parser_is(p, ":") && !parser_is(p, "]"))
            TRY(n || colon ? parse_expression(p, &parts[n]) : parse_tuple(p, &parts[n]));
        n++;
        TRY(parser_accept(p, ":", &colon));
    } while (colon || (n && parser_is(p, ":")));
    if (n == 1 && !parts[0])
        return parser_fail(p, p->start, "expected an index, found \"" STR_FMT "\"",
                           STR_ARG(p->token));
    *out = parser_node(p, n == 1 ? NODE_ITEM : NODE_SLICE, start);
    NodeVec kids = {0};
    vec_push(p->arena, &kids, of);
    for (int i = 0; i < (n == 1 ? 1 : 3); i++)
        vec_push(p->arena, &kids, parts[i]);
    parser_set_kids(p, *out, &kids);
    return parser_expect(p, "]");
}

static Status attribute(Parser *p, size_t start, Node *of, Node **out)
{
    if (p->kind == TOKEN_INT) {
        Node *index;
        TRY(constant(p, &index));
        *out = with_kids(p, NODE_ITEM, start, of, index);
        return OK;
    }
    if (p->kind != TOKEN_NAME)
        return parser_fail(p, p->start, "expected a name after \".\"");
    *out = with_kids(p, NODE_ATTR, start, of, NULL);
    (*out)->name = p->token;
    return parser_next(p);
}

static Status postfix(Parser *p, Node **n)
{
    for (;;) {
        size_t start = p->start;
        bool yes;
        TRY(parser_accept(p, ".", &yes));
        if (yes) {
            TRY(attribute(p, start, *n, n));
            continue;
        }
        TRY(parser_accept(p, "[", &yes));
        if (yes) {
            TRY(subscript(p, start, *n, n));
            continue;
        }
        TRY(parser_accept(p, "(", &yes));
        if (!yes)
            return OK;
        TRY(call(p, start, *n, n));
    }
}

/* True when a test's argument may follow without brackets: `x is divisibleby 3`. */
static bool at_bare_argument(const Parser *p)
{
    static const char *const stops[] = {"else", "or", "and", "is", "if", "not", "in"};
    if (p->kind == TOKEN_NAME) {
        for (size_t i = 0; i < COUNT(stops); i++)
            if (parser_is(p, stops[i]))
                return false;
        return true;
    }
    return p->kind == TOKEN_STRING || p->kind == TOKEN_INT || p->kind == TOKEN_FLOAT ||
           parser_is(p, "[") || parser_is(p, "{");
}

/* The filter or test named by the current token, on `subject`. */
static Status use(Parser *p, NodeKind kind, Node *subject, Node **out)
{
    Node *n = parser_node(p, kind, p->start);
    NodeVec kids = {0};
    bool yes;
    if (p->kind != TOKEN_NAME)
        return parser_fail(p, p->start, "expected a name");
    n->name = p->token;
    n->builtin = kind == NODE_FILTER ? builtin_filter(n->name) : builtin_test(n->name);
    if (!n->builtin)
        return parser_fail(p, p->start, "unknown %s \"" STR_FMT "\"",
                           kind == NODE_FILTER ? "filter" : "test", STR_ARG(n->name));
    TRY(parser_next(p));
    vec_push(p->arena, &kids, subject);
    TRY(parser_accept(p, "(", &yes));
    if (yes) {
        TRY(arguments(p, &kids, &n->kid_names));
    } else if (kind == NODE_TEST && at_bare_argument(p)) {
        Node *argument;
        TRY(primary(p, &argument));
        TRY(postfix(p, &argument));
        vec_push(p->arena, &kids, argument);
    }
    parser_set_kids(p, n, &kids);
    *out = n;
    return OK;
}

static Status filters(Parser *p, Node **n)
{
    for (;;) {
        size_t start = p->start;
        bool pipe, is, negated = false;
        TRY(parser_accept(p, "|", &pipe));
        if (pipe) {
            TRY(use(p, NODE_FILTER, *n, n));
            continue;
        }
        TRY(parser_accept(p, "is", &is));
        if (!is)
            return OK;
        TRY(parser_accept(p, "not", &negated));
        TRY(use(p, NODE_TEST, *n, n));
        if (negated)
            *n = with_kids(p, NODE_NOT, start, *n, NULL);
    }
}

static Status unary(Parser *p, bool filtered, Node **out)
{
    size_t start = p->start;
    TRY(enter(p));
    if (parser_is(p, "-") || parser_is(p, "+")) {
        NodeKind kind = parser_is(p, "-") ? NODE_NEGATE : NODE_PLUS;
        Node *of;
        TRY(parser_next(p));
        TRY(unary(p, false, &of));
        *out = with_kids(p, kind, start, of, NULL);
    } else {
        TRY(primary(p, out));
    }
    TRY(postfix(p, out));
    p->depth--;
    return filtered ? filters(p, out) : OK;
}

/* Loosest first. */
static const struct {
    const char *words[4];
    Op ops[4];
    size_t n;
} levels[] = {
    {{"+", "-"}, {OP_ADD, OP_SUB}, 2},
    {{"~"}, {OP_CONCAT}, 1},
    {{"*", "/", "//", "%"}, {OP_MUL, OP_DIV, OP_FLOORDIV, OP_MOD}, 4},
};

static Status arithmetic(Parser *p, size_t level, Node **out)
{
    if (level == COUNT(levels))
        return unary(p, true, out);
    TRY(arithmetic(p, level + 1, out));
    for (int chain = 0;; chain++) {
        size_t start = p->start, i = 0;
        while (i < levels[level].n && !parser_is(p, levels[level].words[i]))
            i++;
        if (i == levels[level].n)
            return OK;
        if (chain == LIMIT_TEMPLATE_DEPTH * 10)
            return parser_fail(p, start, "expression has too many terms");
        Node *right;
        TRY(parser_next(p));
        TRY(arithmetic(p, level + 1, &right));
        *out = with_kids(p, NODE_BINARY, start, *out, right);
        vec_push(p->arena, &(*out)->ops, levels[level].ops[i]);
    }
}

static Status comparison(Parser *p, bool *any, Op *op)
{
    static const char *const words[] = {"==", "!=", "<", "<=", ">", ">=", "in"};
    static const Op ops[] = {OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_IN};
    for (size_t i = 0; i < COUNT(words); i++) {
        TRY(parser_accept(p, words[i], any));
        *op = ops[i];
        if (*any)
            return OK;
    }
    TRY(parser_accept(p, "not", any));
    *op = OP_NOT_IN;
    return *any ? parser_expect(p, "in") : OK;
}

static Status compare(Parser *p, Node **out)
{
    size_t start = p->start;
    NodeVec kids = {0};
    OpVec ops = {0};
    TRY(arithmetic(p, 0, out));
    vec_push(p->arena, &kids, *out);
    for (;;) {
        bool any;
        Op op;
        Node *right;
        TRY(comparison(p, &any, &op));
        if (!any)
            break;
        TRY(arithmetic(p, 0, &right));
        vec_push(p->arena, &kids, right);
        vec_push(p->arena, &ops, op);
    }
    if (ops.len) {
        *out = parser_node(p, NODE_COMPARE, start);
        (*out)->ops = ops;
        parser_set_kids(p, *out, &kids);
    }
    return OK;
}

static Status negation(Parser *p, Node **out)
{
    size_t start = p->start;
    bool yes;
    TRY(parser_accept(p, "not", &yes));
    if (!yes)
        return compare(p, out);
    Node *of;
    TRY(enter(p));
    TRY(negation(p, &of));
    p->depth--;
    *out = with_kids(p, NODE_NOT, start, of, NULL);
    return OK;
}

static Status conjunction(Parser *p, Node **out)
{
    TRY(negation(p, out));
    while (parser_is(p, "and")) {
        size_t start = p->start;
        Node *right;
        TRY(parser_next(p));
        TRY(negation(p, &right));
        *out = with_kids(p, NODE_AND, start, *out, right);
    }
    return OK;
}

Status parse_or(Parser *p, Node **out)
{
    TRY(conjunction(p, out));
    while (parser_is(p, "or")) {
        size_t start = p->start;
        Node *right;
        TRY(parser_next(p));
        TRY(conjunction(p, &right));
        *out = with_kids(p, NODE_OR, start, *out, right);
    }
    return OK;
}

Status parse_expression(Parser *p, Node **out)
{
    TRY(enter(p));
    TRY(parse_or(p, out));
    while (parser_is(p, "if")) {
        size_t start = p->start;
        Node *condition, *other = NULL;
        bool otherwise;
        TRY(parser_next(p));
        TRY(parse_or(p, &condition));
        TRY(parser_accept(p, "else", &otherwise));
        if (otherwise)
            TRY(parse_expression(p, &other));
        NodeVec kids = {0};
        vec_push(p->arena, &kids, *out);
        vec_push(p->arena, &kids, condition);
        vec_push(p->arena, &kids, other);
        *out = parser_node(p, NODE_COND, start);
        parser_set_kids(p, *out, &kids);
    }
    p->depth--;
    return OK;
}
