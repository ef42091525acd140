/* spec.c - models named inline. */
#include "base/file.h"
#include "model/vendor.h"

/* The key of `openai:` models is not sent to addresses typed on a command line. */
static const char inline_key_env[] = "ASSAY_API_KEY";

static Status usage(Str text, const char *why, Err *err)
{
    return err_set(err, E_USAGE,
                   "cannot read the model \"" STR_FMT "\": %s; write openai:NAME, "
                   "anthropic:NAME, VENDOR:NAME (deepseek, qwen, doubao, ernie, kimi, glm, gemini, "
                   "azure, vllm, sglang, ollama, lmstudio, llamacpp), http://HOST/v1#NAME, "
                   "https://HOST/v1#NAME, local:FILE.gguf, local:tiny-4, recorded:FILE.jsonl, "
                   "recorded:FILE.jsonl#MODEL or command:PROGRAM",
                   STR_ARG(text), why);
}

static Status parse_name(Str text, Str rest, ModelSpec *spec, Err *err)
{
    if (!rest.len)
        return usage(text, "a model name must follow the colon", err);
    spec->model = rest;
    return OK;
}

static Status parse_command(Str text, Str rest, ModelSpec *spec, Err *err)
{
    if (!str_trim(rest).len)
        return usage(text, "a program must follow \"command:\"", err);
    spec->address = str_trim(rest);
    return OK;
}

bool model_address_has_key(Str address)
{
    static const char *const names[] = {"key=", "token=", "secret=", "password=", "sig=", "auth="};
    Str query = address;
    str_split(&query, '?');
    for (size_t i = 0; query.ptr && i < COUNT(names); i++)
        if (str_find(query, str_from(names[i])) >= 0)
            return true;
    return false;
}

static Status parse_address(Str text, Str rest, ModelSpec *spec, Err *err)
{
    ptrdiff_t mark = str_find_char(text, '#');
    if (mark < 0 || (size_t)mark + 1 == text.len)
        return usage(text, "\"#\" and the model's name must follow the address", err);
    Str host = rest;
    host = str_split(&host, '#');
    host = str_split(&host, '/');
    if (!host.len)
        return usage(text, "the address names no host", err);
    if (str_find_char(host, '@') >= 0)
        return usage(str_slice(text, 0, (size_t)(rest.ptr - text.ptr)),
                     "user and password do not belong in an address", err);
    spec->address = str_slice(text, 0, (size_t)mark);
    if (model_address_has_key(spec->address)) /* not shown again */
        return usage(str_split(&text, '?'),
                     "keys do not belong in an address, which is stored: put the key into "
                     "ASSAY_API_KEY, or use \"assay model add\" with --key-env and key_header",
                     err);
    spec->model = str_after(text, (size_t)mark + 1);
    spec->key_env = str_from(inline_key_env);
    return OK;
}

static Status parse_local(Str text, Str rest, ModelSpec *spec, Err *err)
{
    if (!rest.len)
        return usage(text, "a file must follow \"local:\"", err);
    spec->address = rest;
    spec->model = str_eqc(path_ext(rest), "gguf") ? path_stem(rest) : path_base(rest);
    return OK;
}

static Status parse_recorded(Str text, Str rest, ModelSpec *spec, Err *err)
{
    Str file = str_split(&rest, '#');
    if (!file.len)
        return usage(text, "a file must follow \"recorded:\"", err);
    spec->address = file;
    spec->model = rest;
    return OK;
}

static const struct {
    Str prefix;
    const char *provider;
    Status (*parse)(Str text, Str rest, ModelSpec *spec, Err *err);
} forms[] = {
    {{"openai:", 7}, "openai", parse_name},      {{"anthropic:", 10}, "anthropic", parse_name},
    {{"http://", 7}, "openai", parse_address},   {{"https://", 8}, "openai", parse_address},
    {{"local:", 6}, "local", parse_local},       {{"recorded:", 9}, "recorded", parse_recorded},
    {{"command:", 8}, "command", parse_command},
};

/* "deepseek:deepseek-chat" */
static Status parse_vendor(Arena *arena, Str text, ModelSpec *out, Err *err)
{
    Str rest = str_copy(arena, text);
    ModelSpec spec = {.name = rest, .settings = {.type = JSON_OBJECT}};
    spec.provider = str_split(&rest, ':');
    TRY(parse_name(text, rest, &spec, err));
    TRY(vendor_apply(arena, &spec, err));
    *out = spec;
    return OK;
}

Status model_spec_parse(Arena *arena, Str text, ModelSpec *out, Err *err)
{
    for (size_t i = 0; i < COUNT(forms); i++) {
        if (!str_starts(text, forms[i].prefix))
            continue;
        Str all = str_copy(arena, text);
        ModelSpec spec = {.name = all,
                          .provider = str_from(forms[i].provider),
                          .settings = {.type = JSON_OBJECT}};
        TRY(forms[i].parse(all, str_after(all, forms[i].prefix.len), &spec, err));
        *out = spec;
        return OK;
    }
    Str prefix = text;
    prefix = str_split(&prefix, ':');
    if (prefix.len < text.len && vendor_find(prefix))
        return parse_vendor(arena, text, out, err);
    return usage(text, "it is neither a known name nor one of the inline forms", err);
}
