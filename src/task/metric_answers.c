/* metric_answers.c - answers in words against the right ones, for native process_results.
 *
 * MLQA (Lewis et al. 2020) compares after dropping what its official script drops for a language;
 * LongBench (Bai et al. 2024) counts numbers and class names; bAbILong looks for the answer. */
#include "task/metric_results.h"
#include "task/metric_work.h"

#include "base/utf8.h"
#include "text/ngram.h"
#include "text/normalise.h"
#include "text/overlap.h"

/* ---- MLQA ---- */

typedef struct Language {
    Regex *article; /* NULL: the language has none */
    bool chinese;   /* each Han character is a word */
    bool ascii;     /* other punctuation stays */
} Language;

static const struct {
    const char *name, *articles;
} languages[] = {
    {"en", "\\b(a|an|the)\\b"},
    {"es", "\\b(un|una|unos|unas|el|la|los|las)\\b"},
    {"hi", NULL},
    {"vi", "\\b(của|là|cái|chiếc|những)\\b"},
    {"de", "\\b(ein|eine|einen|einem|eines|einer|der|die|das|den|dem|des)\\b"},
    {"ar", "(?:^|\\s)ال"},
    {"zh", NULL},
    {"fr", "\\b(un|une|des|le|la|les)\\b"}, /* FrenchBench, not MLQA */
};

static const void *prepare_language(Checker *c, const Json *entry)
{
    Language *l = ARENA_NEW(c->arena, Language);
    Str name = json_text(json_get(entry, "language"));
    l->chinese = str_eqc(name, "zh");
    l->ascii = str_eqc(name, "fr");
    for (size_t i = 0; i < COUNT(languages); i++)
        if (str_eqc(name, languages[i].name) && languages[i].articles)
            l->article = compile_regex(c, entry, str_from(languages[i].articles));
    return l;
}

/* Blanks around each Han character, which makes it a word. */
static Str apart(Arena *arena, Str s)
{
    StrBuf out = strbuf_make(arena, 3 * s.len + 1);
    for (size_t at = 0; at < s.len;) {
        size_t start = at;
        int32_t c = utf8_next(s, &at);
        bool han = c >= 0x4E00 && c <= 0x9FA5;
        strbuf_adds(&out, han ? " " : "");
        strbuf_add(&out, str_slice(s, start, at));
        strbuf_adds(&out, han ? " " : "");
    }
    return strbuf_str(&out);
}

static Status words_of(const ScoreInput *in, const Language *l, Str s, Vocabulary *v, Ids *out)
{
    s = text_drop_ascii_punctuation(in->arena, text_lower(in->arena, s));
    s = l->ascii ? s : text_drop_punctuation(in->arena, s);
    if (l->article)
        TRY(regex_replace(l->article, s, STR(" "), in->arena, &s, in->err));
    *out = text_words(in->arena, v, l->chinese ? apart(in->arena, s) : s);
    return OK;
}

static double shared_f1(const ScoreInput *in, Ids got, Ids right)
{
    uint64_t same = 0;
    if (got.len && right.len)
        ngram_matches(got, &right, 1, 1, &same, in->arena);
    return same ? 2 * (double)same / (double)(got.len + right.len) : 0;
}

static bool same_words(Ids a, Ids b)
{
    return a.len == b.len && (!a.len || !memcmp(a.items, b.items, a.len * sizeof *a.items));
}

/* The best of the right answers, by equality or by F1. */
static Status mlqa(const ScoreInput *in, const Language *l, bool exact, TaskScore *out)
{
    const Json *right = json_get(&in->item->doc, "answers");
    Str answer = utf8_strip(results_answered(in));
    if (!json_is(right, JSON_ARRAY) || !right->len)
        return err_set(in->err, E_PARSE, "item %zu: answers must be a list of texts",
                       in->item->position);
    for (uint32_t i = 0; i < right->len; i++) {
        Vocabulary v = {0};
        Ids a, b;
        TRY(words_of(in, l, answer, &v, &a));
        TRY(words_of(in, l, json_text(&right->items[i]), &v, &b));
        double value = exact ? same_words(a, b) : shared_f1(in, a, b);
        out->value = value > out->value ? value : out->value;
    }
    results_note(in, answer, json_text(&right->items[0]), out);
    return OK;
}

static Status mlqa_exact(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    return mlqa(in, options->own, true, out);
}

static Status mlqa_f1(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    return mlqa(in, options->own, false, out);
}

/* ---- one right answer ---- */

/* The target in the words of a language; two empty texts are the same. */
static Status in_language(const ScoreInput *in, const Language *l, bool exact, TaskScore *out)
{
    Vocabulary v = {0};
    Ids a, b;
    Str answer = results_answered(in), right = in->item->target_text;
    TRY(words_of(in, l, answer, &v, &a));
    TRY(words_of(in, l, right, &v, &b));
    bool same = same_words(a, b);
    out->value = exact || !a.len || !b.len ? same : shared_f1(in, a, b);
    results_note(in, answer, right, out);
    return OK;
}

static Status language_exact(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    return in_language(in, options->own, true, out);
}

static Status language_f1(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    return in_language(in, options->own, false, out);
}

/* SQuAD's F1 against the target; nothing in common is 0, also when both are empty. */
static Status gold_f1(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    Str answer = results_answered(in), right = in->item->target_text;
    (void)options;
    bool empty = !overlap_normalise(in->arena, right, OVERLAP_ENGLISH).len;
    out->value = empty ? 0 : token_f1(answer, right, OVERLAP_ENGLISH, in->arena);
    results_note(in, answer, right, out);
    return OK;
}

/* The target stands in the answer, whatever the case. Control characters count as line ends. */
static Status contains(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    Str answer = utf8_strip(results_answered(in));
    Str right = utf8_strip(json_text(json_get(&in->item->doc, "target")));
    char *bytes = arena_copy(in->arena, answer.ptr, answer.len);
    (void)options;
    for (size_t i = 0; i < answer.len; i++)
        if ((unsigned char)bytes[i] < 0x20)
            bytes[i] = '\n';
    answer = utf8_strip((Str){bytes, answer.len});
    out->value = str_find(text_lower(in->arena, answer), text_lower(in->arena, right)) >= 0;
    results_note(in, answer, right, out);
    return OK;
}

/* NorIdiom: as they stand, but for case and ASCII punctuation. */
static Status idiom(const ScoreInput *in, bool exact, TaskScore *out)
{
    const Json *right = json_get(&in->item->doc, "accepted_completions");
    Arena *arena = in->arena;
    Str answer = results_answered(in);
    Str got = utf8_strip(text_lower(arena, text_drop_ascii_punctuation(arena, answer)));
    for (uint32_t i = 0; json_is(right, JSON_ARRAY) && i < right->len; i++) {
        Vocabulary v = {0};
        Str one = text_drop_ascii_punctuation(arena, json_text(&right->items[i]));
        one = utf8_strip(text_lower(arena, one));
        Ids a = text_words(arena, &v, got), b = text_words(arena, &v, one);
        double value = exact ? str_eq(got, one) : shared_f1(in, a, b);
        value = !exact && (!a.len || !b.len) ? a.len == b.len : value;
        out->value = value > out->value ? value : out->value;
    }
    results_note(in, answer, in->item->target_text, out);
    return OK;
}

static Status idiom_exact(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    return idiom(in, true, out);
}

static Status idiom_f1(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    return idiom(in, false, out);
}

/* ---- LongBench ---- */

static bool is_digit(Str s, size_t at)
{
    return at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9';
}

/* The share of the numbers in the answer that are this one. */
static double share_of_numbers(Str answer, Str number)
{
    size_t all = 0, right = 0;
    for (size_t at = 0; at < answer.len; at++) {
        size_t from = at;
        while (is_digit(answer, at))
            at++;
        all += at > from;
        right += at > from && str_eq(str_slice(answer, from, at), number);
    }
    return all ? (double)right / (double)all : 0;
}

static Str number_in(Str s, Str after)
{
    ptrdiff_t at = str_find(s, after);
    size_t from = at < 0 ? s.len : (size_t)at + after.len, end = from;
    while (is_digit(s, end))
        end++;
    return str_slice(s, from, end);
}

/* Class names that the answer has, without those that are a part of the right one. The program
 * takes them out of the list it walks along, and so passes over the next. */
static double class_score(Str answer, Str right, const Json *classes, Arena *arena)
{
    StrVec names = {0};
    bool found = false;
    for (uint32_t i = 0; json_is(classes, JSON_ARRAY) && i < classes->len; i++)
        if (str_find(answer, json_text(&classes->items[i])) >= 0)
            vec_push(arena, &names, json_text(&classes->items[i]));
    for (size_t i = 0; i < names.len; i++) {
        Str name = names.items[i];
        if (str_find(right, name) < 0 || str_eq(name, right))
            continue;
        names.len--;
        memmove(names.items + i, names.items + i + 1, (names.len - i) * sizeof *names.items);
    }
    for (size_t i = 0; i < names.len; i++)
        found |= str_eq(names.items[i], right);
    return found ? 1.0 / (double)names.len : 0;
}

typedef enum LongBench { COUNTED, RETRIEVED, RETRIEVED_ZH, CLASSIFIED } LongBench;

static Status longbench(const ScoreInput *in, LongBench kind, TaskScore *out)
{
    const Json *answers = json_get(&in->item->doc, "answers");
    const Json *classes = json_get(&in->item->doc, "all_classes");
    Str got = utf8_strip(results_answered(in));
    for (uint32_t i = 0; json_is(answers, JSON_ARRAY) && i < answers->len; i++) {
        Str right = json_text(&answers->items[i]);
        double value = kind == COUNTED ? share_of_numbers(got, right)
                       : kind == RETRIEVED
                           ? share_of_numbers(got, number_in(right, STR("Paragraph ")))
                       : kind == RETRIEVED_ZH ? share_of_numbers(got, number_in(right, STR("段落")))
                                              : class_score(got, right, classes, in->arena);
        out->value = value > out->value ? value : out->value;
    }
    results_note(in, got, in->item->target_text, out);
    return OK;
}

static Status count_numbers(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    return longbench(in, COUNTED, out);
}

static Status retrieve(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    return longbench(in, RETRIEVED, out);
}

static Status retrieve_zh(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    return longbench(in, RETRIEVED_ZH, out);
}

static Status classify(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    return longbench(in, CLASSIFIED, out);
}

#define TEXT (1u << OUTPUT_GENERATE)

const MetricRow results_mlqa_exact = {"exact_match", "mean", true, TEXT, mlqa_exact};
const MetricRow results_mlqa_f1 = {"f1", "mean", true, TEXT, mlqa_f1};
const MetricRow results_contains = {"acc", "mean", true, TEXT, contains};
const MetricRow results_gold_f1 = {"f1", "mean", true, TEXT, gold_f1};
const MetricRow results_count_score = {"score", "mean", true, TEXT, count_numbers};
const MetricRow results_count_named = {"count_score", "mean", true, TEXT, count_numbers};
const MetricRow results_retrieval_score = {"score", "mean", true, TEXT, retrieve};
const MetricRow results_retrieval_named = {"retrieval_score", "mean", true, TEXT, retrieve};
const MetricRow results_retrieval_zh_score = {"score", "mean", true, TEXT, retrieve_zh};
const MetricRow results_retrieval_zh_named = {"retrieval_zh_score", "mean", true, TEXT,
                                              retrieve_zh};
const MetricRow results_class_score = {"score", "mean", true, TEXT, classify};
const MetricRow results_class_named = {"classification_score", "mean", true, TEXT, classify};

static const KeyRow keys[] = {{"language", T_STRING, NULL}};
const MetricKeys results_mlqa_exact_keys = {&results_mlqa_exact, keys, COUNT(keys), NULL};
const MetricKeys results_mlqa_f1_keys = {&results_mlqa_f1, keys, COUNT(keys), NULL};
const MetricWork results_mlqa_exact_work = {
    &results_mlqa_exact, prepare_language, NULL, NULL, NULL, NULL};
const MetricWork results_mlqa_f1_work = {
    &results_mlqa_f1, prepare_language, NULL, NULL, NULL, NULL};

const MetricRow results_language_exact = {"exact", "mean", true, TEXT, language_exact};
const MetricRow results_language_f1 = {"f1", "mean", true, TEXT, language_f1};
const MetricKeys results_language_exact_keys = {&results_language_exact, keys, COUNT(keys), NULL};
const MetricKeys results_language_f1_keys = {&results_language_f1, keys, COUNT(keys), NULL};
const MetricWork results_language_exact_work = {
    &results_language_exact, prepare_language, NULL, NULL, NULL, NULL};
const MetricWork results_language_f1_work = {
    &results_language_f1, prepare_language, NULL, NULL, NULL, NULL};
const MetricRow results_idiom_exact = {"em", "mean", true, TEXT, idiom_exact};
const MetricRow results_idiom_f1 = {"fscore", "mean", true, TEXT, idiom_f1};
