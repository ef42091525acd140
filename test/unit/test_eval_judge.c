/* test_eval_judge.c - outcomes of samples and of scores, with and without repeats. */
#include "task_fixture.h"

#include "eval/private.h"

#define HEAD                                                                                       \
    "task: t\ndataset_path: d\noutput_type: generate_until\ntest_split: test\ndoc_to_text: q\n"    \
    "doc_to_target: a\nmetric_list: [{metric: exact_match}]\n"

static Judgement judge(Arena *a, const char *yaml, const ModelReply *replies, size_t n)
{
    Err err = {0};
    Judgement j;
    const Task *t = task_of(a, yaml);
    TaskBound *b = bind_plain(a, t, "[{\"q\":\"?\",\"a\":\"4\"}]", NULL);
    TaskItem item = item_at(a, b, 0);
    CHECK_OK(eval_judge(b, &item, replies, n, a, &j, &err), err);
    return j;
}

TEST(each_repeat_has_its_own_outcome)
{
    SCOPED_ARENA(a);
    static const ModelReply replies[] = {
        {.finish = FINISH_REFUSED},
        {.text = {"so 4.", 5}, .finish = FINISH_STOP},
        {.text = {"well", 4}, .finish = FINISH_LENGTH},
        {.text = {"no idea", 7}, .finish = FINISH_STOP},
        {.finish = FINISH_FILTERED},
        {.text = {"it is 4", 7}, .finish = FINISH_LENGTH},
    };
    static const Outcome want[] = {OUTCOME_REFUSED,   OUTCOME_SCORED,   OUTCOME_TRUNCATED,
                                   OUTCOME_NO_ANSWER, OUTCOME_FILTERED, OUTCOME_SCORED};
    Judgement j =
        judge(&a,
              HEAD "repeats: 6\nfilter_list:\n"
                   "  - {name: first, filter: [{function: regex, regex_pattern: '(\\d)'}, "
                   "{function: take_first}]}\n"
                   "  - {name: last3, filter: [{function: take_first_k, k: 2}, {function: regex, "
                   "regex_pattern: '(\\d)'}, {function: majority_vote}, {function: take_first}]}\n"
                   "  - {name: share, filter: [{function: regex, regex_pattern: '(\\d)'}]}\n",
              replies, COUNT(replies));
    CHECK_INT(j.n_repeats, 6);
    for (size_t i = 0; i < COUNT(want); i++)
        CHECK_INT(eval_repeat_outcome(&j, i), want[i]);
    CHECK_INT(j.n_scores, 3);
    CHECK_INT(j.outcomes[0], OUTCOME_REFUSED); /* judges the first reply */
    CHECK_INT(j.outcomes[2], OUTCOME_REFUSED); /* a list of which not all are answers */
    CHECK_NEAR(j.scores[2].value, 2.0 / 6, 1e-12);
}

TEST(a_vote_is_scored_though_the_first_reply_was_refused)
{
    SCOPED_ARENA(a);
    static const ModelReply replies[] = {{.finish = FINISH_REFUSED},
                                         {.text = {"4", 1}, .finish = FINISH_STOP},
                                         {.text = {"4", 1}, .finish = FINISH_STOP}};
    Judgement j = judge(&a,
                        HEAD "repeats: 3\nfilter_list:\n"
                             "  - {name: vote, filter: [{function: majority_vote}, {function: "
                             "take_first}]}\n",
                        replies, COUNT(replies));
    CHECK_INT(j.outcomes[0], OUTCOME_SCORED);
    CHECK_NEAR(j.scores[0].value, 1, 0);
    CHECK_INT(j.outcome, OUTCOME_REFUSED); /* the first sample */
    CHECK_INT(eval_repeat_outcome(&j, 2), OUTCOME_SCORED);
}

TEST(a_choice_without_its_likelihood_wins_nothing)
{
    SCOPED_ARENA(a);
    static const ModelReply replies[] = {{.logprob = -2, .finish = FINISH_STOP},
                                         {.logprob = 0, .finish = FINISH_FILTERED}};
    Judgement j = judge(&a,
                        "task: t\ndataset_path: d\noutput_type: multiple_choice\n"
                        "test_split: test\ndoc_to_text: q\ndoc_to_choice: ['3', '4']\n"
                        "doc_to_target: 1\nmetric_list: [{metric: acc}]\n",
                        replies, COUNT(replies));
    CHECK_INT(j.outcome, OUTCOME_FILTERED);
    CHECK_INT(j.outcomes[0], OUTCOME_FILTERED);
    CHECK(isnan(j.scores[0].value));
    CHECK_INT(eval_repeat_outcome(&j, 3), OUTCOME_FILTERED); /* repeats of one sample */
}
