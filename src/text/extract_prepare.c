/* extract_prepare.c - thinking, compatibility forms, markdown and LaTeX taken off an answer. */
#include "text/extract_private.h"

#include "base/utf8.h"
#include "text/normalise.h"

/* ---- thinking ---- */

/* The marks that models put around what they think; some templates open it in the prompt. */
static const struct {
    const char *open, *close;
} thoughts[] = {
    {"<think>", "</think>"},         {"<thinking>", "</thinking>"},     {"<thought>", "</thought>"},
    {"<reasoning>", "</reasoning>"}, {"<seed:think>", "</seed:think>"}, {"◁think▷", "◁/think▷"},
};

/* The row whose opening (closing) mark stands at `at`, or -1. */
static int thought_at(Str text, size_t at, bool close)
{
    char c = text.ptr[at];
    if (c != '<' && c != '\xe2')
        return -1;
    for (size_t i = 0; i < COUNT(thoughts); i++) {
        Str mark = str_from(close ? thoughts[i].close : thoughts[i].open);
        if (str_eq_nocase(str_slice(text, at, at + mark.len), mark))
            return (int)i;
    }
    return -1;
}

Str extract_without_thinking(Str text, Arena *arena, unsigned *steps)
{
    StrBuf out = strbuf_make(arena, text.len + 1);
    bool inside = false;
    size_t kept = 0;
    for (size_t at = 0; at < text.len; at++) {
        int open = inside ? -1 : thought_at(text, at, false), close = thought_at(text, at, true);
        if (open >= 0) {
            strbuf_add(&out, str_slice(text, kept, at));
            inside = true;
            *steps |= STEP_CUT;
            at += strlen(thoughts[open].open) - 1;
        } else if (close >= 0) {
            if (!inside) /* it began in the prompt: all before it is thinking */
                strbuf_clear(&out);
            inside = false;
            *steps = (*steps | STEP_THINKING) & ~(unsigned)STEP_CUT;
            at += strlen(thoughts[close].close) - 1;
            kept = at + 1;
        }
    }
    if (!*steps)
        return text;
    if (!inside)
        strbuf_add(&out, str_after(text, kept));
    return strbuf_str(&out);
}

Str extract_after_thinking(Str text, Arena *arena)
{
    unsigned steps = 0;
    return extract_without_thinking(text, arena, &steps);
}

/* ---- markdown and LaTeX ---- */

enum { DEPTH = 64 };

typedef enum Brace { BRACE_PLAIN, BRACE_GONE, BRACE_BOX, BRACE_OVER } Brace;

typedef struct Unwrap {
    Str in;
    StrBuf out;
    Brace open[DEPTH];
    size_t depth, too_deep;
    bool keep_latex; /* but for \boxed */
    size_t looked;   /* of the input, by line_begins, and what it found */
    bool begins;
    size_t run_end; /* of the run of equal signs counted last */
    unsigned steps;
} Unwrap;

typedef enum Command { C_BOX, C_WRAP, C_OVER, C_PUT } Command;

static const struct {
    const char *name;
    Command command;
    const char *put;
} commands[] = {
    {"boxed", C_BOX, NULL},      {"fbox", C_BOX, NULL},          {"text", C_WRAP, NULL},
    {"textbf", C_WRAP, NULL},    {"textit", C_WRAP, NULL},       {"textrm", C_WRAP, NULL},
    {"mathrm", C_WRAP, NULL},    {"mathbf", C_WRAP, NULL},       {"mathit", C_WRAP, NULL},
    {"mathsf", C_WRAP, NULL},    {"mbox", C_WRAP, NULL},         {"emph", C_WRAP, NULL},
    {"underline", C_WRAP, NULL}, {"operatorname", C_WRAP, NULL}, {"frac", C_OVER, NULL},
    {"dfrac", C_OVER, NULL},     {"tfrac", C_OVER, NULL},        {"cfrac", C_OVER, NULL},
    {"left", C_PUT, ""},         {"right", C_PUT, ""},           {"displaystyle", C_PUT, ""},
    {"quad", C_PUT, " "},        {"qquad", C_PUT, " "},          {"times", C_PUT, "×"},
    {"cdot", C_PUT, "×"},        {"checkmark", C_PUT, "√"},      {"circ", C_PUT, "°"},
    {"approx", C_PUT, "≈"},      {"Rightarrow", C_PUT, "=>"},    {"rightarrow", C_PUT, "=>"},
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char at_or_blank(Str s, size_t at)
{
    return (char)(at < s.len ? s.ptr[at] : ' ');
}

static void open_brace(Unwrap *u, Brace brace)
{
    if (u->depth == DEPTH) {
        u->too_deep++;
        return;
    }
    u->open[u->depth++] = brace;
    if (brace == BRACE_BOX)
        strbuf_addc(&u->out, BOX_OPEN);
    else if (brace == BRACE_PLAIN)
        strbuf_addc(&u->out, '{');
}

/* Moves `at` past a `{` when one is there. */
static bool take_brace(Unwrap *u, size_t *at, Brace brace)
{
    while (*at < u->in.len && u->in.ptr[*at] == ' ')
        ++*at;
    if (at_or_blank(u->in, *at) != '{')
        return false;
    ++*at;
    open_brace(u, brace);
    return true;
}

static void close_brace(Unwrap *u, size_t *at)
{
    if (u->too_deep || !u->depth) {
        u->too_deep -= u->too_deep > 0;
        strbuf_addc(&u->out, '}');
        return;
    }
    Brace brace = u->open[--u->depth];
    if (brace == BRACE_PLAIN)
        strbuf_addc(&u->out, '}');
    else if (brace == BRACE_BOX)
        strbuf_addc(&u->out, BOX_CLOSE);
    if (brace == BRACE_OVER) {
        strbuf_addc(&u->out, '/');
        take_brace(u, at, BRACE_GONE);
    }
}

/* \frac{1}{2}, and \frac12; a number before it makes a mixed one. */
static void fraction(Unwrap *u, size_t *at)
{
    if (u->out.len && is_digit(u->out.ptr[u->out.len - 1]))
        strbuf_addc(&u->out, ' ');
    if (take_brace(u, at, BRACE_OVER))
        return;
    char above = at_or_blank(u->in, *at), below = at_or_blank(u->in, *at + 1);
    if (is_digit(above) && is_digit(below)) {
        strbuf_addf(&u->out, "%c/%c", above, below);
        *at += 2;
    }
}

/* A backslash and one sign: spacing, delimiters, signs that are special in LaTeX. */
static void sign(Unwrap *u, size_t *at)
{
    char c = at_or_blank(u->in, *at + 1);
    *at += 2;
    if (strchr("(),!;:[", c) || c == ']')
        return;
    strbuf_addc(&u->out, (char)(c == '\\' ? ' ' : c));
}

/* At a backslash. */
static void command(Unwrap *u, size_t *at)
{
    size_t end = *at + 1;
    while (end < u->in.len && is_letter(u->in.ptr[end]))
        end++;
    Str name = str_slice(u->in, *at + 1, end);
    size_t row = 0;
    while (row < COUNT(commands) && !str_eqc(name, commands[row].name))
        row++;
    bool known = row < COUNT(commands), box = known && commands[row].command == C_BOX;
    if (u->keep_latex && !box &&
        (u->depth == 0 || u->open[u->depth - 1] != BRACE_BOX || !known ||
         commands[row].command != C_WRAP)) {
        strbuf_add(&u->out, str_slice(u->in, *at, end + (name.len == 0)));
        *at = end + (name.len == 0);
        return;
    }
    u->steps |= STEP_LATEX;
    if (!name.len) {
        sign(u, at);
        return;
    }
    if (!known) {
        strbuf_add(&u->out, str_slice(u->in, *at, end));
        *at = end;
        return;
    }
    *at = end;
    if (commands[row].command == C_OVER)
        fraction(u, at);
    else if (commands[row].command == C_PUT)
        strbuf_adds(&u->out, commands[row].put);
    else
        take_brace(u, at, box ? BRACE_BOX : BRACE_GONE);
}

/* A star that multiplies has blanks, or letters and digits, on both sides. */
static bool is_times(Str s, size_t at)
{
    char before = (char)(at ? s.ptr[at - 1] : '\n'), after = at_or_blank(s, at + 1);
    return (before == ' ' && after == ' ') ||
           (scan_is_word_byte(before) && scan_is_word_byte(after));
}

/* Whether nothing but blanks and marks stands before `at` in its line. The answer is carried from
 * one place to the next: to look back each time would take the square of a line of marks. */
static bool line_begins(Unwrap *u, size_t at)
{
    for (; u->looked < at; u->looked++) {
        char c = u->in.ptr[u->looked];
        u->begins = c == '\n' || (u->begins && (c == ' ' || c == '#' || c == '>'));
    }
    return u->begins;
}

/* How many signs like the one at `at` follow, itself included; each run is counted once. */
static size_t run_of(Unwrap *u, size_t at)
{
    if (at >= u->run_end) {
        u->run_end = at + 1;
        while (u->run_end < u->in.len && u->in.ptr[u->run_end] == u->in.ptr[at])
            u->run_end++;
    }
    return u->run_end - at;
}

/* Signs of markdown at `at`; how many bytes they are, 0 when it is text. */
static size_t markdown(Unwrap *u, size_t at)
{
    Str s = u->in;
    if (!s.ptr[at] || !strchr("*_~`#->", s.ptr[at]))
        return 0;
    size_t n = run_of(u, at);
    switch (s.ptr[at]) {
    case '*':
        return n > 1 || !is_times(s, at) ? n : 0;
    case '_':
    case '~':
        return n > 1 ? n : 0;
    case '`':
        return n;
    case '#':
        if (n == 4 && line_begins(u, at))
            strbuf_addc(&u->out, HASH_CUE);
        return line_begins(u, at) ? n : 0;
    case '-':
        return n == 1 && line_begins(u, at) && at_or_blank(s, at + 1) == ' ' ? 1 : n > 2 ? n : 0;
    case '>':
        return line_begins(u, at) ? n : 0;
    default:
        return 0;
    }
}

static bool take_tag(Unwrap *u, size_t *at)
{
    static const struct {
        const char *tag;
        char mark;
    } tags[] = {{"<answer>", TAG_OPEN},
                {"</answer>", TAG_CLOSE},
                {"<final_answer>", TAG_OPEN},
                {"</final_answer>", TAG_CLOSE}};
    for (size_t i = 0; u->in.ptr[*at] == '<' && i < COUNT(tags); i++) {
        Str tag = str_from(tags[i].tag);
        if (!str_eq_nocase(str_slice(u->in, *at, *at + tag.len), tag))
            continue;
        strbuf_addc(&u->out, tags[i].mark);
        *at += tag.len;
        return true;
    }
    return false;
}

static void one_byte(Unwrap *u, size_t *at)
{
    char c = u->in.ptr[*at];
    size_t marks = markdown(u, *at);
    if (marks) {
        u->steps |= STEP_MARKDOWN;
        *at += marks;
        return;
    }
    ++*at;
    if (c == '{' && str_starts(str_after(u->in, *at), STR(",}"))) {
        strbuf_addc(&u->out, ',');
        *at += 2;
    } else if (c == '{') {
        open_brace(u, BRACE_PLAIN);
    } else if (c == '}') {
        close_brace(u, at);
    } else if (c == '$' && !u->keep_latex) {
        return;
    } else {
        bool control = (unsigned char)c < ' ' && c != '\n';
        strbuf_addc(&u->out, (char)(control ? ' ' : c));
    }
}

static Str unwrap(ExtractKind kind, Str text, Arena *arena, unsigned *steps)
{
    Unwrap u = {.in = text, .keep_latex = kind == EXTRACT_TEXT, .begins = true};
    u.out = strbuf_make(arena, 2 * text.len + 16);
    strbuf_reserve(&u.out, text.len); /* as a rule it becomes no longer */
    for (size_t at = 0; at < text.len;)
        if (text.ptr[at] == '\\')
            command(&u, &at);
        else if (!take_tag(&u, &at))
            one_byte(&u, &at);
    *steps |= u.steps;
    return strbuf_str(&u.out);
}

/* NFKC would make "10 squared" of a raised 2 into 102; and it leaves the curved apostrophe of
 * "isn’t" alone. */
static Str mark_powers(Str text, Arena *arena)
{
    StrBuf out = strbuf_make(arena, 2 * text.len + 16);
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        int32_t code = utf8_next(text, &at);
        if (code == 0xb2 || code == 0xb3 || code == 0xb9 || (code >= 0x2070 && code <= 0x2079))
            strbuf_addc(&out, '^');
        strbuf_add(&out, code == 0x2019 ? STR("'") : str_slice(text, start, at));
    }
    return strbuf_str(&out);
}

static Str fold(Str text, Arena *arena, unsigned *steps)
{
    SCOPED_ARENA(scratch); /* one sign may become 18: what that takes goes before the next step */
    Str folded = text_nfkc(&scratch, mark_powers(text, &scratch));
    if (str_eq(folded, text))
        return text;
    *steps |= STEP_NFKC;
    return str_copy(arena, folded);
}

/* The last EXTRACT_READS bytes, from the beginning of a character on. */
static Str last_part(Str text, unsigned *steps)
{
    if (text.len <= EXTRACT_READS)
        return text;
    *steps |= STEP_LENGTH;
    size_t from = text.len - EXTRACT_READS;
    while (from < text.len && ((unsigned char)text.ptr[from] & 0xc0) == 0x80)
        from++;
    return str_after(text, from);
}

void extract_prepare(ExtractKind kind, Str text, Arena *arena, Prepared *out)
{
    unsigned steps = 0;
    text = extract_without_thinking(text, arena, &steps);
    text = utf8_clean(arena, last_part(text, &steps));
    if (kind != EXTRACT_TEXT)
        text = fold(text, arena, &steps);
    out->text = unwrap(kind, text, arena, &steps);
    out->steps = steps;
}
