/* fuzz_native.c - an answer of a model through what native versions read it with: the filters of
 * named entities, tags and code, spans, MLQA, EQ-Bench and final answers. */
#include "base/utf8.h"
#include "task/parts.h"
#include "text/math_final.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD                                                                                       \
    "{\"dataset_path\":\"d\",\"test_split\":\"test\",\"doc_to_text\":\"q\","                       \
    "\"doc_to_target\":\"{{target}}\",\"output_type\":\"generate_until\","

static const char *const configs[] = {
    HEAD
    "\"task\":\"a\",\"filter_list\":[{\"name\":\"f\",\"filter\":[{\"function\":\"format_span\"}]}],"
    "\"metric_list\":[{\"metric\":\"f1\",\"aggregation\":{\"!function\":\"u.span_f1_agg\","
    "\"sha256\":\"28eac681e7a3272b09c30484a061b5d965415adaea7cef73553803d29fcf7f2a\"}}]}",
    HEAD "\"task\":\"b\",\"process_results\":{\"!function\":\"u.process_results_es\",\"sha256\":"
         "\"9b160720f5abcb14455dd15d645fc81ca8209d6c2b2709b6f162cb615bc87b46\"},"
         "\"metric_list\":[{\"metric\":\"f1\"},{\"metric\":\"exact_match\"}]}",
    HEAD "\"task\":\"c\",\"process_results\":{\"!function\":\"u.process_results\",\"sha256\":"
         "\"cf3a9f7c342adc0f80704d660188a951514409a368af6a52ef89ab2504119f99\"},"
         "\"metric_list\":[{\"metric\":\"acc\"}]}",
    HEAD
    "\"task\":\"d\",\"process_results\":{\"!function\":\"u.calculate_score_fullscale\",\"sha256\":"
    "\"d4512e667342426af952ba1cdb6a2b65908cbe0419032ce9850c7154aeb6dce6\"},"
    "\"metric_list\":[{\"metric\":\"percent_parseable\"}]}",
    HEAD "\"task\":\"e\",\"process_results\":{\"!function\":\"u.process_results\",\"sha256\":"
         "\"445d779019a696837fec6f4b11fd4efc1ff827fcd92746b9b73d3189e0ad2c2f\"},"
         "\"metric_list\":[{\"metric\":\"exact_match\"},{\"metric\":\"math_verify\"}]}",
    HEAD "\"task\":\"f\",\"filter_list\":[{\"name\":\"f\",\"filter\":[{\"function\":\"custom\","
         "\"filter_fn\":{\"!function\":\"u.build_predictions_input\",\"sha256\":"
         "\"91ee48551e9c85c53cc146f042ff46ba43aaa88def007473e1a6d46584a7430f\"}},"
         "{\"function\":\"take_first\"}]}],\"metric_list\":[{\"metric\":\"exact_match\"}]}",
};

static const char doc[] =
    "{\"q\":\"q\",\"target\":\"per: ann\",\"answer\":\"$\\\\frac{1}{2}$\",\"solution\":"
    "\"\\\\boxed{0.5}\",\"answers\":[\"la casa\"],\"code\":\"c\",\"input\":\"i\",\"output\":\"o\","
    "\"reference_answer_fullscale\":\"{'emotion1': 'a', 'emotion1_score': '1', 'emotion2': 'b', "
    "'emotion2_score': '2', 'emotion3': 'c', 'emotion3_score': '3', 'emotion4': 'd', "
    "'emotion4_score': '4'}\"}";

static Status get(const Docs *docs, size_t index, Arena *arena, Json *out, Err *err)
{
    (void)docs, (void)index;
    return json_parse(arena, str_from(doc), out, err);
}

static const Docs docs = {1, get};

/* Made once: what differs from round to round is the answer. */
typedef struct Bound {
    TaskBound *bound[COUNT(configs)];
} Bound;

static const Bound *bound_tasks(void)
{
    static Arena arena;
    static Bound all;
    Err err = {0};
    TaskSet *set;
    if (all.bound[0])
        return &all;
    if (taskset_open(&arena, NULL, 0, &set, &err) != OK)
        abort();
    for (size_t i = 0; i < COUNT(configs); i++) {
        Json *config = ARENA_NEW(&arena, Json);
        const Task *task;
        if (json_parse(&arena, str_from(configs[i]), config, &err) != OK ||
            task_from_config(set, config, &task, &err) != OK ||
            task_bind(&arena, task, &docs, NULL, &(BindOptions){.fewshot_seed = 1}, &all.bound[i],
                      &err) != OK)
            abort();
    }
    return &all;
}

/* A value is between 0 and 1, or a percentage; effort may run out. */
static void judge(Arena *arena, const TaskBound *bound, Str answer)
{
    Err err = {0};
    TaskItem item;
    TaskScore *scores;
    size_t n;
    TaskAnswer given = {.text = answer};
    if (task_item(bound, 0, arena, &item, &err) != OK)
        abort();
    if (task_score(bound, &item, &given, 1, arena, &scores, &n, &err) != OK) {
        if (err.code != E_LIMIT)
            abort();
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (!(scores[i].value >= 0 && scores[i].value <= 100))
            abort();
}

/* No dollar is left of a final answer. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(arena);
    Err err = {0};
    Str answer = utf8_clean(&arena, (Str){(const char *)data, size}), normal, stated;
    for (size_t i = 0; i < COUNT(configs); i++)
        judge(&arena, bound_tasks()->bound[i], answer);
    if (math_final_normal(&arena, answer, &normal, &err) == OK && str_find_char(normal, '$') >= 0)
        abort();
    if (math_final_stated(&arena, answer, &stated, &err) == OK && stated.len > answer.len)
        abort();
    return 0;
}
