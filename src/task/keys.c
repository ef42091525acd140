/* keys.c - the keys that may stand in a task file, with their types, as tables. */
#include "task/parts.h"

#include "text/near.h"

#define PYTHON "needs Python code, which is not run here"

const KeyRow task_keys[] = {
    {"task", T_STRING, NULL},
    {"task_alias", T_STRING | T_NUMBER, NULL},
    {"tag", T_STRING | T_LIST, NULL},
    {"group", T_STRING | T_LIST, NULL},
    {"group_alias", T_STRING | T_NUMBER, NULL},
    {"recipe", T_ANY, NULL},
    {"task_list", T_ANY, NULL},
    {"aggregate_metric_list", T_ANY, NULL},
    {"dataset_path", T_STRING, NULL},
    {"dataset_name", T_STRING | T_NUMBER, NULL},
    {"dataset_kwargs", T_MAP, NULL},
    {"training_split", T_STRING, NULL},
    {"validation_split", T_STRING, NULL},
    {"test_split", T_STRING, NULL},
    {"fewshot_split", T_STRING, NULL},
    {"output_type", T_STRING, NULL},
    {"doc_to_text", T_STRING | T_INT | T_FUNCTION, NULL},
    {"doc_to_target", T_STRING | T_INT | T_BOOL | T_LIST | T_FUNCTION, NULL},
    {"doc_to_choice", T_STRING | T_LIST | T_MAP | T_FUNCTION, NULL},
    {"description", T_STRING, NULL},
    {"target_delimiter", T_STRING, NULL},
    {"fewshot_delimiter", T_STRING, NULL},
    {"gen_prefix", T_STRING, NULL},
    {"num_fewshot", T_INT, NULL},
    {"fewshot_config", T_MAP | T_FUNCTION, NULL},
    {"generation_kwargs", T_MAP, NULL},
    {"repeats", T_INT, NULL},
    {"filter_list", T_LIST | T_FUNCTION, NULL},
    {"metric_list", T_LIST | T_FUNCTION, NULL},
    {"should_decontaminate", T_BOOL, NULL},
    {"doc_to_decontamination_query", T_ANY | T_FUNCTION, NULL},
    {"unsafe_code", T_BOOL, NULL},
    {"option_order", T_MAP, NULL},
    {"metadata", T_ANY, NULL},
    {"class", T_ANY, PYTHON},
    {"process_docs", T_FUNCTION, NULL},
    {"process_results", T_FUNCTION, NULL},
    {"custom_dataset", T_FUNCTION, NULL},
    {"use_prompt", T_ANY, "needs the promptsource library; write the prompt as doc_to_text"},
    {"doc_to_image", T_ANY, "needs images in prompts, which are not supported yet"},
    {"doc_to_audio", T_ANY, "needs sound in prompts, which is not supported"},
};
const size_t n_task_keys = COUNT(task_keys);

const KeyRow group_keys[] = {
    {"group", T_STRING, NULL},         {"group_alias", T_STRING | T_NUMBER, NULL},
    {"task", T_STRING | T_LIST, NULL}, {"aggregate_metric_list", T_LIST | T_MAP, NULL},
    {"metadata", T_ANY, NULL},         {"tag", T_STRING | T_LIST, NULL},
    {"recipe", T_ANY, NULL},           {"task_alias", T_STRING | T_NUMBER, NULL},
};
const size_t n_group_keys = COUNT(group_keys);

const KeyRow fewshot_keys[] = {
    {"sampler", T_STRING, NULL},
    {"split", T_STRING, NULL},
    {"samples", T_LIST | T_FUNCTION, NULL},
    {"fewshot_indices", T_LIST, NULL}, /* read and not used by lm-evaluation-harness either */
    {"doc_to_text", T_STRING | T_INT | T_FUNCTION, NULL},
    {"doc_to_target", T_STRING | T_INT | T_BOOL | T_LIST | T_FUNCTION, NULL},
    {"doc_to_choice", T_STRING | T_LIST | T_MAP | T_FUNCTION, NULL},
    {"gen_prefix", T_STRING, NULL},
    {"target_delimiter", T_STRING, NULL},
    {"fewshot_delimiter", T_STRING, NULL},
    {"process_docs", T_ANY, PYTHON},
};
const size_t n_fewshot_keys = COUNT(fewshot_keys);

/* Other generation keys are handed to the model as they are. */
const KeyRow generation_keys[] = {
    {"until", T_STRING | T_LIST, NULL},
    {"max_gen_toks", T_INT, NULL},
    {"max_new_tokens", T_INT, NULL},
    {"max_tokens", T_INT, NULL},
    {"max_completion_tokens", T_INT, NULL},
    {"temperature", T_NUMBER | T_STRING, NULL},
    {"top_p", T_NUMBER, NULL},
    {"do_sample", T_BOOL, NULL},
};
const size_t n_generation_keys = COUNT(generation_keys);

static void add_problem(Checker *c, Reason why, const Json *at, const char *fmt, va_list args)
{
    StrBuf out = strbuf_make(c->arena, 4096);
    strbuf_addf(&out, "%s:%u:%u: " STR_FMT, c->file, at && at->line ? at->line : 1,
                at && at->column ? at->column : 1, STR_ARG(c->where));
    strbuf_addv(&out, fmt, args);
    vec_push(c->arena, c->problems, (Problem){strbuf_str(&out), str_from(why.kind), why.about});
}

void problem(Checker *c, const Json *at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add_problem(c, (Reason){"other", {0}}, at, fmt, args);
    va_end(args);
}

void problem_why(Checker *c, Reason why, const Json *at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add_problem(c, why, at, fmt, args);
    va_end(args);
}

void check_no_functions(Checker *c, const Json *value)
{
    if (!value)
        return;
    const Json *function = json_get(value, "!function");
    if (function)
        problem_why(c, (Reason){"function", json_text(function)}, value,
                    "needs the Python function \"" STR_FMT "\", which is not run here",
                    STR_ARG(json_text(function)));
    else if (value->type == JSON_ARRAY)
        for (uint32_t i = 0; i < value->len; i++)
            check_no_functions(c, &value->items[i]);
    else if (value->type == JSON_OBJECT)
        for (uint32_t i = 0; i < value->len; i++)
            check_no_functions(c, &value->members[i].value);
}

static bool has_type(const Json *value, unsigned types)
{
    return (types & 1u << value->type) || ((types & T_INT) && json_is_int(value));
}

static Str type_words(Arena *arena, unsigned types)
{
    static const struct {
        unsigned type;
        const char *word;
    } words[] = {{T_STRING, "text"},        {T_INT, "a whole number"}, {T_NUMBER, "a number"},
                 {T_BOOL, "true or false"}, {T_LIST, "a list"},        {T_MAP, "a mapping"}};
    StrBuf out = strbuf_make(arena, 200);
    for (size_t i = 0; i < COUNT(words); i++)
        if (types & words[i].type)
            strbuf_addf(&out, "%s%s", out.len ? " or " : "", words[i].word);
    return strbuf_str(&out);
}

static const KeyRow *row_of(Str key, const KeyRow *rows, size_t n_rows)
{
    for (size_t i = 0; i < n_rows; i++)
        if (str_eqc(key, rows[i].name))
            return &rows[i];
    return NULL;
}

static void unknown_key(Checker *c, const JsonMember *m, const KeyRow *rows, size_t n_rows)
{
    Names names = {0};
    for (size_t i = 0; i < n_rows; i++)
        vec_push(c->arena, &names, str_from(rows[i].name));
    problem_why(c, (Reason){"key", m->key}, &m->value, "unknown key \"" STR_FMT "\"" STR_FMT,
                STR_ARG(m->key), STR_ARG(near_names(c->arena, m->key, &names)));
}

static void check_member(Checker *c, const JsonMember *m, const KeyRow *row)
{
    const Json *value = &m->value;
    if (value->type == JSON_NULL)
        return; /* as if it were not there */
    bool function = json_get(value, "!function") != NULL;
    if (!(row->types & T_FUNCTION))
        check_no_functions(c, value);
    if (function)
        return;
    if (row->types == T_FUNCTION) {
        problem_why(c, (Reason){"key", m->key}, value,
                    "\"%s\" must be a function; what is declared stands in metadata, as "
                    "assay: {%s: ...}",
                    row->name, row->name);
        return;
    }
    if (row->refusal) {
        problem_why(c, (Reason){"key", m->key}, value, "\"%s\" %s", row->name, row->refusal);
        return;
    }
    if (!has_type(value, row->types))
        problem(c, value, "\"%s\" must be " STR_FMT "%s", row->name,
                STR_ARG(type_words(c->arena, row->types)),
                row->types & T_STRING ? "; put text in quotes" : "");
}

void check_keys(Checker *c, const Json *object, const KeyRow *rows, size_t n_rows)
{
    for (uint32_t i = 0; i < object->len; i++) {
        const KeyRow *row = row_of(object->members[i].key, rows, n_rows);
        if (row)
            check_member(c, &object->members[i], row);
        else
            unknown_key(c, &object->members[i], rows, n_rows);
    }
}

Status problems_error(const Problems *problems, Err *err)
{
    if (!problems->len)
        return OK;
    Str first = problems->items[0].text;
    if (problems->len == 1)
        return err_set(err, E_PARSE, STR_FMT, STR_ARG(first));
    return err_set(err, E_PARSE, STR_FMT " (and %zu more problems; `assay task check` lists them)",
                   STR_ARG(first), problems->len - 1);
}
