/* parse.c - templates into trees: text, output and statements. */
#include "base/limits.h"
#include "base/utf8.h"
#include "template/ast.h"

static Status body(Parser *p, const char *const *stops, NodeVec *out);

/* The next "{{", "{%" or "{#" at or after `from`; source.len when there is none. */
static size_t find_tag(Str s, size_t from)
{
    for (size_t i = from; i + 1 < s.len; i++) {
        const char *brace = memchr(s.ptr + i, '{', s.len - 1 - i);
        if (!brace)
            break;
        i = (size_t)(brace - s.ptr);
        if (brace[1] == '{' || brace[1] == '%' || brace[1] == '#')
            return i;
    }
    return s.len;
}

/* Text up to the tag at `end`; "-" on either side takes its white space. */
static void add_text(Parser *p, size_t end, NodeVec *out)
{
    Str text = str_slice(p->source, p->at, end);
    if (p->at >= 3 && p->source.ptr[p->at - 3] == '-' && p->kind == TOKEN_END)
        text = utf8_lstrip(text);
    if (end + 2 < p->source.len && p->source.ptr[end + 2] == '-')
        text = utf8_rstrip(text);
    if (!text.len)
        return;
    Node *n = parser_node(p, NODE_TEXT, p->at);
    n->value = value_text(text);
    vec_push(p->arena, out, n);
}

/* Enters a tag: the first token after "{{", "{%", with its sign. */
static Status open_tag(Parser *p, size_t tag)
{
    p->at = tag + 2;
    if (p->at < p->source.len && (p->source.ptr[p->at] == '-' || p->source.ptr[p->at] == '+'))
        p->at++;
    p->brackets = 0;
    return parser_next(p);
}

static Status close_tag(Parser *p, char bracket)
{
    if (p->kind != TOKEN_END || p->token.ptr[p->token.len - 2] != bracket)
        return parser_fail(p, p->start, "expected the end of the tag, found \"" STR_FMT "\"",
                           STR_ARG(p->token));
    return OK;
}

static Status comment(Parser *p, size_t tag)
{
    ptrdiff_t end = str_find_from(p->source, STR("#}"), tag + 2);
    if (end < 0)
        return parser_fail(p, tag, "unclosed comment");
    p->kind = TOKEN_END;
    p->at = (size_t)end + 2;
    return OK;
}

static Status targets(Parser *p, StrVec *names)
{
    bool comma, bracket;
    TRY(parser_accept(p, "(", &bracket));
    do {
        if (p->kind != TOKEN_NAME)
            return parser_fail(p, p->start, "expected a variable name");
        vec_push(p->arena, names, p->token);
        TRY(parser_next(p));
        TRY(parser_accept(p, ",", &comma));
    } while (comma && !parser_is(p, "in"));
    return bracket ? parser_expect(p, ")") : OK;
}

static Node **kids(Parser *p, Node *n, size_t count)
{
    Node **room = arena_array(p->arena, count, sizeof *room);
    n->kids = room;
    n->n_kids = count;
    return room;
}

Status parse_tuple(Parser *p, Node **out)
{
    size_t start = p->start;
    TRY(parse_expression(p, out));
    if (!parser_is(p, ","))
        return OK;
    NodeVec kids = {0};
    vec_push(p->arena, &kids, *out);
    bool comma;
    TRY(parser_accept(p, ",", &comma));
    while (comma && p->kind != TOKEN_END && !parser_is(p, ")") && !parser_is(p, "]")) {
        Node *kid;
        TRY(parse_expression(p, &kid));
        vec_push(p->arena, &kids, kid);
        TRY(parser_accept(p, ",", &comma));
    }
    *out = parser_node(p, NODE_TUPLE, start);
    parser_set_kids(p, *out, &kids);
    return OK;
}

static Status parse_set(Parser *p, Node *n)
{
    n->kind = NODE_SET;
    TRY(targets(p, &n->names));
    TRY(parser_expect(p, "="));
    TRY(parse_tuple(p, &kids(p, n, 1)[0]));
    return close_tag(p, '%');
}

static Status parse_if(Parser *p, Node *n)
{
    static const char *const stops[] = {"elif", "else", "endif", NULL}, *const last[] = {"endif", NULL};
    n->kind = NODE_IF;
    TRY(parse_tuple(p, &kids(p, n, 1)[0]));
    TRY(close_tag(p, '%'));
    TRY(body(p, stops, &n->body));
    while (parser_is(p, "elif")) {
        if (++p->n_elif > LIMIT_TEMPLATE_HEIGHT) /* each stands inside the one before */
            return template_fail(p->t, p->start, p->err, E_LIMIT, "more than %d \"elif\"",
                                 LIMIT_TEMPLATE_HEIGHT);
        Node *next = parser_node(p, NODE_IF, p->start);
        TRY(parser_next(p));
        TRY(parse_tuple(p, &kids(p, next, 1)[0]));
        TRY(close_tag(p, '%'));
        vec_push(p->arena, &n->other, next);
        n = next;
        TRY(body(p, stops, &n->body));
    }
    if (parser_is(p, "else")) {
        TRY(parser_next(p));
        TRY(close_tag(p, '%'));
        TRY(body(p, last, &n->other));
    }
    TRY(parser_next(p));
    return close_tag(p, '%');
}

static Status parse_for(Parser *p, Node *n)
{
    static const char *const stops[] = {"else", "endfor", NULL}, *const last[] = {"endfor", NULL};
    n->kind = NODE_FOR;
    Node **parts = kids(p, n, 2);
    bool yes;
    TRY(targets(p, &n->names));
    TRY(parser_expect(p, "in"));
    TRY(parse_or(p, &parts[0]));
    TRY(parser_accept(p, "if", &yes));
    if (yes)
        TRY(parse_expression(p, &parts[1]));
    TRY(close_tag(p, '%'));
    size_t from = p->at;
    TRY(body(p, stops, &n->body));
    n->uses_loop = str_find(str_slice(p->source, from, p->at), STR("loop")) >= 0;
    if (parser_is(p, "else")) {
        TRY(parser_next(p));
        TRY(close_tag(p, '%'));
        TRY(body(p, last, &n->other));
    }
    TRY(parser_next(p));
    return close_tag(p, '%');
}

static Status statement(Parser *p, NodeVec *out)
{
    static const struct {
        const char *word;
        Status (*parse)(Parser *p, Node *n);
    } statements[] = {{"if", parse_if}, {"for", parse_for}, {"set", parse_set}};
    for (size_t i = 0; i < COUNT(statements); i++) {
        if (!parser_is(p, statements[i].word))
            continue;
        Node *n = parser_node(p, NODE_IF, p->start);
        TRY(parser_next(p));
        TRY(statements[i].parse(p, n));
        vec_push(p->arena, out, n);
        return OK;
    }
    return parser_fail(p, p->start, "unknown statement \"" STR_FMT "\"", STR_ARG(p->token));
}

static bool at_stop(const Parser *p, const char *const *stops)
{
    for (; *stops; stops++)
        if (parser_is(p, *stops))
            return true;
    return false;
}

static Status output(Parser *p, size_t tag, NodeVec *out)
{
    Node *n = parser_node(p, NODE_OUTPUT, tag);
    TRY(parse_tuple(p, &kids(p, n, 1)[0]));
    vec_push(p->arena, out, n);
    return close_tag(p, '}');
}

/* Nodes up to a statement named in `stops`, which is then the current token; up to the
 * end of the source when stops[0] is NULL. */
static Status body(Parser *p, const char *const *stops, NodeVec *out)
{
    size_t opened = p->at;
    if (++p->depth > LIMIT_TEMPLATE_DEPTH)
        return template_fail(p->t, p->at, p->err, E_LIMIT, "nested more than %d deep",
                             LIMIT_TEMPLATE_DEPTH);
    for (;;) {
        size_t tag = find_tag(p->source, p->at);
        add_text(p, tag, out);
        if (tag == p->source.len)
            break;
        char kind = p->source.ptr[tag + 1];
        if (kind == '#') {
            TRY(comment(p, tag));
            continue;
        }
        TRY(open_tag(p, tag));
        if (kind == '{') {
            TRY(output(p, tag, out));
            continue;
        }
        if (at_stop(p, stops)) {
            p->depth--;
            return OK;
        }
        TRY(statement(p, out));
    }
    p->depth--;
    if (stops[0])
        return parser_fail(p, opened, "the block that starts here lacks its end tag");
    return OK;
}

/* "\r\n" and "\r" become "\n", as in jinja2. */
static Str unix_lines(Arena *arena, Str s)
{
    if (str_find_char(s, '\r') < 0)
        return s;
    StrBuf out = strbuf_make(arena, LIMIT_PROMPT);
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != '\r')
            strbuf_addc(&out, s.ptr[i]);
        else if (i + 1 == s.len || s.ptr[i + 1] != '\n')
            strbuf_addc(&out, '\n');
    return strbuf_str(&out);
}

Status template_parse(Arena *arena, Str source, const char *name, Template **out, Err *err)
{
    static const char *const none[] = {NULL};
    if (source.len > LIMIT_PROMPT)
        return err_set(err, E_LIMIT, "%s: template of %zu bytes is too long", name, source.len);
    if (utf8_check(source) < source.len)
        return err_set(err, E_PARSE, "%s: template is not UTF-8", name);
    Template *t = ARENA_NEW(arena, Template);
    t->name = arena_copy(arena, name, strlen(name));
    t->source = unix_lines(arena, source);
    t->plain = t->source.ptr == source.ptr && find_tag(source, 0) == source.len;
    Parser p = {.arena = arena, .t = t, .source = t->source, .kind = TOKEN_NAME, .err = err};
    TRY(body(&p, none, &t->body));
    *out = t;
    return OK;
}

bool template_is_plain(const Template *t)
{
    return t->plain;
}
