/* errors.c - the table of known errors, and finding errors in replies of any shape. */
#include "model/errors.h"

#include <ctype.h>

/* What servers say, most telling first: the first row that fits decides. Sources: the
 * servers' published error lists and recorded replies. */
typedef enum Where {
    CODE,  /* code or type is this, whatever the case */
    WORDS, /* code, type or message contains this, whatever the case */
    RAW,   /* the body contains exactly this */
} Where;

static const struct {
    int status; /* 0: any */
    Where where;
    const char *pattern;
    ErrorVerdict verdict;
} known_errors[] = {
    /* content filters */
    {0, CODE, "1301", ERROR_FILTERED}, /* Zhipu */
    {0, CODE, "unsafe_request", ERROR_FILTERED},
    {0, WORDS, "content_filter", ERROR_FILTERED},
    {0, WORDS, "responsibleaipolicyviolation", ERROR_FILTERED},
    {0, WORDS, "content management policy", ERROR_FILTERED},
    {0, WORDS, "riskdetection",
     ERROR_FILTERED}, /* Ark: InputText..., OutputText..., InputImage... */
    {0, WORDS, "sensitivecontentdetected", ERROR_FILTERED},
    {0, WORDS, "considered high risk", ERROR_FILTERED},
    {0, WORDS, "content exists risk", ERROR_FILTERED},
    {0, WORDS, "data_inspection_failed", ERROR_FILTERED},
    {0, WORDS, "datainspectionfailed", ERROR_FILTERED},
    {0, WORDS, "content_policy_violation", ERROR_FILTERED},
    {0, WORDS, "moderation_blocked", ERROR_FILTERED},
    {403, WORDS, "flagged", ERROR_FILTERED},
    /* Gemini words its limits a minute and its limits a day alike; details differ */
    {0, RAW, "PerDay", ERROR_FATAL},
    {429, RAW, "limit: 0", ERROR_FATAL},
    {0, CODE, "resource_exhausted", ERROR_RATE},
    /* money: asking again does not help */
    {0, CODE, "1113", ERROR_FATAL}, /* Zhipu: arrears, sent as 429; then its quotas by the day */
    {0, CODE, "1304", ERROR_FATAL},
    {0, CODE, "1308", ERROR_FATAL},
    {0, CODE, "1310", ERROR_FATAL},
    {0, WORDS, "insufficient_quota", ERROR_FATAL},
    {0, WORDS, "exceeded_current_quota", ERROR_FATAL},
    {0, WORDS, "exceeded your current quota", ERROR_FATAL},
    {0, WORDS, "billing", ERROR_FATAL},
    {0, WORDS, "enforced_spend_limit", ERROR_FATAL},
    {0, WORDS, "credit balance", ERROR_FATAL},
    {0, WORDS, "credit exhausted", ERROR_FATAL},
    {0, WORDS, "credits exhausted", ERROR_FATAL},
    {0, WORDS, "insufficient credit", ERROR_FATAL},
    {0, WORDS, "insufficient balance", ERROR_FATAL},
    {0, WORDS, "insufficient_balance", ERROR_FATAL},
    {0, WORDS, "arrearage", ERROR_FATAL},
    {0, WORDS, "accountoverdue", ERROR_FATAL},
    {0, WORDS, "account_overdue", ERROR_FATAL},
    {0, WORDS, "freetieronly", ERROR_FATAL},
    {0, WORDS, "free tier of the model has been exhausted", ERROR_FATAL},
    /* rate and capacity */
    {0, CODE, "1302", ERROR_RATE}, /* Zhipu: concurrency, rate, overload, overload */
    {0, CODE, "1303", ERROR_RATE},
    {0, CODE, "1305", ERROR_RATE},
    {0, CODE, "1312", ERROR_RATE},
    {0, CODE, "336501", ERROR_RATE}, /* Qianfan V1: requests, tokens */
    {0, CODE, "336502", ERROR_RATE},
    {0, WORDS, "rate_limit", ERROR_RATE},
    {0, WORDS, "rate limit", ERROR_RATE},
    {0, WORDS, "too many requests", ERROR_RATE},
    {0, WORDS, "toomanyrequests", ERROR_RATE},
    {0, WORDS, "throttling", ERROR_RATE},
    {0, WORDS, "allocated quota exceeded", ERROR_RATE}, /* DashScope: tokens a minute */
    {0, WORDS, "rate increased too quickly", ERROR_RATE},
    {0, WORDS, "overloaded", ERROR_RATE},
    {0, WORDS, "server busy", ERROR_RATE},
    {0, WORDS, "no slot available", ERROR_RATE},
    {0, WORDS, "loading model", ERROR_RATE},
    /* echo is refused in many words */
    {0, WORDS, "unsupported param: echo", ERROR_REFUSED_ECHO},
    {0, WORDS, "echo is not supported", ERROR_REFUSED_ECHO},
    {0, WORDS, "echo not supported", ERROR_REFUSED_ECHO},
    {0, WORDS, "echo is not allowed", ERROR_REFUSED_ECHO},
    {0, WORDS, "'echo'", ERROR_REFUSED_ECHO},
    {0, WORDS, "\"echo\"", ERROR_REFUSED_ECHO},
    {0, WORDS, "`echo`", ERROR_REFUSED_ECHO},
    {0, WORDS, "echo=true", ERROR_REFUSED_ECHO},
    {0, WORDS, "setting 'echo' and 'logprobs'", ERROR_REFUSED_ECHO},
    /* too long */
    {0, CODE, "1261", ERROR_FAILED}, /* Zhipu */
    {0, CODE, "tokens_too_long", ERROR_FAILED},
    {0, CODE, "characters_too_long", ERROR_FAILED},
    {0, WORDS, "context_length_exceeded", ERROR_FAILED},
    {0, WORDS, "exceed_context_size", ERROR_FAILED},
    {0, WORDS, "available context size", ERROR_FAILED},
    {0, WORDS, "maximum context length", ERROR_FAILED},
    {0, WORDS, "range of input length", ERROR_FAILED},
    {0, WORDS, "exceeded model token limit", ERROR_FAILED},
    {0, WORDS, "context shift is disabled", ERROR_FAILED},
    {0, WORDS, "request_too_large", ERROR_FAILED},
    /* permanent errors that llama.cpp sends as 500 */
    {500, WORDS, "json.exception", ERROR_FAILED},
    {500, WORDS, "unsupported param", ERROR_FAILED},
    {500, WORDS, "only one completion choice", ERROR_FAILED},
    {500, WORDS, "unsupported content", ERROR_FAILED},
    {500, WORDS, "requires --jinja", ERROR_FAILED},
    {500, WORDS, "missing required", ERROR_FAILED},
    {500, WORDS, "missing 'content'", ERROR_FAILED},
    {500, WORDS, "must be a string", ERROR_FAILED},
    {500, WORDS, "must be an array", ERROR_FAILED},
    {500, WORDS, "failed to parse grammar", ERROR_FAILED},
    /* the key, the model */
    {0, CODE, "1001", ERROR_FATAL}, /* Zhipu: key missing, key expired, no such model */
    {0, CODE, "1003", ERROR_FATAL},
    {0, CODE, "1211", ERROR_FATAL},
    {0, CODE, "invalid_model", ERROR_FATAL},
    {0, CODE, "authentication_error", ERROR_FATAL},
    {0, CODE, "permission_error", ERROR_FATAL},
    {0, WORDS, "invalid_api_key", ERROR_FATAL},
    {0, WORDS, "incorrect_api_key", ERROR_FATAL},
    {0, WORDS, "invalid_authentication", ERROR_FATAL},
    {0, WORDS, "invalid_iam_token", ERROR_FATAL},
    {0, WORDS, "invalid api key", ERROR_FATAL},
    {0, WORDS, "api key not valid", ERROR_FATAL},
    {0, WORDS, "invalidapikey", ERROR_FATAL},
    {0, WORDS, "model_not_found", ERROR_FATAL},
    {0, WORDS, "modelnotopen", ERROR_FATAL},
    {0, WORDS, "invalidendpointormodel", ERROR_FATAL},
    {0, WORDS, "deploymentnotfound", ERROR_FATAL},
    /* requests that are wrong, also in the body of a 200 */
    {200, WORDS, "invalid_request", ERROR_FAILED},
    {200, WORDS, "invalidparameter", ERROR_FAILED},
    {200, WORDS, "malformed", ERROR_FAILED},
};

static const struct {
    int from, to;
    ErrorVerdict verdict;
} by_status[] = {
    {200, 299, ERROR_RETRY},                           /* an unknown error in a success */
    {300, 399, ERROR_FATAL},                           /* the address is another one */
    {400, 400, ERROR_FAILED}, {401, 407, ERROR_FATAL}, /* key, money, permission, path, method */
    {408, 409, ERROR_RETRY},  {410, 410, ERROR_FATAL},
    {424, 425, ERROR_RETRY}, /* TGI: generation broke off */
    {429, 429, ERROR_RATE},   {411, 499, ERROR_FAILED},
    {501, 501, ERROR_FATAL},  {503, 503, ERROR_RATE},
    {529, 529, ERROR_RATE},   {500, 599, ERROR_RETRY},
};

static bool contains_nocase(Str text, const char *pattern)
{
    size_t len = strlen(pattern);
    char lower = pattern[0], upper = (char)toupper((unsigned char)lower);
    for (size_t at = 0; at + len <= text.len; at++)
        if ((text.ptr[at] == lower || text.ptr[at] == upper) &&
            str_eq_nocase(str_slice(text, at, at + len), (Str){pattern, len}))
            return true;
    return false;
}

static bool fits(const ErrorFacts *f, Where where, const char *pattern)
{
    Str p = str_from(pattern);
    switch (where) {
    case CODE:
        return str_eq_nocase(f->code, p) || str_eq_nocase(f->type, p);
    case WORDS:
        return contains_nocase(f->code, pattern) || contains_nocase(f->type, pattern) ||
               contains_nocase(f->message, pattern);
    case RAW:
        return str_find(f->raw, p) >= 0;
    }
    return false;
}

enum { WORDS_LIMIT = 16 << 10 }; /* of a message that may be the whole prompt */

ErrorVerdict error_classify(const ErrorFacts *facts)
{
    ErrorFacts f = *facts;
    f.message = str_slice(f.message, 0, WORDS_LIMIT);
    f.raw = str_slice(f.raw, 0, WORDS_LIMIT);
    for (size_t i = 0; i < COUNT(known_errors); i++)
        if ((!known_errors[i].status || known_errors[i].status == f.status) &&
            fits(&f, known_errors[i].where, known_errors[i].pattern))
            return known_errors[i].verdict;
    for (size_t i = 0; i < COUNT(by_status); i++)
        if (f.status >= by_status[i].from && f.status <= by_status[i].to)
            return by_status[i].verdict;
    return ERROR_RETRY;
}

/* ---- finding the error ---- */

/* A number or text as text. */
static Str scalar(const Json *value)
{
    return json_is(value, JSON_NUMBER) ? value->text : json_text(value);
}

static Str first_scalar(const Json *object, const char *const *names)
{
    Str found = {0};
    for (; *names && !found.len; names++)
        found = scalar(json_get(object, *names));
    return found;
}

static void read_object(const Json *object, Arena *arena, ErrorFacts *f)
{
    static const char *const codes[] = {"code", "error_code", "status_code", NULL};
    static const char *const types[] = {"type", "status", "error_type", NULL};
    static const char *const messages[] = {"message", "error_msg", "msg", "detail", "error", NULL};
    if (!f->code.len)
        f->code = first_scalar(object, codes);
    if (!f->type.len)
        f->type = first_scalar(object, types);
    f->message = first_scalar(object, messages);
    Str inner = json_text(json_path(object, "innererror.code"));
    if (inner.len)
        f->type = inner;
    if (!f->message.len && json_get(object, "detail"))
        f->message = json_dump(arena, json_get(object, "detail"));
}

/* Gemini's compatible endpoint puts its own error as JSON text into the message. */
static void read_inner_json(Arena *arena, ErrorFacts *f)
{
    Json inner;
    Str text = str_trim(f->message);
    if (!str_starts(text, STR("{")) && !str_starts(text, STR("[")))
        return;
    if (json_parse(arena, text, &inner, NULL) != OK)
        return;
    const Json *root = json_is(&inner, JSON_ARRAY) ? json_path(&inner, "0") : &inner;
    const Json *error = json_get(root, "error");
    if (!json_is(error, JSON_OBJECT))
        error = root;
    ErrorFacts deep = {0};
    read_object(error, arena, &deep);
    if (!deep.message.len)
        return;
    f->message = deep.message;
    if (deep.code.len)
        f->code = deep.code;
    if (deep.type.len)
        f->type = deep.type;
}

/* The object or text that is the error, or NULL. */
static const Json *error_part(const Json *root, int status)
{
    const Json *error = json_get(root, "error");
    if (json_is(error, JSON_OBJECT) || (json_is(error, JSON_STRING) && error->text.len))
        return error;
    error = json_path(root, "errors.0");
    if (error)
        return error;
    if (json_get(root, "choices"))
        return NULL;
    bool flat = str_eqc(json_text(json_get(root, "object")), "error") ||
                json_get(root, "error_code") || json_get(root, "detail") ||
                (json_get(root, "code") && (json_get(root, "message") || json_get(root, "msg")));
    if (flat || (status >= 300 && json_is(root, JSON_OBJECT)))
        return root;
    return NULL;
}

bool error_find(const Json *root, int status, Arena *arena, ErrorFacts *out)
{
    if (json_is(root, JSON_ARRAY) && root->len)
        root = &root->items[0];
    const Json *error = error_part(root, status);
    if (!error)
        return false;
    ErrorFacts f = {.status = status, .raw = out->raw};
    if (json_is(error, JSON_STRING)) {
        f.message = error->text;
        f.type = json_text(json_get(root, "error_type"));
    } else {
        read_object(error, arena, &f);
    }
    read_inner_json(arena, &f);
    int64_t named;
    if (status < 300 && str_to_int(f.code, &named) && named >= 400 && named < 600)
        f.status = (int)named;
    *out = f;
    return true;
}
