/* scoring.h - options that say how outputs are scored: what is extracted, and the metric. */
#ifndef CLI_SCORING_H
#define CLI_SCORING_H

#include "cli/app.h"

typedef struct ScoringOptions {
    Str extract, metric;
    bool or_whole, strip, ignore_case, ignore_punctuation, ignore_numbers;
    StrList ignore;
} ScoringOptions;

/* The rows of a table of options whose struct `type` holds a ScoringOptions named `scoring`. */
#define SCORING_ROWS(type)                                                                         \
    {"extract",                                                                                    \
     0,                                                                                            \
     OPT_TEXT,                                                                                     \
     offsetof(type, scoring.extract),                                                              \
     "HOW",                                                                                        \
     "reads the answer: choice, multi_choice, number, yes_no, text; or a regex, last match",       \
     "抽取答案的方式：choice、multi_choice、number、yes_no、text，或正则（取最后一处）"},          \
        {"or-whole",                                                                               \
         0,                                                                                        \
         OPT_FLAG,                                                                                 \
         offsetof(type, scoring.or_whole),                                                         \
         NULL,                                                                                     \
         "where --extract finds nothing, the whole output counts",                                 \
         "正则无匹配时取整个输出"},                                                                \
        {"strip",                                                                                  \
         0,                                                                                        \
         OPT_FLAG,                                                                                 \
         offsetof(type, scoring.strip),                                                            \
         NULL,                                                                                     \
         "without blanks at both ends of the answer",                                              \
         "去掉答案首尾空白"},                                                                      \
        {"metric",                                                                                 \
         0,                                                                                        \
         OPT_TEXT,                                                                                 \
         offsetof(type, scoring.metric),                                                           \
         "NAME[,OPTION=V]",                                                                        \
         "the metric (exact_match), such as rougeL or bleu,tokenize=zh",                           \
         "指标（默认 exact_match），如 rougeL 或 bleu,tokenize=zh"},                               \
        {"ignore",                                                                                 \
         0,                                                                                        \
         OPT_LIST,                                                                                 \
         offsetof(type, scoring.ignore),                                                           \
         "REGEX",                                                                                  \
         "removed from answer and target before they are compared; may be repeated",               \
         "比较前从答案和标准答案中删去的正则，可重复"},                                            \
        {"ignore-case", 0,                                                                         \
         OPT_FLAG,      offsetof(type, scoring.ignore_case),                                       \
         NULL,          "upper and lower case are the same",                                       \
         "忽略大小写"},                                                                            \
        {"ignore-punctuation",                                                                     \
         0,                                                                                        \
         OPT_FLAG,                                                                                 \
         offsetof(type, scoring.ignore_punctuation),                                               \
         NULL,                                                                                     \
         "punctuation does not count",                                                             \
         "忽略标点"},                                                                              \
    {                                                                                              \
        "ignore-numbers", 0, OPT_FLAG, offsetof(type, scoring.ignore_numbers), NULL,               \
            "digits do not count", "忽略数字"                                                  \
    }

bool scoring_has_filter(const ScoringOptions *o); /* what is read from the output is said */
bool scoring_has_metric(const ScoringOptions *o); /* how it is judged is said */

/* Refuses a word that is nearly a kind of --extract ("chioce"): it would count as a regex. */
Status scoring_check_extract(Str extract, Arena *arena, Err *err) MUST_CHECK;

/* Sets filter_list and metric_list, as task files have them, in `config`: each only when its
 * options say something or the config has none. */
Status scoring_apply(const ScoringOptions *o, Arena *arena, Json *config, Err *err) MUST_CHECK;

#endif
