/* vendor.c - the table of vendors. Facts are of FORMATS.md 3.2.1, each from the vendor's own pages.
 */
#include "model/vendor.h"

#include <ctype.h>

/* key_optional: a server of one's own, which mostly asks for none. score: what of scoring works. */
static const Vendor vendors[] = {
    {"deepseek", NULL, "DeepSeek", "https://api.deepseek.com", "DEEPSEEK_API_KEY",
     "{\"score\":\"top_logprobs\"}"},
    /* Some of its models answer only as a stream, thinking ones refuse to without. */
    {"dashscope", "qwen", "DashScope", "https://dashscope.aliyuncs.com/compatible-mode/v1",
     "DASHSCOPE_API_KEY", "{\"stream\":true,\"score\":\"top_logprobs\"}"},
    {"ark", "doubao", "Volcengine Ark", "https://ark.cn-beijing.volces.com/api/v3", "ARK_API_KEY",
     "{\"score\":\"top_logprobs\"}"},
    {"qianfan", "ernie", "Qianfan", "https://qianfan.baidubce.com/v2", "QIANFAN_API_KEY",
     "{\"score\":\"none\"}"},
    {"moonshot", "kimi", "Moonshot", "https://api.moonshot.cn/v1", "MOONSHOT_API_KEY",
     "{\"score\":\"none\"}"},
    {"zhipu", "glm", "Zhipu", "https://open.bigmodel.cn/api/paas/v4", "ZHIPU_API_KEY",
     "{\"score\":\"none\"}"},
    {"gemini", NULL, "Gemini", "https://generativelanguage.googleapis.com/v1beta/openai",
     "GEMINI_API_KEY", "{\"score\":\"none\"}"},
    {"azure", NULL, "Azure OpenAI", NULL, "AZURE_OPENAI_API_KEY",
     "{\"key_header\":\"api-key\",\"score\":\"top_logprobs\"}"},
    {"vllm", NULL, "vLLM", "http://127.0.0.1:8000/v1", "VLLM_API_KEY", "{\"key_optional\":true}"},
    {"sglang", NULL, "SGLang", "http://127.0.0.1:30000/v1", "SGLANG_API_KEY",
     "{\"key_optional\":true}"},
    {"ollama", NULL, "Ollama", "http://127.0.0.1:11434/v1", "OLLAMA_API_KEY",
     "{\"key_optional\":true,\"score\":\"none\"}"},
    {"lmstudio", NULL, "LM Studio", "http://127.0.0.1:1234/v1", "LMSTUDIO_API_KEY",
     "{\"key_optional\":true,\"score\":\"none\"}"},
    {"llamacpp", NULL, "llama.cpp", "http://127.0.0.1:8080/v1", "LLAMACPP_API_KEY",
     "{\"key_optional\":true,\"score\":\"top_logprobs\"}"},
};

const Vendor *vendor_at(size_t index)
{
    return index < COUNT(vendors) ? &vendors[index] : NULL;
}

const Vendor *vendor_find(Str name)
{
    for (size_t i = 0; i < COUNT(vendors); i++)
        if (str_eqc(name, vendors[i].name) || (vendors[i].also && str_eqc(name, vendors[i].also)))
            return &vendors[i];
    return NULL;
}

/* The deployment is part of the address, and so is the date of the dialect. */
static Status azure_address(Arena *arena, ModelSpec *spec, Err *err)
{
    const char *endpoint = getenv("AZURE_OPENAI_ENDPOINT"), *version = getenv("OPENAI_API_VERSION");
    if (!endpoint || !*endpoint)
        return err_set(err, E_USAGE,
                       "azure: set AZURE_OPENAI_ENDPOINT to https://RESOURCE.openai.azure.com");
    Str host = str_trim(str_from(endpoint));
    while (str_ends(host, STR("/")))
        host.len--;
    spec->address =
        str_printf(arena, "%s/openai/deployments/%s?api-version=%s", str_z(arena, host),
                   str_z(arena, spec->model), version && *version ? version : "2024-10-21");
    return OK;
}

static Str base_of(Arena *arena, const Vendor *v)
{
    char name[64] = "";
    size_t n = 0;
    for (; n < sizeof name - sizeof "_BASE_URL" && v->name[n]; n++)
        name[n] = (char)toupper((unsigned char)v->name[n]);
    memcpy(name + n, "_BASE_URL", sizeof "_BASE_URL");
    const char *given = getenv(name);
    return given && *given ? str_copy(arena, str_from(given)) : str_from(v->base);
}

Status vendor_apply(Arena *arena, ModelSpec *spec, Err *err)
{
    const Vendor *v = vendor_find(spec->provider);
    Json defaults;
    if (!v)
        return OK;
    spec->provider = STR("openai");
    if (!spec->key_env.len)
        spec->key_env = str_from(v->key_env);
    if (!spec->address.len && !v->base)
        TRY(azure_address(arena, spec, err));
    else if (!spec->address.len)
        spec->address = base_of(arena, v);
    TRY(json_parse(arena, str_from(v->settings), &defaults, err));
    if (spec->settings.type != JSON_OBJECT)
        spec->settings = (Json){.type = JSON_OBJECT};
    for (uint32_t i = 0; i < defaults.len; i++)
        if (!json_get_str(&spec->settings, defaults.members[i].key))
            json_set(arena, &spec->settings, defaults.members[i].key, defaults.members[i].value);
    return OK;
}
