/* advice.c - which options go with which language. */
#include "eval/advice.h"

#include "task/metric_options.h"

static bool bleu_keeps_words(const Json *entry)
{
    BleuTokens t = metric_bleu_options(entry).tokens;
    return t == BLEU_13A || t == BLEU_INTL || t == BLEU_NONE;
}

static bool chrf_counts_words(const Json *entry)
{
    return metric_chrf_options(entry).word_order > 0;
}

static bool ter_keeps_words(const Json *entry)
{
    TerOptions o = metric_ter_options(entry);
    return !o.normalized || !o.asian_support;
}

static bool always(const Json *entry)
{
    (void)entry;
    return true;
}

/* The tokeniser zh parts Han characters alone, so kana, Hangul and Thai need char; sacrebleu's TER
 * parts no kana, and Korean has spaces, between which whole words stand. */
static const struct {
    const char *metric;
    bool (*due)(const Json *entry);
    const char *languages, *instead, *options; /* `instead`: another metric, or the same */
} rows[] = {
    {"bleu", bleu_keeps_words, "zh", "bleu", "tokenize=zh"},
    {"bleu", bleu_keeps_words, "ja ko th", "bleu", "tokenize=char"},
    {"chrf", chrf_counts_words, "zh ja th", "chrf", "word_order=0"},
    {"ter", ter_keeps_words, "zh", "ter", "normalized,asian_support"},
    {"ter", always, "ja th", "cer", ""},
    {"wer", always, "zh ja th", "cer", ""},
};

bool advice_may_be_due(Str metric)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (str_eqc(metric, rows[i].metric))
            return true;
    return false;
}

/* Whether the advice has a value of its own for `key`, or the key says nothing of the metric. */
static bool is_replaced(Str key, const char *options)
{
    static const char *const own[] = {"metric", "aggregation", "higher_is_better"};
    for (size_t i = 0; i < COUNT(own); i++)
        if (str_eqc(key, own[i]))
            return true;
    Str rest = str_from(options);
    while (rest.len) {
        Str option = str_split(&rest, ',');
        ptrdiff_t equals = str_find_char(option, '=');
        if (str_eq(key, str_slice(option, 0, equals < 0 ? option.len : (size_t)equals)))
            return true;
    }
    return false;
}

/* "bleu,tokenize=zh" and the options that were said besides. */
static Str to_type(const char *metric, const char *options, const Json *entry, Arena *arena)
{
    StrBuf out = strbuf_make(arena, 1 << 12);
    strbuf_addf(&out, "%s%s%s", metric, *options ? "," : "", options);
    for (uint32_t i = 0; *options && entry && entry->type == JSON_OBJECT && i < entry->len; i++) {
        Str key = entry->members[i].key;
        const Json *value = &entry->members[i].value;
        if (is_replaced(key, options) || value->type == JSON_OBJECT || value->type == JSON_ARRAY)
            continue;
        Str text = value->type == JSON_STRING ? value->text : json_dump(arena, value);
        strbuf_addf(&out, "," STR_FMT "=" STR_FMT, STR_ARG(key), STR_ARG(text));
    }
    return strbuf_str(&out);
}

MetricAdvice advice_of(Str metric, const Json *entry, const char *language, Arena *arena)
{
    for (size_t i = 0; i < COUNT(rows) && *language; i++) {
        if (!str_eqc(metric, rows[i].metric) || !rows[i].due(entry))
            continue;
        Str languages = str_from(rows[i].languages);
        while (languages.len)
            if (str_eqc(str_split(&languages, ' '), language))
                return (MetricAdvice){language,
                                      to_type(rows[i].instead, rows[i].options, entry, arena)};
    }
    return (MetricAdvice){0};
}
