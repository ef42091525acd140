/* metric_rolling.c - the log-likelihood of whole texts, spread over their words or bytes.
 *
 * The value of an item is its log-likelihood L, the weight its count W; over the items
 * perplexity is exp(-sum L / sum W), bits per byte -sum L / sum W / ln 2. */
#include "task/metric_results.h"

#include "base/utf8.h"

/* Pieces between stretches of white space, as re.split counts them: a text that begins or
 * ends in white space has an empty piece there, and so has an empty text. */
static size_t count_words(Str text)
{
    size_t n = 1;
    bool space = false;
    for (size_t at = 0; at < text.len;) {
        bool now = utf8_is_space(utf8_next(text, &at));
        n += now && !space;
        space = now;
    }
    return n;
}

static void spread(const ScoreInput *in, size_t count, const char *unit, TaskScore *out)
{
    out->value = in->answers[0].logprob;
    out->weight = (double)count;
    out->why = str_printf(in->arena, "log-probability of %zu %s", count, unit);
}

static Status over_words(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    spread(in, count_words(in->item->target.text), "words", out);
    return OK;
}

static Status over_bytes(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    spread(in, in->item->target.text.len, "bytes", out);
    return OK;
}

/* wikitext: over the page as the data set has it, not as it is scored. */
static Str page_of(const ScoreInput *in)
{
    return json_text(json_get(&in->item->doc, "page"));
}

static Status over_page_words(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    spread(in, count_words(page_of(in)), "words", out);
    return OK;
}

static Status over_page_bytes(const ScoreInput *in, const MetricOptions *options, TaskScore *out)
{
    (void)options;
    spread(in, page_of(in).len, "bytes", out);
    return OK;
}

#define ROLLING (1u << OUTPUT_ROLLING)

const MetricRow metric_word_perplexity = {"word_perplexity", "weighted_perplexity", false, ROLLING,
                                          over_words};
const MetricRow metric_byte_perplexity = {"byte_perplexity", "weighted_perplexity", false, ROLLING,
                                          over_bytes};
const MetricRow metric_bits_per_byte = {"bits_per_byte", "bits_per_byte", false, ROLLING,
                                        over_bytes};
const MetricRow results_page_words = {"word_perplexity", "weighted_perplexity", false, ROLLING,
                                      over_page_words};
const MetricRow results_page_bytes = {"byte_perplexity", "weighted_perplexity", false, ROLLING,
                                      over_page_bytes};
const MetricRow results_page_bits = {"bits_per_byte", "bits_per_byte", false, ROLLING,
                                     over_page_bytes};
