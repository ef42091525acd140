/* ter_tokens.c - Tercom's normalisation, and the score and signature of TER. */
#include "base/utf8.h"
#include "text/normalise.h"
#include "text/ter.h"
#include "text/western.h"

typedef struct Range {
    int32_t from, to;
} Range;

/* Characters that Tercom's Asian normalisation sets apart. Its rules for runs of kana are
 * anchored at the beginning of a text that by then begins with a space, so they never apply. */
static const Range asian[] = {{0x2E80, 0x2EFF}, {0x31C0, 0x31EF}, {0x3200, 0x4DBF},
                              {0x4E00, 0x9FFF}, {0xF900, 0xFAFF}, {0xFE30, 0xFE4F}};
static const Range asian_marks[] = {{0x3001, 0x3002}, {0x3008, 0x3011}, {0x3014, 0x301F},
                                    {0x30FB, 0x30FB}, {0xFF01, 0xFF02}, {0xFF08, 0xFF09},
                                    {0xFF0C, 0xFF0C}, {0xFF0E, 0xFF0E}, {0xFF1A, 0xFF1B},
                                    {0xFF1F, 0xFF1F}, {0xFF61, 0xFF65}};

static bool within(int32_t code, const Range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (code >= ranges[i].from && code <= ranges[i].to)
            return true;
    return false;
}

static Str asian_apart(Arena *arena, Str s)
{
    StrBuf out = strbuf_make(arena, SIZE_MAX / 4);
    for (size_t at = 0; at < s.len;) {
        size_t start = at;
        int32_t code = utf8_next(s, &at);
        bool apart =
            within(code, asian, COUNT(asian)) || within(code, asian_marks, COUNT(asian_marks));
        if (apart)
            strbuf_addc(&out, ' ');
        strbuf_add(&out, str_slice(s, start, at));
        if (apart)
            strbuf_addc(&out, ' ');
    }
    return strbuf_str(&out);
}

static Str drop_marks(Arena *arena, Str s, bool of_asia)
{
    StrBuf out = strbuf_make(arena, SIZE_MAX / 4);
    for (size_t at = 0; at < s.len;) {
        size_t start = at;
        int32_t code = utf8_next(s, &at);
        bool drop = (code > 0 && code < 0x80 && strchr(".,?:;!\"()", (int)code)) ||
                    (of_asia && within(code, asian_marks, COUNT(asian_marks)));
        if (!drop)
            strbuf_add(&out, str_slice(s, start, at));
    }
    return strbuf_str(&out);
}

Str ter_tokenise(Arena *arena, Str text, const TerOptions *options)
{
    text = utf8_rstrip(text);
    if (!options->case_sensitive)
        text = text_lower(arena, text);
    if (options->normalized && text.len) {
        text = western_unescape(arena, western_join(arena, text, STR("\n-")));
        text = western_apart(arena, western_padded(arena, text), true);
        if (options->asian_support)
            text = asian_apart(arena, text);
    }
    if (options->no_punct)
        text = drop_marks(arena, text, options->asian_support);
    return text;
}

/* sacrebleu sends a reference through the tokeniser twice, which now and then splits once more
 * ("it's㍿" to "it's ㍿" to "it 's ㍿"); so do we, or scores would differ. */
static Str tokenise_reference(Arena *arena, Str text, const TerOptions *options)
{
    Vocabulary words = {0};
    Str once = ter_tokenise(arena, text, options);
    if (!options->normalized)
        return once;
    Ids ids = text_words(arena, &words, once);
    StrBuf joined = strbuf_make(arena, SIZE_MAX / 4);
    for (size_t i = 0; i < ids.len; i++) {
        if (i)
            strbuf_addc(&joined, ' ');
        strbuf_add(&joined, words.words[ids.items[i] - 1]);
    }
    return ter_tokenise(arena, strbuf_str(&joined), options);
}

void ter_count(Str hypothesis, const Str *references, size_t n, const TerOptions *options,
               TerCounts *out, Arena *scratch)
{
    Vocabulary words = {0};
    TerCounts counts = {.edits = -1};
    Ids own = text_words(scratch, &words, ter_tokenise(scratch, hypothesis, options));
    for (size_t i = 0; i < n; i++) {
        Ids ids = text_words(scratch, &words, tokenise_reference(scratch, references[i], options));
        double edits = (double)ter_edits(own, ids, scratch);
        counts.length += (double)ids.len;
        if (counts.edits < 0 || edits < counts.edits)
            counts.edits = edits;
    }
    counts.length /= (double)n;
    *out = counts;
}

double ter_score(const TerCounts *sum)
{
    if (sum->length > 0)
        return 100 * (sum->edits / sum->length);
    return sum->edits > 0 ? 100 : 0;
}

Str ter_signature(Arena *arena, const TerOptions *o, size_t n_references)
{
    Str count = n_references ? str_printf(arena, "%zu", n_references) : STR("var");
    return str_printf(arena, "nrefs:%s|case:%s|tok:tercom|norm:%s|punct:%s|asian:%s|version:2.6.0",
                      count.ptr, o->case_sensitive ? "mixed" : "lc", o->normalized ? "yes" : "no",
                      o->no_punct ? "no" : "yes", o->asian_support ? "yes" : "no");
}
