/* lex.c - tokens inside a tag, and what the parsers share. */
#include "base/limits.h"
#include "template/ast.h"

static const char *const two_char_ops[] = {"==", "!=", "<=", ">=", "//", "**"};

bool parser_is(const Parser *p, const char *text)
{
    return (p->kind == TOKEN_OP || p->kind == TOKEN_NAME) && str_eqc(p->token, text);
}

Status parser_accept(Parser *p, const char *text, bool *yes)
{
    *yes = parser_is(p, text);
    return *yes ? parser_next(p) : OK;
}

Status parser_expect(Parser *p, const char *text)
{
    if (parser_is(p, text))
        return parser_next(p);
    return parser_fail(p, p->start, "expected \"%s\", found \"" STR_FMT "\"", text,
                       STR_ARG(p->token));
}

Node *parser_node(Parser *p, NodeKind kind, size_t offset)
{
    Node *n = ARENA_NEW(p->arena, Node);
    n->kind = kind;
    n->offset = (uint32_t)offset;
    return n;
}

static char at(const Parser *p, size_t i)
{
    return (char)(i < p->source.len ? p->source.ptr[i] : '\0');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return c == '_' || (unsigned char)c >= 0x80 || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static Status take(Parser *p, TokenKind kind, size_t end)
{
    p->kind = kind;
    p->token = str_slice(p->source, p->start, end);
    p->at = end;
    return OK;
}

static Status number(Parser *p)
{
    size_t end = p->start;
    TokenKind kind = TOKEN_INT;
    while (is_digit(at(p, end)) || at(p, end) == '_')
        end++;
    if (at(p, end) == '.' && is_digit(at(p, end + 1))) {
        kind = TOKEN_FLOAT;
        for (end++; is_digit(at(p, end)) || at(p, end) == '_';)
            end++;
    }
    size_t exponent = end + 1 + (at(p, end + 1) == '-' || at(p, end + 1) == '+');
    if ((at(p, end) | 32) == 'e' && is_digit(at(p, exponent))) {
        kind = TOKEN_FLOAT;
        for (end = exponent; is_digit(at(p, end));)
            end++;
    }
    return take(p, kind, end);
}

static Status string(Parser *p)
{
    size_t end = p->start + 1;
    char quote = at(p, p->start);
    while (end < p->source.len && at(p, end) != quote)
        end += at(p, end) == '\\' ? 2 : 1;
    if (end >= p->source.len)
        return parser_fail(p, p->start, "unclosed string");
    return take(p, TOKEN_STRING, end + 1);
}

/* The length of a closing tag at `i` ("}}", "-%}"...), or 0. */
static size_t tag_end(const Parser *p, size_t i)
{
    size_t sign = at(p, i) == '-' || at(p, i) == '+';
    Str rest = str_after(p->source, i + sign);
    return str_starts(rest, STR("}}")) || str_starts(rest, STR("%}")) ? sign + 2 : 0;
}

Status parser_next(Parser *p)
{
    if (p->height > LIMIT_TEMPLATE_HEIGHT)
        return template_fail(p->t, p->start, p->err, E_LIMIT, "expression is nested too deep");
    while (p->at < p->source.len && strchr(" \t\r\n\f\v", at(p, p->at)) && at(p, p->at))
        p->at++;
    p->start = p->at;
    char c = at(p, p->at);
    if (p->at >= p->source.len)
        return parser_fail(p, p->start, "unclosed tag");
    size_t end = p->brackets ? 0 : tag_end(p, p->at);
    if (end)
        return take(p, TOKEN_END, p->at + end);
    if (is_digit(c))
        return number(p);
    if (c == '\'' || c == '"')
        return string(p);
    if (is_name_start(c)) {
        size_t i = p->at;
        while (is_name_start(at(p, i)) || is_digit(at(p, i)))
            i++;
        return take(p, TOKEN_NAME, i);
    }
    for (size_t i = 0; i < COUNT(two_char_ops); i++)
        if (str_starts(str_after(p->source, p->at), str_from(two_char_ops[i])))
            return take(p, TOKEN_OP, p->at + 2);
    if (!c || !strchr("+-*/%~()[]{}<>=.,:|", c))
        return parser_fail(p, p->start, "unexpected character \"%c\"", c >= ' ' ? c : '?');
    if (strchr("([{", c))
        p->brackets++;
    if (strchr(")]}", c) && p->brackets)
        p->brackets--;
    return take(p, TOKEN_OP, p->at + 1);
}

Status template_vfail(const Template *t, size_t offset, Err *err, Status code, const char *fmt,
                      va_list args)
{
    char what[600];
    vsnprintf(what, sizeof what, fmt, args);
    size_t line = 1, column = 1;
    for (size_t i = 0; i < offset && i < t->source.len; i++) {
        bool newline = t->source.ptr[i] == '\n';
        line += newline;
        if (newline)
            column = 1;
        else if (((unsigned char)t->source.ptr[i] & 0xC0) != 0x80)
            column++;
    }
    return err_set(err, code, "%s: line %zu column %zu: %s", t->name, line, column, what);
}

Status(template_fail)(const Template *t, size_t offset, Err *err, Status code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    Status status = template_vfail(t, offset, err, code, fmt, args);
    va_end(args);
    return status;
}

Status(parser_fail)(const Parser *p, size_t offset, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    Status status = template_vfail(p->t, offset, p->err, E_PARSE, fmt, args);
    va_end(args);
    return status;
}
