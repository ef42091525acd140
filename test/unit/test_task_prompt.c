/* test_task_prompt.c - how documents become prompts, targets and right answers. */
#include "task_fixture.h"

#define HEAD "task: t\ndataset_path: d\ntest_split: test\n"

static const char *const capitals =
    "[{\"q\":\"France\",\"a\":\"Paris\",\"n\":0,\"c\":[\"Paris\",\"Rome\"]},"
    "{\"q\":\"Italy\",\"a\":\"Rome\",\"n\":1,\"c\":[\"Paris\",\"Rome\"]},"
    "{\"q\":\"Chad\",\"a\":\"N'Djamena\",\"n\":5,\"c\":[\"Lagos\",\"N'Djamena\"]}]";

static Str context(Arena *a, const char *keys, const char *docs, size_t position)
{
    const Task *t = task_of(a, str_printf(a, HEAD "%s", keys).ptr);
    return item_at(a, bind_plain(a, t, docs, docs), position).requests[0].context;
}

TEST(task_prompts_join_description_examples_and_question)
{
    SCOPED_ARENA(a);
    CHECK_STR(context(&a,
                      "doc_to_text: '{{q}}?'\ndoc_to_target: a\nnum_fewshot: 2\nfewshot_split: x\n"
                      "description: 'About {{q}}: '\nfewshot_config: {sampler: first_n}\n",
                      capitals, 2),
              "About Chad: France? Paris\n\nItaly? Rome\n\nChad?");
    CHECK_STR(context(&a,
                      "doc_to_text: q\ndoc_to_target: a\nnum_fewshot: 1\nfewshot_split: x\n"
                      "target_delimiter: '='\nfewshot_delimiter: ';'\n"
                      "gen_prefix: 'It is'\nfewshot_config: {sampler: first_n}\n",
                      capitals, 1),
              "France=It is Paris;Italy=It is");
    CHECK_STR(context(&a, "doc_to_text: q\ndoc_to_target: a\ngen_prefix: \" is\"\n", capitals, 1),
              "Italy is");
}

TEST(task_prompts_join_the_system_text_only_where_no_space_is)
{
    SCOPED_ARENA(a);
    const Task *t = task_of(&a, HEAD "doc_to_text: q\ndoc_to_target: a\ndescription: Now.\n");
    Err err = {0};
    TaskBound *b = NULL;
    BindOptions options = {.system = STR("Be brief.")};
    CHECK_OK(task_bind(&a, t, docs_of(&a, capitals), NULL, &options, &b, &err), err);
    CHECK_STR(item_at(&a, b, 0).requests[0].context, "Be brief.\n\nNow.France");
    options.system = STR("Be brief.\xe3\x80\x80"); /* an ideographic space is white space */
    CHECK_OK(task_bind(&a, t, docs_of(&a, capitals), NULL, &options, &b, &err), err);
    CHECK_STR(item_at(&a, b, 0).requests[0].context, "Be brief.\xe3\x80\x80Now.France");
    options.chat = CHAT_TURNS;
    CHECK_OK(task_bind(&a, t, docs_of(&a, capitals), NULL, &options, &b, &err), err);
    CHECK_STR(json_dump(&a, item_at(&a, b, 0).requests[0].messages),
              "[{\"role\":\"system\",\"content\":\"Be brief.\xe3\x80\x80Now.\"},"
              "{\"role\":\"user\",\"content\":\"France\"}]");
}

static Json target(Arena *a, const char *keys, const char *docs)
{
    const Task *t = task_of(a, str_printf(a, HEAD "doc_to_text: x\n%s", keys).ptr);
    return item_at(a, bind_plain(a, t, docs, NULL), 0).target;
}

TEST(task_targets_keep_the_type_that_python_gives_them)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *keys, *docs, *want;
    } cases[] = {
        {"doc_to_target: n\n", "[{\"n\":4}]", "4"},
        {"doc_to_target: n\n", "[{\"n\":[\"a\",1]}]", "[\"a\",1]"},
        {"doc_to_target: '{{n}}'\n", "[{\"n\":4}]", "\"4\""},
        {"doc_to_target: '{{n}}'\ndoc_to_choice: [a, b]\n", "[{\"n\":1}]", "1"},
        {"doc_to_target: '{{n}}'\n", "[{\"n\":[\"it's\",1.5]}]", "[\"it's\",1.5]"},
        {"doc_to_target: '[x'\n", "[{\"n\":1}]", "\"[x\""},
        {"doc_to_target: '[not a list]'\n", "[{\"n\":1}]", "\"[not a list]\""},
        {"doc_to_target: 1\ndoc_to_choice: [a, b]\n", "[{\"n\":0}]", "1"},
        {"doc_to_target: [a, b]\n", "[{\"n\":0}]", "[\"a\",\"b\"]"},
        {"doc_to_target: '{{n}}'\ndoc_to_choice: [a, b]\n", "[{\"n\":\"\xc2\xb2\"}]",
         "\"\xc2\xb2\""}, /* a digit to Unicode only */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Json got = target(&a, cases[i].keys, cases[i].docs);
        if (!str_eqc(json_dump(&a, &got), cases[i].want))
            test_fail(__FILE__, __LINE__, "%s gives %s", cases[i].keys, json_dump(&a, &got).ptr);
    }
}

TEST(task_choices_come_from_lists_maps_columns_and_templates)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *choice, *target, *want;
        int gold;
    } cases[] = {
        {"[x, '{{q}}']", "n", " x| {{q}}", 0},
        {"{k: x, l: y}", "n", " x| y", 0},
        {"c", "a", " Paris| Rome", 0},
        {"'{{c}}'", "'{{n}}'", " Paris| Rome", 0},
        {"'{{[a, \"no\"]}}'", "'no'", " Paris| no", 1},
        {"c", "'Oslo'", " Paris| Rome", -100},
        {"c", "7", " Paris| Rome", -100},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const Task *t = task_of(&a, str_printf(&a,
                                               HEAD "output_type: multiple_choice\ndoc_to_text: q\n"
                                                    "doc_to_choice: %s\ndoc_to_target: %s\n",
                                               cases[i].choice, cases[i].target)
                                        .ptr);
        TaskItem item = item_at(&a, bind_plain(&a, t, capitals, NULL), 0);
        CHECK_INT(item.n_requests, 2);
        Str both = str_printf(&a, STR_FMT "|" STR_FMT, STR_ARG(item.requests[0].continuation),
                              STR_ARG(item.requests[1].continuation));
        CHECK_STR(both, cases[i].want);
        CHECK_INT(item.n_gold, 1);
        CHECK_INT(item.gold[0], cases[i].gold);
    }
}

static Str bind_error(Arena *a, const char *keys, const char *docs, const char *shots)
{
    Err err = {0};
    TaskBound *b = NULL;
    const Task *t = task_of(a, str_printf(a, HEAD "%s", keys).ptr);
    Status status = task_bind(a, t, docs_of(a, docs), shots ? docs_of(a, shots) : NULL,
                              &(BindOptions){.fewshot_seed = 1234}, &b, &err);
    CHECK(status != OK);
    return str_copy(a, str_from(err.msg));
}

TEST(task_bind_refuses_what_cannot_be_drawn_or_rendered)
{
    SCOPED_ARENA(a);
    const char *few = "doc_to_text: q\ndoc_to_target: a\nnum_fewshot: 4\nfewshot_split: dev\n";
    CHECK_STR(bind_error(&a, few, capitals, capitals),
              "task \"t\" wants 4 few-shot examples, but split dev has 3");
    CHECK(strstr(bind_error(&a, few, capitals, NULL).ptr, "no data to take them from"));
    CHECK(strstr(bind_error(&a, few, "[]", NULL).ptr, "no documents"));
    CHECK(strstr(bind_error(&a,
                            "doc_to_text: q\ndoc_to_target: a\nnum_fewshot: 3\nfewshot_split: "
                            "test\n",
                            capitals, capitals)
                     .ptr,
                 "other than the item itself"));
    CHECK(
        strstr(bind_error(&a, "doc_to_text: '{{missing}}'\ndoc_to_target: a\n", capitals, NULL).ptr,
               "task \"t\", document 0: doc_to_text: line 1 column 3"));
}

TEST(task_items_that_cannot_be_made_name_the_document)
{
    SCOPED_ARENA(a);
    Err err = {0};
    TaskItem item;
    const Task *t = task_of(&a, HEAD "output_type: multiple_choice\ndoc_to_text: q\n"
                                     "doc_to_target: n\ndoc_to_choice: c\n");
    TaskBound *b = bind_plain(&a, t,
                              "[{\"q\":\"x\",\"n\":0,\"c\":[\"a\"]},{\"q\":\"x\",\"n\":0},"
                              "{\"q\":4,\"n\":0,\"c\":[\"a\"]},{\"q\":\"x\",\"n\":0,"
                              "\"c\":\"a\"}]",
                              NULL);
    CHECK(task_item(b, 1, &a, &item, &err) == E_MISSING);
    CHECK_STR(str_from(err.msg), "task \"t\", document 1: the document has no column \"c\"");
    CHECK(task_item(b, 2, &a, &item, &err) == E_PARSE);
    CHECK(strstr(err.msg, "document 2: doc_to_text gives 4, which is not text"));
    CHECK(task_item(b, 3, &a, &item, &err) == E_PARSE);
    CHECK(strstr(err.msg, "document 3: doc_to_choice gives no list but a"));
}

TEST(task_examples_are_the_same_whatever_the_order_of_items)
{
    SCOPED_ARENA(a);
    const Task *t = task_of(&a, HEAD "doc_to_text: q\ndoc_to_target: a\nnum_fewshot: 2\n"
                                     "fewshot_split: dev\n");
    TaskBound *b = bind_plain(&a, t, capitals, capitals);
    Str forward[3];
    for (size_t i = 0; i < 3; i++)
        forward[i] = item_at(&a, b, i).requests[0].context;
    for (size_t i = 3; i-- > 0;)
        CHECK(str_eq(item_at(&a, b, i).requests[0].context, forward[i]));
    /* random.Random(1234).sample(range(3), 2) three times in CPython: [1, 0] [0, 2] [2, 0]. */
    CHECK_STR(forward[0], "Italy Rome\n\nFrance Paris\n\nFrance");
    CHECK_STR(forward[1], "France Paris\n\nChad N'Djamena\n\nItaly");
    CHECK_STR(forward[2], "Chad N'Djamena\n\nFrance Paris\n\nChad");
}
