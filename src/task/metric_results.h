/* metric_results.h - rows of native process_results that stand in files of their own. Private to
 * task/; metric_results.c has the table. */
#ifndef TASK_METRIC_RESULTS_H
#define TASK_METRIC_RESULTS_H

#include "task/parts.h"

extern const MetricRow results_mlqa_exact, results_mlqa_f1, results_contains, results_gold_f1;
extern const MetricRow results_count_score, results_count_named, results_class_score,
    results_class_named, results_retrieval_score, results_retrieval_named;
extern const MetricRow results_acc_ambig, results_acc_disambig, results_bias_ambig,
    results_bias_disambig;
extern const MetricRow results_page_words, results_page_bytes, results_page_bits;
extern const MetricRow results_agieval_cloze, results_aime, results_minerva_exact,
    results_minerva_verify, results_leaderboard_exact, results_leaderboard_original;
extern const MetricRow results_coqa_exact, results_coqa_f1, results_eqbench,
    results_eqbench_parseable, results_language_exact, results_language_f1, results_hrm8k,
    results_record_exact, results_record_f1, results_idiom_exact, results_idiom_f1;
extern const MetricKeys results_language_exact_keys, results_language_f1_keys;
extern const MetricRow results_retrieval_zh_score, results_retrieval_zh_named, results_rouge_score,
    results_rouge_named, results_code_score, results_code_named, results_recall_1, results_recall_2,
    results_mrr;
enum { TRUTH_METRICS = 12 };
extern const MetricRow results_truth[TRUTH_METRICS];
extern const MetricKeys results_mlqa_exact_keys, results_mlqa_f1_keys;

/* What the pipeline left of the first answer, as text; and a note of what was compared. */
Str results_answered(const ScoreInput *in);
void results_note(const ScoreInput *in, Str answer, Str right, TaskScore *out);

#endif
