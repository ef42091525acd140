/* math_equal.c - whether two answers are the same: as text, as numbers, part by part. */
#include "text/math.h"

#include "base/vec.h"
#include "text/math_value.h"
#include "text/normalise.h"

#include <math.h>

enum { DEEPEST_PART = 8, MOST_PARTS = 64 };
static const double CLOSE = 1e-9;

typedef VEC(Str) Parts;

typedef struct Comparison {
    double tolerance;
    Arena *arena;
} Comparison;

/* ---- numbers ---- */

/* [+-]digits[.digits] without what does not change it: sign +, zeros in front and behind. */
static bool plain_decimal(Str s, bool *minus, Str *whole, Str *part)
{
    *minus = s.len && s.ptr[0] == '-';
    if (s.len && (s.ptr[0] == '-' || s.ptr[0] == '+'))
        s = str_after(s, 1);
    Str rest = s;
    *whole = str_split(&rest, '.');
    *part = rest;
    if (!whole->len && !part->len)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if ((s.ptr[i] < '0' || s.ptr[i] > '9') && s.ptr + i != whole->ptr + whole->len)
            return false;
    while (whole->len && whole->ptr[0] == '0')
        *whole = str_after(*whole, 1);
    while (part->len && part->ptr[part->len - 1] == '0')
        part->len--;
    *minus = *minus && (whole->len || part->len);
    return true;
}

static bool near(double a, double b, double tolerance)
{
    double scale = fmax(fabs(a), fabs(b));
    if (isinf(a) || isinf(b))
        return a == b;
    return fabs(a - b) <= tolerance * fmax(1, scale);
}

/* Both as numbers or expressions; *decided tells whether they are. */
static bool same_value(const Comparison *c, Str a, Str b, bool *decided)
{
    bool minus[2];
    Str whole[2], part[2];
    *decided = true;
    if (c->tolerance <= 0 && plain_decimal(a, &minus[0], &whole[0], &part[0]) &&
        plain_decimal(b, &minus[1], &whole[1], &part[1]))
        return minus[0] == minus[1] && str_eq(whole[0], whole[1]) && str_eq(part[0], part[1]);
    for (size_t point = 0; point < MATH_POINTS; point++) {
        MathValue x, y;
        if (!math_value(a, point, &x) || !math_value(b, point, &y)) {
            if (point == MATH_NEGATIVE) /* a root or logarithm: the others have decided */
                break;
            *decided = false;
            return false;
        }
        bool same = x.exact && y.exact && c->tolerance <= 0
                        ? x.num == y.num && x.den == y.den
                        : near(x.approx, y.approx, c->tolerance > 0 ? c->tolerance : CLOSE);
        if (!same)
            return false;
        if (!x.letters && !y.letters)
            break;
    }
    return true;
}

/* ---- parts ---- */

/* How the bracket at `at` changes the depth; *len: its bytes. */
static int bracket_at(Str s, size_t at, size_t *len)
{
    *len = 1;
    if (s.ptr[at] == '\\' && at + 1 < s.len) {
        *len = 2;
        return s.ptr[at + 1] == '{' ? 1 : s.ptr[at + 1] == '}' ? -1 : 0;
    }
    return strchr("([{", s.ptr[at]) && s.ptr[at]   ? 1
           : strchr(")]}", s.ptr[at]) && s.ptr[at] ? -1
                                                   : 0;
}

/* Cuts at `separator` outside brackets. */
static void split(Arena *arena, Str s, Str separator, Parts *out)
{
    int depth = 0;
    size_t from = 0, len;
    for (size_t at = 0; at < s.len;) {
        if (depth == 0 && str_starts(str_after(s, at), separator) && out->len < MOST_PARTS) {
            Str part = str_trim(str_slice(s, from, at));
            vec_push(arena, out, part);
            at += separator.len;
            from = at;
            continue;
        }
        depth += bracket_at(s, at, &len);
        at += len;
    }
    Str last = str_trim(str_after(s, from));
    vec_push(arena, out, last);
}

static bool equal(const Comparison *c, Str a, Str b, int depth);

static bool all_equal(const Comparison *c, const Parts *a, const Parts *b, int depth)
{
    for (size_t i = 0; a->len == b->len && i < a->len; i++)
        if (!equal(c, a->items[i], b->items[i], depth))
            return false;
    return a->len == b->len;
}

/* Each of one has its own in the other, whatever the order. */
static bool equal_in_any_order(const Comparison *c, const Parts *a, const Parts *b, int depth)
{
    bool *used = arena_array(c->arena, b->len, sizeof *used);
    for (size_t i = 0; a->len == b->len && i < a->len; i++) {
        size_t k = 0;
        while (k < b->len && (used[k] || !equal(c, a->items[i], b->items[k], depth)))
            k++;
        if (k == b->len)
            return false;
        used[k] = true;
    }
    return a->len == b->len;
}

/* Whether the bracket that s begins with closes at its end. */
static bool enclosed(Str s, Str open, Str close)
{
    size_t len;
    int depth = 0;
    if (s.len < open.len + close.len || !str_starts(s, open) || !str_ends(s, close))
        return false;
    for (size_t at = 0; at < s.len; at += len) {
        depth += bracket_at(s, at, &len);
        if (!depth && at + len < s.len)
            return false;
    }
    return true;
}

static bool take_set(Str s, Str *inner)
{
    if (!enclosed(s, STR("\\{"), STR("\\}")))
        return false;
    *inner = str_slice(s, 2, s.len - 2);
    return true;
}

typedef enum Verdict { UNDECIDED, SAME, DIFFERENT } Verdict;

static Verdict verdict(bool same)
{
    return same ? SAME : DIFFERENT;
}

/* Sets: the right answer's braces allow any order, and an answer without braces. */
static Verdict compare_sets(const Comparison *c, Str a, Str b, int depth)
{
    Parts left = {0}, right = {0};
    Str inner;
    if (!take_set(b, &inner))
        return UNDECIDED;
    split(c->arena, inner, STR(","), &right);
    if (take_set(a, &inner))
        a = inner;
    split(c->arena, a, STR(","), &left);
    return verdict(equal_in_any_order(c, &left, &right, depth));
}

/* Tuples and intervals: brackets of the same kind around as many parts. */
static Verdict compare_tuples(const Comparison *c, Str a, Str b, int depth)
{
    static const char *const opens = "([", *const closes = ")]";
    Parts left = {0}, right = {0};
    if (b.len < 2 || a.len < 2 || !strchr(opens, b.ptr[0]) || !strchr(closes, b.ptr[b.len - 1]))
        return UNDECIDED;
    if (!enclosed(b, str_slice(b, 0, 1), str_slice(b, b.len - 1, b.len)))
        return UNDECIDED;
    split(c->arena, str_slice(b, 1, b.len - 1), STR(","), &right);
    if (right.len < 2)
        return UNDECIDED;
    if (a.ptr[0] != b.ptr[0] || a.ptr[a.len - 1] != b.ptr[b.len - 1])
        return DIFFERENT;
    split(c->arena, str_slice(a, 1, a.len - 1), STR(","), &left);
    return verdict(all_equal(c, &left, &right, depth));
}

static Verdict compare_unions(const Comparison *c, Str a, Str b, int depth)
{
    Parts left = {0}, right = {0};
    split(c->arena, a, STR("\\cup"), &left);
    split(c->arena, b, STR("\\cup"), &right);
    if (right.len < 2)
        return UNDECIDED;
    return verdict(equal_in_any_order(c, &left, &right, depth));
}

static Str with_sign(Arena *arena, Str s, char sign)
{
    StrBuf out = strbuf_make(arena, s.len + 1);
    for (size_t at = 0; at < s.len; at++) {
        bool plus = str_starts(str_after(s, at), STR("\\pm"));
        strbuf_addc(&out, (char)(plus ? sign : s.ptr[at]));
        at += plus ? strlen("\\pm") - 1 : 0;
    }
    return strbuf_str(&out);
}

/* a \pm b are the two values; the other side may list them. */
static Verdict compare_pairs(const Comparison *c, Str a, Str b, int depth)
{
    const Str sides[] = {a, b};
    Parts parts[2] = {{0}, {0}};
    if (str_find(a, STR("\\pm")) < 0 && str_find(b, STR("\\pm")) < 0)
        return UNDECIDED;
    for (size_t i = 0; i < 2; i++) {
        Parts listed = {0};
        split(c->arena, sides[i], STR(","), &listed);
        for (size_t k = 0; k < listed.len; k++) {
            Str plus = with_sign(c->arena, listed.items[k], '+');
            Str minus = with_sign(c->arena, listed.items[k], '-');
            vec_push(c->arena, &parts[i], plus);
            if (!str_eq(plus, minus))
                vec_push(c->arena, &parts[i], minus);
        }
    }
    return verdict(equal_in_any_order(c, &parts[0], &parts[1], depth));
}

static bool take_matrix(Str s, Str *inner)
{
    static const char *const kinds[] = {"pmatrix", "bmatrix", "vmatrix", "matrix"};
    for (size_t i = 0; i < COUNT(kinds); i++) {
        char open[32], close[32];
        (void)snprintf(open, sizeof open, "\\begin{%s}", kinds[i]);
        (void)snprintf(close, sizeof close, "\\end{%s}", kinds[i]);
        if (!str_starts(s, str_from(open)) || !str_ends(s, str_from(close)))
            continue;
        *inner = str_slice(s, strlen(open), s.len - strlen(close));
        return true;
    }
    return false;
}

static Verdict compare_matrices(const Comparison *c, Str a, Str b, int depth)
{
    Str inner[2];
    Parts rows[2] = {{0}, {0}};
    if (!take_matrix(b, &inner[1]))
        return UNDECIDED;
    if (!take_matrix(a, &inner[0]))
        return DIFFERENT;
    for (size_t i = 0; i < 2; i++) {
        split(c->arena, inner[i], STR(MATH_NEW_ROW), &rows[i]);
        while (rows[i].len > 1 && !rows[i].items[rows[i].len - 1].len)
            rows[i].len--;
    }
    if (rows[0].len != rows[1].len)
        return DIFFERENT;
    for (size_t i = 0; i < rows[0].len; i++) {
        Parts left = {0}, right = {0};
        split(c->arena, rows[0].items[i], STR("&"), &left);
        split(c->arena, rows[1].items[i], STR("&"), &right);
        if (!all_equal(c, &left, &right, depth))
            return DIFFERENT;
    }
    return SAME;
}

/* Lists without brackets keep their order. */
static Verdict compare_lists(const Comparison *c, Str a, Str b, int depth)
{
    Parts left = {0}, right = {0};
    split(c->arena, a, STR(","), &left);
    split(c->arena, b, STR(","), &right);
    if (right.len < 2 && left.len < 2)
        return UNDECIDED;
    return verdict(all_equal(c, &left, &right, depth));
}

/* "x = 5", "x \in [2,5)", "f(x) = 2x": what a name stands for. */
static Str without_name(Str s)
{
    static const char *const signs[] = {"=", "\\in ", "\\in(", "\\in[", "\\in\\{"};
    for (size_t i = 0; i < COUNT(signs); i++) {
        ptrdiff_t at = str_find(s, str_from(signs[i]));
        if (at < 1 || str_find_from(s, str_from(signs[i]), (size_t)at + 1) >= 0)
            continue;
        Str name = str_trim(str_slice(s, 0, (size_t)at));
        bool letter = name.len && ((name.ptr[0] | 32) >= 'a' && (name.ptr[0] | 32) <= 'z');
        bool call = name.len == 4 && name.ptr[1] == '(' && name.ptr[3] == ')';
        if (letter && (name.len == 1 || call || (name.len == 3 && name.ptr[1] == '_')))
            return str_trim(str_after(s, (size_t)at + (i ? strlen("\\in") : 1)));
    }
    return s;
}

/* Without white space, case, and braces around one character: the last thing that can make two
 * texts one. "(A)" is A. */
static Str bare(Arena *arena, Str s)
{
    StrBuf out = strbuf_make(arena, s.len + 1);
    for (size_t i = 0; i < s.len; i++) {
        bool one = s.ptr[i] == '{' && i + 2 < s.len && s.ptr[i + 2] == '}' && s.ptr[i + 1] != '\\';
        if (one)
            strbuf_addc(&out, s.ptr[++i]);
        else if (s.ptr[i] != ' ' && s.ptr[i] != '\t' && s.ptr[i] != '\n')
            strbuf_addc(&out, s.ptr[i]);
        i += one;
    }
    Str t = text_lower(arena, strbuf_str(&out));
    return t.len == 3 && t.ptr[0] == '(' && t.ptr[2] == ')' ? str_slice(t, 1, 2) : t;
}

/* Of two cleaned texts; UNDECIDED when neither values nor parts tell. */
static Verdict compare(const Comparison *c, Str a, Str b, int depth)
{
    static Verdict (*const steps[])(const Comparison *, Str, Str,
                                    int) = {compare_matrices, compare_unions, compare_sets,
                                            compare_pairs,    compare_tuples, compare_lists};
    bool decided, same = same_value(c, a, b, &decided);
    if (decided)
        return verdict(same);
    for (size_t i = 0; i < COUNT(steps); i++) {
        Verdict v = steps[i](c, a, b, depth + 1);
        if (v != UNDECIDED)
            return v;
    }
    return UNDECIDED;
}

static bool equal(const Comparison *c, Str a, Str b, int depth)
{
    if (depth > DEEPEST_PART)
        return str_eq(a, b);
    Str x = without_name(math_clean(c->arena, a)), y = without_name(math_clean(c->arena, b));
    if (!x.len || !y.len)
        return false;
    Verdict v = compare(c, x, y, depth);
    if (v == UNDECIDED)
        return str_eq(bare(c->arena, x), bare(c->arena, y)) || math_same_text(a, b, c->arena);
    return v == SAME;
}

bool math_equal(Str answer, Str gold, double tolerance, Arena *scratch)
{
    const Comparison c = {tolerance, scratch};
    answer = str_trim(answer);
    gold = str_trim(gold);
    if (!answer.len || !gold.len)
        return false;
    if (answer.len > MATH_LONGEST || gold.len > MATH_LONGEST)
        return str_eq(answer, gold);
    return str_eq(answer, gold) || equal(&c, answer, gold, 0);
}
