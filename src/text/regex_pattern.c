/* regex_pattern.c - Python's spelling of regular expressions rewritten in PCRE2's. */
#include "text/regex_pattern.h"

#include "base/limits.h"
#include "base/utf8.h"

enum { LONGEST_PATTERN = 64 << 10 };

typedef struct Translation {
    Str in;
    size_t at;
    StrBuf out;
    bool in_class;
    Err *err;
} Translation;

static Status refuse(const Translation *t, const char *why)
{
    return err_set(t->err, E_PARSE, "regular expression \"" STR_FMT "\": %s at offset %zu",
                   STR_ARG(t->in), why, t->at);
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* \xHH, \uHHHH, \UHHHHHHHH: exactly as many digits as Python asks for. */
static Status hex_escape(Translation *t, size_t digits)
{
    Str hex = str_slice(t->in, t->at + 2, t->at + 2 + digits);
    bool good = hex.len == digits;
    for (size_t i = 0; i < hex.len; i++)
        good = good && is_hex(hex.ptr[i]);
    if (!good)
        return refuse(t, "incomplete escape");
    strbuf_addf(&t->out, "\\x{" STR_FMT "}", STR_ARG(hex));
    t->at += 2 + digits;
    return OK;
}

static Status escape(Translation *t)
{
    static const struct {
        char letter;
        const char *in_class, *outside; /* NULL: Python has no such escape there */
    } rewritten[] = {
        {'Z', NULL, "\\z"},
        {'v', "\\x0b", "\\x0b"},
        {'A', NULL, "\\A"},
        {'B', NULL, "\\B"},
        {'b', "\\x08", "\\b"},
        {'d', "\\d", "\\d"},
        {'D', "\\D", "\\D"},
        {'w', "\\w", "\\w"},
        {'W', "\\W", "\\W"},
        {'s', "\\s\\x1c-\\x1f", "[\\s\\x1c-\\x1f]"},
        {'S', NULL, "[^\\s\\x1c-\\x1f]"},
        {'a', "\\x07", "\\x07"},
        {'f', "\\x0c", "\\x0c"},
        {'n', "\\n", "\\n"},
        {'r', "\\r", "\\r"},
        {'t', "\\t", "\\t"},
    };
    if (t->at + 1 >= t->in.len)
        return refuse(t, "ends in a backslash");
    char c = t->in.ptr[t->at + 1];
    if (c == 'x' || c == 'u' || c == 'U')
        return hex_escape(t, c == 'x' ? 2 : c == 'u' ? 4 : 8);
    if (c == 'S' && t->in_class) {
        strbuf_adds(&t->out, "\\S");
        t->at += 2;
        return OK;
    }
    bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
    for (size_t i = 0; i < COUNT(rewritten); i++) {
        const char *text = t->in_class ? rewritten[i].in_class : rewritten[i].outside;
        if (rewritten[i].letter != c || !text)
            continue;
        strbuf_adds(&t->out, text);
        t->at += 2;
        return OK;
    }
    if (letter)
        return refuse(t, "unknown escape");
    strbuf_add(&t->out, str_slice(t->in, t->at, t->at + 2));
    t->at += 2;
    return OK;
}

/* After "(": only the extensions that Python has. */
static Status group(Translation *t)
{
    static const char *const known[] = {"(?:",  "(?=",  "(?!", "(?<=", "(?<!",
                                        "(?P<", "(?P=", "(?#", "(?>",  "(?("};
    Str rest = str_after(t->in, t->at);
    if (str_starts(rest, STR("(*")))
        return refuse(t, "nothing to repeat");
    bool good = !str_starts(rest, STR("(?"));
    for (size_t i = 0; i < COUNT(known); i++)
        good = good || str_starts(rest, str_from(known[i]));
    size_t flags = 2;
    while (!good && flags < rest.len && rest.ptr[flags] && strchr("imsx-", rest.ptr[flags]))
        flags++;
    if (!good && flags > 2 && flags < rest.len &&
        (rest.ptr[flags] == ')' || rest.ptr[flags] == ':'))
        good = true;
    if (!good)
        return refuse(t, "unknown extension after \"(\"");
    strbuf_addc(&t->out, '(');
    t->at++;
    return OK;
}

/* "{,n}" is "{0,n}" to Python and text to PCRE2. */
static void brace(Translation *t)
{
    Str rest = str_after(t->in, t->at);
    size_t i = 2;
    while (i < rest.len && rest.ptr[i] >= '0' && rest.ptr[i] <= '9')
        i++;
    bool open = str_starts(rest, STR("{,")) && i < rest.len && rest.ptr[i] == '}';
    strbuf_adds(&t->out, open ? "{0" : "{");
    t->at++;
}

/* "[": a first "]" (after "^") is text; a "[" inside is text, never "[:alpha:]". */
static void open_class(Translation *t)
{
    t->in_class = true;
    strbuf_addc(&t->out, t->in.ptr[t->at++]);
    if (t->at < t->in.len && t->in.ptr[t->at] == '^')
        strbuf_addc(&t->out, t->in.ptr[t->at++]);
    if (t->at < t->in.len && t->in.ptr[t->at] == ']') {
        strbuf_adds(&t->out, "\\]");
        t->at++;
    }
}

static Status step(Translation *t)
{
    char c = t->in.ptr[t->at];
    if (c == '\\')
        return escape(t);
    if (t->in_class) {
        if (c == ']')
            t->in_class = false;
        strbuf_adds(&t->out, c == '[' ? "\\" : "");
        strbuf_addc(&t->out, c);
        t->at++;
        return OK;
    }
    if (c == '(')
        return group(t);
    if (c == '[')
        open_class(t);
    else if (c == '{')
        brace(t);
    else
        strbuf_addc(&t->out, t->in.ptr[t->at++]);
    return OK;
}

Status regex_translate(Arena *arena, Str pattern, Str *out, Err *err)
{
    if (pattern.len > LONGEST_PATTERN)
        return err_set(err, E_LIMIT, "regular expression of %zu bytes is too long (%d at most)",
                       pattern.len, LONGEST_PATTERN);
    Translation t = {.in = pattern, .out = strbuf_make(arena, MIB), .err = err};
    if (utf8_check(pattern) < pattern.len)
        return err_set(err, E_PARSE, "regular expression is not UTF-8");
    while (t.at < pattern.len)
        TRY(step(&t));
    TRY(strbuf_check(&t.out, "regular expression", err));
    *out = strbuf_str(&t.out);
    return OK;
}
