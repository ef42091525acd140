/* regex.c - Python's `re` on PCRE2: translation of the pattern, bounded matching. */
#include "text/regex.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "text/regex_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

struct Regex {
    Arena arena; /* holds this struct itself */
    pcre2_code *code;
    size_t n_groups;
};

/* Effort. PCRE2 counts backtracking for each start position anew, so start positions
 * are tried in windows: window x limit is the most a call can cost and is charged to
 * the budget, or of a match only the starts up to its own. A window that hits its limit is
 * retried narrower with a larger limit. */
enum { FIRST_WINDOW = 1024, FIRST_LIMIT = 64, LARGEST_LIMIT = 4 << 20 };
static const uint64_t effort_budget = 256u << 20;

static pcre2_compile_context *compile_context(void)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (!context)
        abort();
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_set_parens_nest_limit(context, LIMIT_TEMPLATE_DEPTH);
    return context;
}

Status regex_compile(Str pattern, Regex **out, Err *err)
{
    SCOPED_ARENA(scratch);
    Str translated;
    TRY(regex_translate(&scratch, pattern, &translated, err));
    pcre2_compile_context *context = compile_context();
    int code;
    PCRE2_SIZE offset;
    pcre2_code *compiled =
        pcre2_compile((PCRE2_SPTR)translated.ptr, translated.len,
                      PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT,
                      &code, &offset, context);
    pcre2_compile_context_free(context);
    if (!compiled) {
        PCRE2_UCHAR why[160];
        pcre2_get_error_message(code, why, sizeof why);
        return err_set(err, E_PARSE, "regular expression \"" STR_FMT "\": %s near offset %zu",
                       STR_ARG(pattern), (const char *)why, (size_t)offset);
    }
    /* Without JIT (an architecture that lacks it) the interpreter does the same. */
    (void)pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
    uint32_t groups = 0;
    pcre2_pattern_info(compiled, PCRE2_INFO_CAPTURECOUNT, &groups);
    Arena arena = {0};
    Regex *r = ARENA_NEW(&arena, Regex);
    *r = (Regex){.arena = arena, .code = compiled, .n_groups = groups};
    *out = r;
    return OK;
}

void regex_free(Regex *r)
{
    if (!r)
        return;
    pcre2_code_free(r->code);
    Arena arena = r->arena;
    arena_free(&arena);
}

size_t regex_groups(const Regex *r)
{
    return r->n_groups;
}

/* One walk over a subject: what PCRE2 needs, and the effort left. */
typedef struct Matcher {
    const Regex *regex;
    Str subject;
    Arena *arena;
    pcre2_match_data *data;
    pcre2_match_context *context;
    uint64_t effort;
} Matcher;

static void matcher_end(Matcher *m)
{
    pcre2_match_data_free(m->data);
    pcre2_match_context_free(m->context);
}

#define SCOPED_MATCHER(name) Matcher name __attribute__((cleanup(matcher_end))) = {0}

static Status matcher_begin(Matcher *m, const Regex *r, Str subject, Arena *arena, Err *err)
{
    if (!subject.ptr)
        subject = STR("");
    size_t bad = utf8_check(subject);
    if (bad < subject.len)
        return err_set(err, E_PARSE, "the text to search is not UTF-8 at byte %zu", bad);
    m->data = pcre2_match_data_create_from_pattern(r->code, NULL);
    m->context = pcre2_match_context_create(NULL);
    if (!m->data || !m->context)
        abort();
    pcre2_set_heap_limit(m->context, 64 << 10); /* KiB */
    m->regex = r;
    m->subject = subject;
    m->arena = arena;
    m->effort = effort_budget + (uint64_t)subject.len * 2 * FIRST_LIMIT;
    return OK;
}

/* pcre2_match from `from`, with start positions up to `last`; falls back to the
 * interpreter when the JIT's fixed stack is too small. */
static int match_window(Matcher *m, size_t from, size_t last, uint32_t limit, uint32_t options)
{
    pcre2_set_offset_limit(m->context, last);
    pcre2_set_match_limit(m->context, limit);
    int rc = pcre2_match(m->regex->code, (PCRE2_SPTR)m->subject.ptr, m->subject.len, from,
                         options | PCRE2_NO_UTF_CHECK, m->data, m->context);
    if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
        rc = pcre2_match(m->regex->code, (PCRE2_SPTR)m->subject.ptr, m->subject.len, from,
                         options | PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, m->data, m->context);
    return rc;
}

/* The first start of a code point at or after `at`. */
static size_t char_start(Str s, size_t at)
{
    while (at < s.len && ((unsigned char)s.ptr[at] & 0xC0) == 0x80)
        at++;
    return at;
}

static Status give_up(Err *err, int rc)
{
    if (rc == PCRE2_ERROR_NOMATCH || rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_HEAPLIMIT ||
        rc == PCRE2_ERROR_DEPTHLIMIT)
        return err_set(err, E_LIMIT,
                       "the regular expression needs too many steps on this text; "
                       "make it less ambiguous");
    return err_set(err, E_LIMIT, "cannot match the regular expression (PCRE2 error %d)", rc);
}

/* The first match at or after `from`; a match that is empty at `from` is refused when
 * `not_empty`. */
static Status next_match(Matcher *m, size_t from, bool not_empty, bool *found, Err *err)
{
    size_t at = from, window = FIRST_WINDOW;
    uint32_t limit = FIRST_LIMIT;
    while (at <= m->subject.len) {
        size_t end = m->subject.len - at < window ? m->subject.len + 1 : at + window;
        end = char_start(m->subject, end);
        uint64_t cost = (uint64_t)(end - at) * limit;
        if (cost > m->effort)
            return give_up(err, PCRE2_ERROR_MATCHLIMIT);
        uint32_t options = not_empty && at == from ? PCRE2_NOTEMPTY_ATSTART : 0;
        int rc = match_window(m, at, end - 1, limit, options);
        if (rc >= 0) {
            uint64_t spent = (pcre2_get_ovector_pointer(m->data)[0] - at + 1) * limit;
            m->effort -= spent < cost ? spent : cost;
            *found = true;
            return OK;
        }
        m->effort -= cost;
        if (rc == PCRE2_ERROR_MATCHLIMIT && limit < LARGEST_LIMIT) {
            window = window > 16 ? window / 16 : 1;
            limit *= 16;
            continue;
        }
        if (rc != PCRE2_ERROR_NOMATCH)
            return give_up(err, rc);
        at = end;
        window = FIRST_WINDOW;
        limit = FIRST_LIMIT;
    }
    *found = false;
    return OK;
}

static RegexMatch take_match(const Matcher *m)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(m->data);
    RegexMatch match = {.n_groups = m->regex->n_groups + 1};
    match.groups = arena_array(m->arena, match.n_groups, sizeof *match.groups);
    uint32_t pairs = pcre2_get_ovector_count(m->data);
    for (size_t i = 0; i < match.n_groups && i < pairs; i++)
        if (at[2 * i] != PCRE2_UNSET && at[2 * i] <= at[2 * i + 1])
            match.groups[i] = (Str){m->subject.ptr + at[2 * i], at[2 * i + 1] - at[2 * i]};
    return match;
}

Status regex_search(const Regex *r, Str subject, Arena *arena, RegexMatch *out, bool *found,
                    Err *err)
{
    SCOPED_MATCHER(m);
    TRY(matcher_begin(&m, r, subject, arena, err));
    bool any;
    TRY(next_match(&m, 0, false, &any, err));
    if (any)
        *out = take_match(&m);
    *found = any;
    return OK;
}

Status regex_find_all(const Regex *r, Str subject, Arena *arena, RegexMatches *out, Err *err)
{
    SCOPED_MATCHER(m);
    TRY(matcher_begin(&m, r, subject, arena, err));
    RegexMatches all = {0};
    size_t at = 0;
    bool was_empty = false;
    for (;;) {
        bool found;
        TRY(next_match(&m, at, was_empty, &found, err));
        if (!found)
            break;
        RegexMatch match = take_match(&m);
        vec_push(arena, &all, match);
        was_empty = match.groups[0].len == 0;
        at = (size_t)(match.groups[0].ptr - m.subject.ptr) + match.groups[0].len;
    }
    *out = all;
    return OK;
}

/* Number of the group called `name` (digits or a name), or -1. */
static int group_number(const Regex *r, Str name, Arena *arena)
{
    int64_t number;
    if (!str_to_int(name, &number))
        number = pcre2_substring_number_from_name(r->code, (PCRE2_SPTR)str_z(arena, name));
    return number >= 0 && number <= (int64_t)r->n_groups ? (int)number : -1;
}

/* One piece of a replacement: text, or the number of a group. */
typedef struct Piece {
    Str text;
    int group; /* -1: text */
} Piece;
typedef VEC(Piece) Pieces;

/* The length of a group reference at the start of `s` (a backslash), with its name;
 * 0 when it is not one. */
static size_t group_reference(Str s, Str *name)
{
    if (s.len >= 2 && s.ptr[1] >= '1' && s.ptr[1] <= '9') {
        size_t digits = s.len >= 3 && s.ptr[2] >= '0' && s.ptr[2] <= '9' ? 2 : 1;
        *name = str_slice(s, 1, 1 + digits);
        return 1 + digits;
    }
    if (str_starts(s, STR("\\g<"))) {
        ptrdiff_t close = str_find_char(s, '>');
        if (close > 3) {
            *name = str_slice(s, 3, (size_t)close);
            return (size_t)close + 1;
        }
    }
    return 0;
}

static Status bad_replacement(Err *err, Str replacement, const char *why)
{
    return err_set(err, E_PARSE, "replacement \"" STR_FMT "\": %s", STR_ARG(replacement), why);
}

/* Reads the escape at text[*at] into a piece. */
static Status read_escape(const Regex *r, Str text, size_t *at, Arena *arena, Piece *out, Err *err)
{
    static const char letters[] = "abfnrtv\\", meaning[] = "\a\b\f\n\r\t\v\\";
    Str rest = str_after(text, *at), name;
    size_t len = group_reference(rest, &name);
    if (len) {
        out->group = group_number(r, name, arena);
        if (out->group < 0)
            return bad_replacement(err, text, "names a group that the expression does not have");
        *at += len;
        return OK;
    }
    if (rest.len < 2)
        return bad_replacement(err, text, "ends in a backslash");
    const char *known = rest.ptr[1] ? strchr(letters, rest.ptr[1]) : NULL;
    bool letter = (rest.ptr[1] | 32) >= 'a' && (rest.ptr[1] | 32) <= 'z';
    if (!known && letter)
        return bad_replacement(err, text, "has an unknown escape");
    out->group = -1;
    if (known)
        out->text = (Str){&meaning[known - letters], 1};
    else if (rest.ptr[1] == '0')
        out->text = (Str){"\0", 1};
    else
        out->text = str_slice(rest, 0, 2);
    *at += 2;
    return OK;
}

static Status read_replacement(const Regex *r, Str text, Arena *arena, Pieces *out, Err *err)
{
    size_t at = 0;
    while (at < text.len) {
        Piece piece = {.group = -1};
        if (text.ptr[at] == '\\') {
            TRY(read_escape(r, text, &at, arena, &piece, err));
        } else {
            ptrdiff_t next = str_find_from(text, STR("\\"), at);
            size_t end = next < 0 ? text.len : (size_t)next;
            piece.text = str_slice(text, at, end);
            at = end;
        }
        vec_push(arena, out, piece);
    }
    return OK;
}

Status regex_replace(const Regex *r, Str subject, Str replacement, Arena *arena, Str *out, Err *err)
{
    Pieces pieces = {0};
    TRY(read_replacement(r, replacement, arena, &pieces, err));
    if (!subject.ptr)
        subject = STR("");
    RegexMatches all;
    TRY(regex_find_all(r, subject, arena, &all, err));
    StrBuf text = strbuf_make(arena, LIMIT_RECORD);
    size_t copied = 0;
    for (size_t i = 0; i < all.len; i++) {
        const Str *groups = all.items[i].groups;
        size_t start = (size_t)(groups[0].ptr - subject.ptr);
        strbuf_add(&text, str_slice(subject, copied, start));
        for (size_t p = 0; p < pieces.len; p++) {
            const Piece *piece = &pieces.items[p];
            strbuf_add(&text, piece->group < 0 ? piece->text : groups[piece->group]);
        }
        copied = start + groups[0].len;
    }
    strbuf_add(&text, str_after(subject, copied));
    TRY(strbuf_check(&text, "the replaced text", err));
    *out = strbuf_str(&text);
    return OK;
}
