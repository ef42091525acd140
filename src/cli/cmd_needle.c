/* cmd_needle.c - assay dataset needle: a long-context data set and its task files. */
#include "base/file.h"
#include "base/limits.h"
#include "base/rng.h"
#include "cli/app.h"
#include "task/needle.h"

#include <errno.h>
#include <sys/stat.h>

typedef struct NeedleOptions {
    StrList languages;
    Str name, lengths, depths;
    int64_t per_cell, needles, distractors, seed;
} NeedleOptions;

#define AT(field) offsetof(NeedleOptions, field)

static const Option needle_options[] = {
    {"language", 0, OPT_LIST, AT(languages), "L", "en or zh; repeated: a task each (both)",
     "en 或 zh，可重复，各成一个任务（默认两者）"},
    {"lengths", 0, OPT_TEXT, AT(lengths), "N,N",
     "characters of the texts (1000,2000,4000,8000,16000); tokens differ by model",
     "文本长度，以字符计（1000,2000,4000,8000,16000）；词元数因模型而异"},
    {"depths", 0, OPT_TEXT, AT(depths), "P,P",
     "percent of the text before the needle (0,25,50,75,100)",
     "针所在位置的百分比（0,25,50,75,100）"},
    {"per-cell", 0, OPT_INT, AT(per_cell), "N", "texts of each length and depth (5)",
     "每种长度与深度的文本数（5）"},
    {"needles", 0, OPT_INT, AT(needles), "N",
     "facts that are asked for together, spread from the depth to the end (1)",
     "一次询问的针数，自该深度至文末均匀分布（1）"},
    {"distractors", 0, OPT_INT, AT(distractors), "N",
     "sentences like needles that nobody asks for (0)", "形似针而不被询问的干扰句数（0）"},
    {"seed", 0, OPT_INT, AT(seed), "N", "the same seed gives the same texts (1234)",
     "随机种子，相同则文本相同（1234）"},
    {"name", 0, OPT_TEXT, AT(name), "NAME",
     "tasks are NAME_en and NAME_zh, with the tag NAME (needle)",
     "任务名为 NAME_en、NAME_zh，标签为 NAME（默认 needle）"},
    {0},
};
static const NeedleOptions needle_defaults = {
    .per_cell = 5,
    .needles = 1,
    .seed = 1234,
};

enum { MOST_VALUES = 50, MOST_ITEMS = 100000 };

typedef struct Grid {
    int64_t lengths[MOST_VALUES], depths[MOST_VALUES];
    size_t n_lengths, n_depths;
    const NeedleOptions *options;
    Str name;
} Grid;

/* "1000,2000": rising, so that no value stands twice. */
static Status read_values(Str text, const char *option, int64_t *out, size_t *n, Err *err)
{
    *n = 0;
    for (Str rest = text; rest.ptr;) {
        Str one = str_trim(str_split(&rest, ','));
        if (*n == MOST_VALUES)
            return err_set(err, E_LIMIT, "--%s takes at most %d numbers", option, MOST_VALUES);
        if (!str_to_int(one, &out[*n]) || out[*n] < 0 || (*n && out[*n] <= out[*n - 1]))
            return err_set(err, E_USAGE,
                           "--%s needs rising whole numbers with commas between, not \"" STR_FMT
                           "\"",
                           option, STR_ARG(text));
        ++*n;
    }
    return OK;
}

static Status check_name(Str name, Err *err)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && c != '_' && c != '-')
            return err_set(err, E_USAGE,
                           "--name \"" STR_FMT "\" may hold letters, digits, \"_\" and \"-\"",
                           STR_ARG(name));
    }
    return OK;
}

static Status read_grid(const NeedleOptions *o, Grid *out, Err *err)
{
    *out = (Grid){.options = o, .name = o->name.len ? o->name : STR("needle")};
    TRY(check_name(out->name, err));
    TRY(read_values(o->lengths.len ? o->lengths : STR("1000,2000,4000,8000,16000"), "lengths",
                    out->lengths, &out->n_lengths, err));
    TRY(read_values(o->depths.len ? o->depths : STR("0,25,50,75,100"), "depths", out->depths,
                    &out->n_depths, err));
    size_t cells = out->n_lengths * out->n_depths;
    if (!cells || o->per_cell < 1 || (size_t)o->per_cell > MOST_ITEMS / cells)
        return err_set(err, E_USAGE, "--per-cell must be from 1 to %zu with %zu cells",
                       cells ? MOST_ITEMS / cells : 0, cells);
    return OK;
}

/* ---- one language ---- */

static void write_list(JsonWriter *w, const char *key, const Str *texts, size_t n)
{
    json_key(w, key);
    if (n > 1)
        json_begin(w, '[');
    for (size_t i = 0; i < n; i++)
        json_write_str(w, texts[i]);
    if (n > 1)
        json_end(w, ']');
}

static void write_item(const NeedleSpec *spec, const NeedleItem *item, int64_t number, Arena *a,
                       StrBuf *out)
{
    JsonWriter w = json_writer(out);
    json_begin(&w, '{');
    json_key(&w, "id");
    json_write_str(&w, str_printf(a, "%s-%zu-%d-%lld", spec->language->name, spec->length,
                                  spec->depth, (long long)number + 1));
    json_key(&w, "length");
    json_write_int(&w, (int64_t)spec->length);
    json_key(&w, "depth");
    json_write_int(&w, spec->depth);
    json_key(&w, "language");
    json_write_str(&w, str_from(spec->language->name));
    json_key(&w, "haystack");
    json_write_str(&w, item->text);
    json_key(&w, "question");
    json_write_str(&w, item->question);
    write_list(&w, "needle", item->needles, item->n_needles);
    write_list(&w, "answer", item->codes, item->n_needles);
    json_end(&w, '}');
    strbuf_addc(out, '\n');
}

/* Every text of a grid has a seed of its own, which depends on nothing but what it is. */
static uint64_t item_seed(const NeedleSpec *spec, uint64_t seed, int64_t number)
{
    const uint64_t parts[] = {(uint64_t)spec->language->name[0], spec->length,
                              (uint64_t)spec->depth, (uint64_t)number};
    uint64_t state = seed;
    for (size_t i = 0; i < COUNT(parts); i++)
        state = splitmix64(&state) ^ parts[i];
    return splitmix64(&state);
}

static Status write_items(const Grid *g, const NeedleLanguage *language, StrBuf *out, Err *err)
{
    const NeedleOptions *o = g->options;
    size_t n_cells = g->n_lengths * g->n_depths;
    for (size_t i = 0; i < n_cells * (size_t)o->per_cell; i++) {
        SCOPED_ARENA(a);
        size_t cell = i / (size_t)o->per_cell;
        int64_t number = (int64_t)(i % (size_t)o->per_cell);
        int64_t depth = g->depths[cell % g->n_depths];
        NeedleSpec spec = {
            .language = language,
            .length = (size_t)g->lengths[cell / g->n_depths],
            .depth = depth > 100 ? 101 : (int)depth,
            .n_needles = o->needles > NEEDLE_MOST ? NEEDLE_MOST + 1 : (int)o->needles,
            .n_distractors = o->distractors > NEEDLE_MOST ? NEEDLE_MOST + 1 : (int)o->distractors};
        NeedleItem item;
        spec.seed = item_seed(&spec, (uint64_t)o->seed, number);
        TRY(needle_make(&spec, &a, &item, err));
        write_item(&spec, &item, number, &a, out);
        TRY(strbuf_check(out, "the data set", err));
    }
    return OK;
}

static Str task_text(const Grid *g, const NeedleLanguage *l, Arena *a)
{
    const NeedleOptions *o = g->options;
    return str_printf(
        a,
        "# Needle in a haystack, made by: assay dataset needle\n"
        "# lengths are characters; needles %lld, distractors %lld, seed %lld\n"
        "task: %.*s_%s\n"
        "tag: %.*s\n"
        "dataset_path: %.*s_%s\n"
        "test_split: test\n"
        "output_type: generate_until\n"
        "doc_to_text: \"%s\"\n"
        "doc_to_target: answer\n"
        "generation_kwargs: {until: [], max_gen_toks: 256, temperature: 0, do_sample: false}\n"
        "metric_list:\n"
        "  - {metric: needle_recall, aggregation: mean, higher_is_better: true}\n"
        "metadata:\n"
        "  version: 1\n"
        "  assay: {by: [length, depth]}\n",
        (long long)o->needles, (long long)o->distractors, (long long)o->seed, (int)g->name.len,
        g->name.ptr, l->name, (int)g->name.len, g->name.ptr, (int)g->name.len, g->name.ptr, l->name,
        l->prompt);
}

static Status make_folder(const char *path, Err *err)
{
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && file_is_dir(path)))
        return OK;
    return err_set(err, E_IO, "could not make the folder \"%s\": %s", path, strerror(errno));
}

static Status write_language(App *app, const Grid *g, const NeedleLanguage *language, Str folder,
                             Json *made, Err *err)
{
    Arena *a = app->arena;
    Str task = str_printf(a, "%.*s_%s", (int)g->name.len, g->name.ptr, language->name);
    const char *top = str_z(a, folder), *data = path_join(a, folder, task);
    const char *inner = path_join(a, str_from(data), STR("default"));
    const char *file = path_join(a, str_from(inner), STR("test.jsonl"));
    const char *yaml = path_join(a, folder, str_printf(a, "%s.yaml", task.ptr));
    StrBuf out = strbuf_make(NULL, LIMIT_JSON_DOCUMENT);
    Status status = write_items(g, language, &out, err);
    if (status == OK)
        status = make_folder(top, err);
    if (status == OK)
        status = make_folder(data, err);
    if (status == OK)
        status = make_folder(inner, err);
    if (status == OK)
        status = file_write(file, strbuf_str(&out), err);
    if (status == OK)
        status = file_write(yaml, task_text(g, language, a), err);
    strbuf_free(&out);
    if (status != OK)
        return status;
    int64_t items = (int64_t)(g->n_lengths * g->n_depths) * g->options->per_cell;
    Json o = {.type = JSON_OBJECT};
    json_set(a, &o, STR("task"), json_str(task));
    json_set(a, &o, STR("file"), json_str(str_from(yaml)));
    json_set(a, &o, STR("data"), json_str(str_from(file)));
    json_set(a, &o, STR("items"), json_integer(a, items));
    json_append(a, made, o);
    if (!app->json)
        fprintf(app->out, "%s\n", trf(app, a, T_NEEDLE_WROTE, yaml, file, (long long)items).ptr);
    return OK;
}

static Status needle(App *app, void *options, const StrList *arguments, Err *err)
{
    const NeedleOptions *o = options;
    Grid grid;
    Json made = {.type = JSON_ARRAY};
    StrList languages = o->languages;
    if (arguments->len != 1)
        return err_set(err, E_USAGE, "which folder? Task files and data are written below it");
    if (!languages.len) {
        vec_push(app->arena, &languages, STR("en"));
        vec_push(app->arena, &languages, STR("zh"));
    }
    for (size_t i = 0; i < languages.len; i++)
        if (!needle_language(languages.items[i]))
            return err_set(err, E_USAGE, "--language is en or zh, not \"" STR_FMT "\"",
                           STR_ARG(languages.items[i]));
    TRY(read_grid(o, &grid, err));
    for (size_t i = 0; i < languages.len; i++)
        TRY(write_language(app, &grid, needle_language(languages.items[i]), arguments->items[0],
                           &made, err));
    if (app->json)
        app_print_json(app, &made);
    else
        fprintf(app->info, "%s\n",
                trf(app, app->arena, T_NEEDLE_NEXT, str_z(app->arena, arguments->items[0]),
                    str_z(app->arena, grid.name))
                    .ptr);
    return OK;
}

const Command cmd_dataset_needle = {.name = "dataset needle",
                                    .arguments = "DIR",
                                    .help = T_HELP_DATASET_NEEDLE,
                                    .options = needle_options,
                                    .options_size = sizeof(NeedleOptions),
                                    .defaults = &needle_defaults,
                                    .run = needle};
