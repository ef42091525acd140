/* python.c - splits a Python file into statements, and finds those that a function is made of.
 *
 * Only as much of the language is read as that takes: comments, texts in quotes, brackets, names,
 * and which lines begin in the first column. */
#include "task/python.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/sha256.h"
#include "task/python_text.h"

enum { MOST_STATEMENTS = 20000, MOST_NAMES = 400000 };
#define LIMIT_PYTHON_FILE (4 * MIB)

typedef VEC(Str) Names;

/* A statement in the first column, with everything that belongs to it. */
typedef struct Statement {
    Str text;          /* canonical */
    Names names;       /* every name in it */
    size_t n_bound;    /* the first names up to here are what it defines ... */
    bool binds_second; /* ... or only the second one: def NAME, class NAME */
    PythonTexts texts;
    bool taken;
} Statement;

typedef VEC(Statement) Statements;

typedef struct Reader {
    Arena *arena;
    Str s;
    size_t at;
    StrBuf out;     /* canonical text of the statement being read */
    size_t kept;    /* blanks before this place of `out` stand in quotes */
    size_t line_at; /* where the last line of `out` begins */
    int depth;      /* open brackets */
    bool assigned;  /* an "=" ended the names that are defined */
    bool joined;    /* nothing but white space since the last text in quotes */
    StrBuf *whole;  /* that text, while more may be joined to it; or NULL */
    Statement now;
    Statements *all;
    size_t n_names;
} Reader;

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static char next_char(const Reader *r, size_t ahead)
{
    return (char)(r->at + ahead < r->s.len ? r->s.ptr[r->at + ahead] : 0);
}

static void add_name(Reader *r, Str name)
{
    vec_push(r->arena, &r->now.names, name);
    r->n_names++;
}

static void trim_line(Reader *r)
{
    while (r->out.len > r->kept && strchr(" \t\r", r->out.ptr[r->out.len - 1]))
        r->out.len--;
}

static bool begins_with(const Statement *s, const char *word)
{
    return s->names.len && str_eqc(s->names.items[0], word) &&
           str_starts(s->text, s->names.items[0]);
}

/* What the statement defines: names before "=", after def and class, of an import; of any other
 * statement whatever it names. */
static void set_bound(Reader *r)
{
    Statement *s = &r->now;
    static const char *const blocks[] = {"if", "for", "while", "with", "try", "async"};
    size_t first = 0;
    if (s->text.len && s->text.ptr[0] == '@')
        while (first < s->names.len && !str_eqc(s->names.items[first], "def") &&
               !str_eqc(s->names.items[first], "class"))
            first++;
    bool defines = begins_with(s, "def") || begins_with(s, "class") || first;
    if (defines && first + 1 < s->names.len) {
        s->binds_second = true;
        s->n_bound = first + 1; /* the place of the name */
        return;
    }
    bool block = false;
    for (size_t i = 0; i < COUNT(blocks); i++)
        block = block || begins_with(s, blocks[i]);
    if (!r->assigned || block)
        s->n_bound = s->names.len;
}

static void end_statement(Reader *r)
{
    trim_line(r);
    while (r->out.len && r->out.ptr[r->out.len - 1] == '\n' && r->out.len > r->kept)
        r->out.len--;
    if (r->out.len) {
        r->now.text = str_copy(r->arena, strbuf_str(&r->out));
        set_bound(r);
        vec_push(r->arena, r->all, r->now);
    }
    r->now = (Statement){0};
    strbuf_clear(&r->out);
    r->kept = r->line_at = 0;
    r->assigned = r->joined = false;
}

/* Whether a line in the first column goes on with the statement before it. */
static bool goes_on(const Reader *r)
{
    static const char *const words[] = {"else", "elif", "except", "finally"};
    Str rest = str_after(r->s, r->at);
    for (size_t i = 0; i < COUNT(words); i++) {
        Str word = str_from(words[i]);
        if (str_starts(rest, word) && (rest.len == word.len || !is_name_char(rest.ptr[word.len])))
            return true;
    }
    Str last = str_trim(strbuf_str(&r->out));
    size_t line = last.len;
    while (line && last.ptr[line - 1] != '\n')
        line--;
    return last.len && (last.ptr[line] == '@' || last.ptr[last.len - 1] == '\\');
}

static void end_line(Reader *r)
{
    trim_line(r);
    if (r->out.len > r->line_at) {
        strbuf_addc(&r->out, '\n');
        r->line_at = r->out.len;
    }
    r->at++;
    char c = next_char(r, 0);
    if (!r->depth && c && !strchr(" \t\r\n#", c) && !goes_on(r))
        end_statement(r);
}

/* A text in quotes; names in the braces of an f-string count. */
static void take_text(Reader *r, size_t prefix)
{
    PythonLiteral literal = python_literal(r->arena, str_after(r->s, r->at), prefix);
    strbuf_add(&r->out, str_slice(r->s, r->at, r->at + literal.len));
    for (size_t i = 0; i < literal.names.len; i++)
        add_name(r, literal.names.items[i]);
    Statement *s = &r->now;
    if (r->joined && s->texts.len) {
        Str *last = &s->texts.items[s->texts.len - 1];
        if (!r->whole) {
            r->whole = ARENA_NEW(r->arena, StrBuf);
            *r->whole = strbuf_make(r->arena, 2 * LIMIT_PYTHON_FILE);
            strbuf_add(r->whole, *last);
        }
        strbuf_add(r->whole, literal.value);
        *last = strbuf_str(r->whole);
    } else {
        r->whole = NULL;
        vec_push(r->arena, &s->texts, literal.value);
    }
    r->at += literal.len;
    r->kept = r->out.len;
    r->joined = true;
}

static void take_name(Reader *r)
{
    size_t end = r->at;
    while (end < r->s.len && is_name_char(r->s.ptr[end]))
        end++;
    Str name = str_slice(r->s, r->at, end);
    strbuf_add(&r->out, name);
    bool number = name.ptr[0] >= '0' && name.ptr[0] <= '9';
    if (!number)
        add_name(r, name);
    r->joined = false;
    r->at = end;
}

/* "=" that is no part of "==", "<=", "+=": what stands before it is defined. */
static void look_at_equals(Reader *r)
{
    char before = (char)(r->out.len ? r->out.ptr[r->out.len - 1] : 0);
    bool plain = next_char(r, 1) != '=' && !(before && strchr("=!<>+-*/%&|^:@", before));
    if (r->depth || r->assigned || !plain)
        return;
    r->assigned = true;
    r->now.n_bound = r->now.names.len;
}

static void take_char(Reader *r)
{
    char c = next_char(r, 0);
    if (c == '(' || c == '[' || c == '{')
        r->depth++;
    if ((c == ')' || c == ']' || c == '}') && r->depth)
        r->depth--;
    if (c == '=')
        look_at_equals(r);
    if (c != ' ' && c != '\t')
        r->joined = false;
    strbuf_addc(&r->out, c);
    r->at++;
}

static Status read_all(Reader *r, Err *err)
{
    while (r->at < r->s.len) {
        char c = next_char(r, 0);
        size_t prefix = python_prefix(str_after(r->s, r->at));
        bool in_name = r->at && is_name_char(r->s.ptr[r->at - 1]);
        if (c == '\n')
            end_line(r);
        else if (c == '#')
            while (r->at < r->s.len && r->s.ptr[r->at] != '\n')
                r->at++;
        else if (prefix != NO_PREFIX && !in_name)
            take_text(r, prefix);
        else if (is_name_char(c))
            take_name(r);
        else
            take_char(r);
        if (r->all->len > MOST_STATEMENTS || r->n_names > MOST_NAMES)
            return err_set(err, E_LIMIT, "the Python file has too many statements or names");
    }
    end_statement(r);
    return OK;
}

static Str unix_lines(Arena *arena, Str s)
{
    if (str_find_char(s, '\r') < 0)
        return s;
    StrBuf out = strbuf_make(arena, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != '\r' || i + 1 == s.len || s.ptr[i + 1] != '\n')
            strbuf_addc(&out, s.ptr[i]);
    return strbuf_str(&out);
}

/* ---- what belongs together ---- */

typedef VEC(uint32_t) Places;

static bool is_keyword(Str name)
{
    static const char *const words[] = {
        "and",  "as",     "assert", "async",  "await",  "break",   "class",    "continue", "def",
        "del",  "elif",   "else",   "except", "False",  "finally", "for",      "from",     "global",
        "if",   "import", "in",     "is",     "lambda", "None",    "nonlocal", "not",      "or",
        "pass", "raise",  "return", "True",   "try",    "while",   "with",     "yield"};
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_eqc(name, words[i]))
            return true;
    return false;
}

static void define(Arena *arena, Map *defined, Str name, size_t place)
{
    if (is_keyword(name))
        return;
    Places *places = map_get(defined, name);
    if (!places) {
        places = ARENA_NEW(arena, Places);
        map_set(arena, defined, name, places);
    }
    if (!places->len || places->items[places->len - 1] != place)
        vec_push(arena, places, (uint32_t)place);
}

static void find_defined(Arena *arena, const Statements *all, Map *defined)
{
    for (size_t i = 0; i < all->len; i++) {
        const Statement *s = &all->items[i];
        if (s->binds_second)
            define(arena, defined, s->names.items[s->n_bound], i);
        for (size_t n = 0; n < s->n_bound && !s->binds_second; n++)
            define(arena, defined, s->names.items[n], i);
    }
}

/* Takes the statements that define `name`, and those that they name. */
static bool take(Arena *arena, Statements *all, const Map *defined, Str name)
{
    Names open = {0};
    Map seen = {0};
    bool found = map_has(defined, name);
    vec_push(arena, &open, name);
    while (open.len) {
        Str one = open.items[--open.len];
        const Places *places = map_get(defined, one);
        if (!map_set(arena, &seen, one, all) || !places)
            continue;
        for (size_t i = 0; i < places->len; i++) {
            Statement *s = &all->items[places->items[i]];
            for (size_t n = 0; n < s->names.len && !s->taken; n++)
                vec_push(arena, &open, s->names.items[n]);
            s->taken = true;
        }
    }
    return found;
}

Status python_function(Arena *arena, Str file, Str name, PythonFunction *out, Err *err)
{
    Statements all = {0};
    Map defined = {0};
    if (file.len > LIMIT_PYTHON_FILE)
        return err_set(err, E_LIMIT, "the Python file is larger than %zu bytes", LIMIT_PYTHON_FILE);
    Reader r = {.arena = arena, .s = unix_lines(arena, file), .all = &all};
    r.out = strbuf_make(arena, file.len + 2);
    TRY(read_all(&r, err));
    find_defined(arena, &all, &defined);
    PythonFunction f = {.made = !take(arena, &all, &defined, name)};
    StrBuf text = strbuf_make(arena, file.len + all.len + 2);
    for (size_t i = 0; i < all.len; i++) {
        if (!f.made && !all.items[i].taken)
            continue;
        if (text.len)
            strbuf_addc(&text, '\n');
        strbuf_add(&text, all.items[i].text);
        for (size_t t = 0; t < all.items[i].texts.len; t++)
            vec_push(arena, &f.texts, all.items[i].texts.items[t]);
    }
    f.canonical = strbuf_str(&text);
    f.hash = sha256_hex(arena, f.canonical);
    *out = f;
    return OK;
}
