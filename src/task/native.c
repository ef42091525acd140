/* native.c - native versions: the table of them, and which one a function is. */
#include "task/native.h"

#include "base/asset.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/yaml.h"
#include "task/python.h"

/* ---- the table ---- */

static Str table_key(Arena *arena, Str kind, Str sha256)
{
    return str_printf(arena, STR_FMT ":" STR_FMT, STR_ARG(kind), STR_ARG(sha256));
}

static void add_entry(TaskSet *set, const Json *entry)
{
    Native *n = ARENA_NEW(set->arena, Native);
    *n = (Native){.kind = json_text(json_get(entry, "kind")),
                  .function = json_text(json_get(entry, "function")),
                  .entry = entry};
    const Json *hashes = json_get(entry, "sha256");
    vec_push(set->arena, &set->native_list, n);
    for (uint32_t i = 0; json_is(hashes, JSON_ARRAY) && i < hashes->len; i++)
        map_set(set->arena, &set->natives, table_key(set->arena, n->kind, hashes->items[i].text),
                n);
}

/* The files are built in; a test parses each of them. */
static void load(TaskSet *set)
{
    Str name, content;
    if (set->natives_loaded)
        return;
    set->natives_loaded = true;
    for (size_t i = 0; asset_at(i, &name, &content); i++) {
        if (!str_starts(name, STR("share/functions/")) || !str_ends(name, STR(".yaml")))
            continue;
        Json *list = ARENA_NEW(set->arena, Json);
        if (yaml_parse(set->arena, content, str_z(set->arena, name), list, NULL) != OK)
            continue;
        for (uint32_t e = 0; json_is(list, JSON_ARRAY) && e < list->len; e++)
            add_entry(set, &list->items[e]);
    }
}

const Native *native_at(TaskSet *set, size_t index)
{
    load(set);
    return index < set->native_list.len ? set->native_list.items[index] : NULL;
}

static bool name_fits(Str pattern, Str name)
{
    ptrdiff_t star = str_find_char(pattern, '*');
    if (star < 0)
        return str_eq(pattern, name);
    Str before = str_slice(pattern, 0, (size_t)star), after = str_after(pattern, (size_t)star + 1);
    return name.len >= before.len + after.len && str_starts(name, before) && str_ends(name, after);
}

static Str short_name(Str function)
{
    ptrdiff_t dot = str_rfind_char(function, '.');
    return dot < 0 ? function : str_after(function, (size_t)dot + 1);
}

static const Native *find(TaskSet *set, Str kind, Str function, Str sha256)
{
    SCOPED_ARENA(scratch);
    if (!sha256.len)
        return NULL;
    load(set);
    const Native *n = map_get(&set->natives, table_key(&scratch, kind, sha256));
    return n && name_fits(n->function, short_name(function)) ? n : NULL;
}

const Native *native_of(Checker *c, const Json *pinned, const char *kind)
{
    Str function = json_text(json_get(pinned, "!function"));
    Str sha256 = json_text(json_get(pinned, "sha256"));
    const Native *n = find(c->set, str_from(kind), function, sha256);
    if (n)
        return n;
    Reason why = {"function", str_printf(c->arena, "%s: " STR_FMT, kind, STR_ARG(function))};
    if (sha256.len)
        problem_why(c, why, pinned,
                    "needs the Python function \"" STR_FMT "\", which is not run here, and its "
                    "source (SHA-256 " STR_FMT ") has no native version",
                    STR_ARG(function), STR_ARG(sha256));
    else
        problem_why(c, why, pinned,
                    "needs the Python function \"" STR_FMT "\", which is not run here; its file "
                    "is not there to be compared with native versions",
                    STR_ARG(function));
    return NULL;
}

/* ---- pinning ---- */

typedef struct Pin {
    TaskSet *set;
    const char *file; /* that the function is named in */
} Pin;

/* The source of `name` in the file; NULL when the file is not there. */
static const PythonFunction *read_function(TaskSet *set, const char *path, Str name)
{
    Arena *arena = set->arena;
    Str key = str_printf(arena, "%s:" STR_FMT, path, STR_ARG(name));
    PythonFunction *known = map_get(&set->functions, key);
    if (known)
        return known->hash.len ? known : NULL;
    SCOPED_ARENA(scratch);
    Str text;
    PythonFunction found = {0};
    known = ARENA_NEW(arena, PythonFunction);
    if (file_read(&scratch, path, LIMIT_YAML_FILE, &text, NULL) == OK &&
        python_function(&scratch, text, name, &found, NULL) == OK) {
        known->hash = str_copy(arena, found.hash);
        for (size_t i = 0; i < found.texts.len; i++)
            vec_push(arena, &known->texts, str_copy(arena, found.texts.items[i]));
    }
    map_set(arena, &set->functions, key, known);
    return known->hash.len ? known : NULL;
}

/* "utils.f" of dir/x.yaml stands in dir/utils.py, "lm_eval.tasks.dir.utils.f" below the folder
 * lm_eval that the file is in; "" when there is no such file on disk. */
static const char *path_of(const Pin *p, Str function)
{
    ptrdiff_t dot = str_rfind_char(function, '.');
    Str file = str_from(p->file), package = STR("/lm_eval/tasks/");
    if (dot <= 0 || str_starts(file, STR("builtin:")))
        return "";
    StrBuf path = strbuf_make(p->set->arena, 8192);
    ptrdiff_t root = str_rfind(file, package);
    bool whole = root >= 0 && str_starts(function, STR("lm_eval.tasks."));
    strbuf_add(&path, whole ? str_slice(file, 0, (size_t)root) : path_dir(file));
    strbuf_addc(&path, '/');
    for (size_t i = 0; i < (size_t)dot; i++)
        strbuf_addc(&path, (char)(function.ptr[i] == '.' ? '/' : function.ptr[i]));
    strbuf_add(&path, STR(".py"));
    return path.failed ? "" : strbuf_str(&path).ptr;
}

static bool is_listed(const Json *hashes, Str hash)
{
    for (uint32_t i = 0; json_is(hashes, JSON_ARRAY) && i < hashes->len; i++)
        if (str_eq(hashes->items[i].text, hash))
            return true;
    return false;
}

/* The other file that a version reads; false when it is not as it is known. */
static bool read_more(const Pin *p, const Json *also, const char *path, PythonTexts *out)
{
    Arena *arena = p->set->arena;
    if (!also)
        return true;
    Str folder = path_dir(str_from(path));
    const char *other = path_join(arena, folder, json_text(json_get(also, "file")));
    const PythonFunction *f = read_function(p->set, other, json_text(json_get(also, "name")));
    if (!f || !is_listed(json_get(also, "sha256"), f->hash))
        return false;
    *out = f->texts;
    return true;
}

static bool ends_name(char c)
{
    return !(c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'));
}

/* Whether the text has the name, not as the end of a longer one ("input_text"). */
static bool has_name(Str text, Str name)
{
    ptrdiff_t at = str_find(text, name);
    while (at > 0 && !ends_name(text.ptr[at - 1]))
        at = str_find_from(text, name, (size_t)at + 1);
    return at >= 0;
}

/* Whether the version's templates read that name. */
static bool reads(const Json *value, const char *name)
{
    if (value->type == JSON_STRING)
        return has_name(value->text, str_from(name));
    bool any = false;
    for (uint32_t i = 0; value->type == JSON_ARRAY && i < value->len; i++)
        any = any || reads(&value->items[i], name);
    for (uint32_t i = 0; value->type == JSON_OBJECT && i < value->len; i++)
        any = any || reads(&value->members[i].value, name);
    return any;
}

static Json texts_json(Arena *arena, const PythonTexts *texts)
{
    Json out = {.type = JSON_ARRAY};
    for (size_t i = 0; i < texts->len; i++)
        json_append(arena, &out, json_str(texts->items[i]));
    return out;
}

/* Few-shot examples that a function lists: made once, of its texts. */
static bool list_samples(const Pin *p, const Native *n, const PythonTexts *texts, Json *out)
{
    Arena *arena = p->set->arena;
    static const Json nothing = {.type = JSON_OBJECT};
    Json list = texts_json(arena, texts), vars;
    NativeWords words = {.texts = &list};
    Template *t;
    vars = native_vars(arena, &nothing, &words);
    Str value = json_text(json_get(n->entry, "value"));
    return template_parse(arena, value, "samples", &t, NULL) == OK &&
           template_value(t, &vars, arena, out, NULL) == OK && out->type == JSON_ARRAY;
}

static Json pin_function(const Pin *p, const Json *value, Str kind)
{
    Arena *arena = p->set->arena;
    Str function = json_text(json_get(value, "!function"));
    Json out = {.type = JSON_OBJECT, .line = value->line, .column = value->column};
    PythonTexts more = {0};
    json_set(arena, &out, STR("!function"), json_str(function));
    const char *path = path_of(p, function);
    const PythonFunction *f = *path ? read_function(p->set, path, short_name(function)) : NULL;
    if (!f)
        return out;
    const Native *n = find(p->set, kind, function, f->hash);
    const Json *also = n ? json_get(n->entry, "also") : NULL;
    if (!read_more(p, also, path, &more))
        return out;
    json_set(arena, &out, STR("sha256"), json_str(f->hash));
    const Json *use = n ? json_get(n->entry, "use") : NULL;
    bool by_name = str_eqc(kind, "aggregation") || str_eqc(kind, "filter");
    Json samples;
    if (n && str_eqc(kind, "samples") && list_samples(p, n, &f->texts, &samples)) {
        samples.line = value->line;
        samples.column = value->column;
        return samples;
    }
    if (use && by_name && !json_get(n->entry, "metric")) {
        Json name = json_str(use->text);
        name.line = value->line;
        name.column = value->column;
        return name;
    }
    if (n && reads(n->entry, "_text"))
        json_set(arena, &out, STR("texts"), texts_json(arena, &f->texts));
    if (n && reads(n->entry, "_more"))
        json_set(arena, &out, STR("more"), texts_json(arena, &more));
    if (n && reads(n->entry, "_folder"))
        json_set(arena, &out, STR("folder"), json_str(path_base(path_dir(str_from(path)))));
    return out;
}

/* What a native version of a filter adds to its entry. */
static const Json *filter_options(const Pin *p, const Json *function)
{
    Str name = json_text(json_get(function, "!function"));
    const char *path = name.len ? path_of(p, name) : "";
    const PythonFunction *f = *path ? read_function(p->set, path, short_name(name)) : NULL;
    const Native *n = f ? find(p->set, STR("filter"), name, f->hash) : NULL;
    return n ? json_get(n->entry, "with") : NULL;
}

static Json pin_value(const Pin *p, const Json *value, Str kind)
{
    Arena *arena = p->set->arena;
    if (json_is(value, JSON_OBJECT) && json_is(json_get(value, "!function"), JSON_STRING))
        return json_get(value, "sha256") ? *value : pin_function(p, value, kind);
    Json out = *value;
    if (value->type == JSON_ARRAY && value->len) {
        out.items = arena_array(arena, value->len, sizeof *out.items);
        for (uint32_t i = 0; i < value->len; i++)
            out.items[i] = pin_value(p, &value->items[i], kind);
    }
    if (value->type == JSON_OBJECT && value->len) {
        out = json_open(arena, value); /* `more` is added to it */
        for (uint32_t i = 0; i < value->len; i++) {
            Str key = value->members[i].key;
            Str inner = str_eqc(key, "function") ? STR("filter") : key;
            out.members[i] = (JsonMember){key, pin_value(p, &value->members[i].value, inner)};
        }
        const Json *more = filter_options(p, json_get(value, "function"));
        for (uint32_t i = 0; more && i < more->len; i++)
            json_set(p->set->arena, &out, more->members[i].key, more->members[i].value);
    }
    return out;
}

static bool holds_function(const Json *value)
{
    bool any = json_is(value, JSON_OBJECT) && json_get(value, "!function");
    for (uint32_t i = 0; value->type == JSON_ARRAY && !any && i < value->len; i++)
        any = holds_function(&value->items[i]);
    for (uint32_t i = 0; value->type == JSON_OBJECT && !any && i < value->len; i++)
        any = holds_function(&value->members[i].value);
    return any;
}

void native_pin(TaskSet *set, RawConfig *raw)
{
    for (uint32_t i = 0; i < raw->object.len; i++) {
        JsonMember *m = &raw->object.members[i];
        if (!holds_function(&m->value))
            continue;
        const char *file = map_get(&raw->origin, m->key);
        Pin p = {set, file ? file : raw->file};
        m->value = pin_value(&p, &m->value, m->key);
    }
}

/* ---- what templates see ---- */

NativeWords native_words(const Json *pinned)
{
    return (NativeWords){.texts = json_get(pinned, "texts"),
                         .more = json_get(pinned, "more"),
                         .name = short_name(json_text(json_get(pinned, "!function"))),
                         .folder = json_text(json_get(pinned, "folder"))};
}

Json native_vars(Arena *arena, const Json *doc, const NativeWords *words)
{
    Json vars = {.type = JSON_OBJECT, .line = doc->line, .column = doc->column};
    vars.members = arena_array(arena, (size_t)doc->len + 6, sizeof *vars.members);
    if (doc->len)
        memcpy(vars.members, doc->members, doc->len * sizeof *vars.members);
    vars.len = doc->len;
    vars.members[vars.len++] = (JsonMember){STR("_doc"), *doc};
    if (words->name.len)
        vars.members[vars.len++] = (JsonMember){STR("_name"), json_str(words->name)};
    if (words->folder.len)
        vars.members[vars.len++] = (JsonMember){STR("_folder"), json_str(words->folder)};
    if (words->answer)
        vars.members[vars.len++] = (JsonMember){STR("_answer"), *words->answer};
    if (words->texts)
        vars.members[vars.len++] = (JsonMember){STR("_text"), *words->texts};
    if (words->more)
        vars.members[vars.len++] = (JsonMember){STR("_more"), *words->more};
    return vars;
}
