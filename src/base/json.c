/* json.c - the strict reader and access to the tree. */
#include "base/json.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "base/vec.h"

typedef struct Reader {
    Arena *arena;
    Str in;
    size_t at;
    int depth;
    Err *err;
} Reader;

static Status fail(Reader *r, const char *what)
{
    size_t line = 1, start = 0;
    for (size_t i = 0; i < r->at && i < r->in.len; i++)
        if (r->in.ptr[i] == '\n') {
            line++;
            start = i + 1;
        }
    return err_set(r->err, E_PARSE, "line %zu column %zu: %s", line, r->at - start + 1, what);
}

static void skip_space(Reader *r)
{
    while (r->at < r->in.len) {
        char c = r->in.ptr[r->at];
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
            return;
        r->at++;
    }
}

static bool take(Reader *r, char c)
{
    if (r->at >= r->in.len || r->in.ptr[r->at] != c)
        return false;
    r->at++;
    return true;
}

static bool read_hex4(Reader *r, int32_t *out)
{
    int32_t value = 0;
    if (r->in.len - r->at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char c = r->in.ptr[r->at + (size_t)i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return false;
        value = value * 16 + digit;
    }
    r->at += 4;
    *out = value;
    return true;
}

/* After "\u": one code point, joining surrogate pairs. */
static Status read_unicode(Reader *r, StrBuf *out)
{
    int32_t code, low;
    if (!read_hex4(r, &code))
        return fail(r, "\\u needs four hex digits");
    if (code >= 0xD800 && code <= 0xDBFF) {
        if (!take(r, '\\') || !take(r, 'u') || !read_hex4(r, &low) || low < 0xDC00 || low > 0xDFFF)
            return fail(r, "unpaired surrogate in \\u escape");
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xDC00 && code <= 0xDFFF) {
        return fail(r, "unpaired surrogate in \\u escape");
    }
    utf8_put(out, code);
    return OK;
}

static Status read_escape(Reader *r, StrBuf *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (r->at >= r->in.len)
        return fail(r, "unterminated string");
    char c = r->in.ptr[r->at++];
    if (c == 'u')
        return read_unicode(r, out);
    const char *hit = c ? strchr(from, c) : NULL;
    if (!hit)
        return fail(r, "unknown escape in string");
    strbuf_addc(out, to[hit - from]);
    return OK;
}

static Status read_string(Reader *r, Str *out)
{
    size_t start = ++r->at;
    r->at = json_plain_end(r->in, start);
    if (take(r, '"')) {
        *out = str_slice(r->in, start, r->at - 1);
        return OK;
    }
    StrBuf text = strbuf_make(r->arena, r->in.len);
    strbuf_add(&text, str_slice(r->in, start, r->at));
    while (r->at < r->in.len) {
        if (take(r, '"')) {
            *out = strbuf_str(&text);
            return OK;
        }
        if (!take(r, '\\'))
            return fail(r, "control character in string");
        TRY(read_escape(r, &text));
        start = r->at;
        r->at = json_plain_end(r->in, start);
        strbuf_add(&text, str_slice(r->in, start, r->at));
    }
    return fail(r, "unterminated string");
}

static size_t skip_digits(Reader *r)
{
    size_t start = r->at;
    while (r->at < r->in.len && r->in.ptr[r->at] >= '0' && r->in.ptr[r->at] <= '9')
        r->at++;
    return r->at - start;
}

static Status read_number(Reader *r, Json *out)
{
    size_t start = r->at;
    take(r, '-');
    bool zero = r->at < r->in.len && r->in.ptr[r->at] == '0';
    size_t digits = skip_digits(r);
    if (!digits || (zero && digits > 1))
        return fail(r, "malformed number");
    if (take(r, '.') && !skip_digits(r))
        return fail(r, "malformed number");
    if (take(r, 'e') || take(r, 'E')) {
        if (!take(r, '+'))
            take(r, '-');
        if (!skip_digits(r))
            return fail(r, "malformed number");
    }
    *out = (Json){.type = JSON_NUMBER, .text = str_slice(r->in, start, r->at)};
    return OK;
}

static Status read_value(Reader *r, Json *out);

static Status read_array(Reader *r, Json *out)
{
    VEC(Json) items = {0};
    r->at++;
    skip_space(r);
    if (!take(r, ']')) {
        for (;;) {
            Json item;
            TRY(read_value(r, &item));
            vec_push(r->arena, &items, item);
            skip_space(r);
            if (take(r, ']'))
                break;
            if (!take(r, ','))
                return fail(r, "expected ',' or ']'");
        }
    }
    *out = (Json){.type = JSON_ARRAY, .len = (uint32_t)items.len, .items = items.items};
    return OK;
}

enum { LINEAR_KEYS = 16 };

/* Whether the newest of `len` members repeats an earlier key. Long objects go
 * through a sorted check in read_object instead. */
static bool repeats_key(const JsonMember *members, size_t len)
{
    for (size_t i = 0; i + 1 < len; i++)
        if (str_eq(members[i].key, members[len - 1].key))
            return true;
    return false;
}

static int by_key(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

static bool any_key_repeats(Reader *r, const JsonMember *members, size_t len)
{
    Str *keys = arena_array(r->arena, len, sizeof *keys);
    for (size_t i = 0; i < len; i++)
        keys[i] = members[i].key;
    qsort(keys, len, sizeof *keys, by_key);
    for (size_t i = 1; i < len; i++)
        if (str_eq(keys[i - 1], keys[i]))
            return true;
    return false;
}

static Status read_member(Reader *r, JsonMember *out)
{
    skip_space(r);
    if (r->at >= r->in.len || r->in.ptr[r->at] != '"')
        return fail(r, "expected a key in double quotes");
    TRY(read_string(r, &out->key));
    skip_space(r);
    if (!take(r, ':'))
        return fail(r, "expected ':' after the key");
    return read_value(r, &out->value);
}

static Status read_object(Reader *r, Json *out)
{
    VEC(JsonMember) members = {0};
    r->at++;
    skip_space(r);
    if (!take(r, '}')) {
        for (;;) {
            JsonMember member = {0};
            TRY(read_member(r, &member));
            vec_push(r->arena, &members, member);
            if (members.len <= LINEAR_KEYS && repeats_key(members.items, members.len))
                return fail(r, "repeated key");
            skip_space(r);
            if (take(r, '}'))
                break;
            if (!take(r, ','))
                return fail(r, "expected ',' or '}'");
        }
    }
    if (members.len > LINEAR_KEYS && any_key_repeats(r, members.items, members.len))
        return fail(r, "repeated key");
    *out = (Json){.type = JSON_OBJECT, .len = (uint32_t)members.len, .members = members.items};
    return OK;
}

static Status read_word(Reader *r, Json *out)
{
    static const struct {
        Str word;
        Json value;
    } words[] = {
        {{"null", 4}, {.type = JSON_NULL}},
        {{"true", 4}, {.type = JSON_BOOL, .boolean = true}},
        {{"false", 5}, {.type = JSON_BOOL, .boolean = false}},
    };
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_starts(str_after(r->in, r->at), words[i].word)) {
            r->at += words[i].word.len;
            *out = words[i].value;
            return OK;
        }
    return fail(r, "expected a value");
}

static Status read_nested(Reader *r, Json *out, char bracket)
{
    if (++r->depth > LIMIT_JSON_DEPTH)
        return fail(r, "nested too deeply");
    TRY(bracket == '{' ? read_object(r, out) : read_array(r, out));
    r->depth--;
    return OK;
}

static Status read_value(Reader *r, Json *out)
{
    skip_space(r);
    if (r->at >= r->in.len)
        return fail(r, "unexpected end of text");
    char c = r->in.ptr[r->at];
    if (c == '{' || c == '[')
        return read_nested(r, out, c);
    if (c == '"') {
        *out = (Json){.type = JSON_STRING};
        return read_string(r, &out->text);
    }
    if (c == '-' || (c >= '0' && c <= '9'))
        return read_number(r, out);
    return read_word(r, out);
}

Status json_parse(Arena *arena, Str text, Json *out, Err *err)
{
    Reader r = {.arena = arena, .in = text, .err = err};
    if (text.len > UINT32_MAX)
        return err_set(err, E_LIMIT, "JSON text of %zu bytes is too large", text.len);
    r.at = utf8_check(text);
    if (r.at != text.len)
        return fail(&r, "text is not UTF-8");
    r.at = 0;
    Json value;
    TRY(read_value(&r, &value));
    skip_space(&r);
    if (r.at != text.len)
        return fail(&r, "text after the value");
    *out = value;
    return OK;
}

const Json *json_get_str(const Json *object, Str key)
{
    if (!json_is(object, JSON_OBJECT))
        return NULL;
    for (uint32_t i = 0; i < object->len; i++)
        if (str_eq(object->members[i].key, key))
            return &object->members[i].value;
    return NULL;
}

const Json *json_get(const Json *object, const char *key)
{
    return json_get_str(object, str_from(key));
}

const Json *json_path(const Json *value, const char *dotted)
{
    Str rest = str_from(dotted);
    while (value && rest.ptr && rest.len) {
        Str step = str_split(&rest, '.');
        int64_t index;
        if (json_is(value, JSON_ARRAY))
            value = str_to_int(step, &index) && index >= 0 && index < value->len
                        ? &value->items[index]
                        : NULL;
        else
            value = json_get_str(value, step);
    }
    return value;
}

bool json_is(const Json *value, JsonType type)
{
    return value && value->type == type;
}

Str json_text_or(const Json *value, Str otherwise)
{
    return json_is(value, JSON_STRING) ? value->text : otherwise;
}

Str json_text(const Json *value)
{
    return json_text_or(value, (Str){0});
}

double json_number(const Json *value, double otherwise)
{
    double number;
    return json_is(value, JSON_NUMBER) && str_to_double(value->text, &number) ? number : otherwise;
}

bool json_is_int(const Json *value)
{
    if (!json_is(value, JSON_NUMBER))
        return false;
    for (size_t i = 0; i < value->text.len; i++)
        if (strchr(".eE", value->text.ptr[i]))
            return false;
    return true;
}

int64_t json_int(const Json *value, int64_t otherwise)
{
    int64_t number;
    return json_is_int(value) && str_to_int(value->text, &number) ? number : otherwise;
}

bool json_bool(const Json *value, bool otherwise)
{
    return json_is(value, JSON_BOOL) ? value->boolean : otherwise;
}

bool json_equal(const Json *a, const Json *b)
{
    if (a->type != b->type || a->len != b->len)
        return false;
    switch (a->type) {
    case JSON_NULL:
        return true;
    case JSON_BOOL:
        return a->boolean == b->boolean;
    case JSON_NUMBER:
    case JSON_STRING:
        return str_eq(a->text, b->text);
    case JSON_ARRAY:
        for (uint32_t i = 0; i < a->len; i++)
            if (!json_equal(&a->items[i], &b->items[i]))
                return false;
        return true;
    case JSON_OBJECT:
        for (uint32_t i = 0; i < a->len; i++) {
            const Json *other = json_get_str(b, a->members[i].key);
            if (!other || !json_equal(&a->members[i].value, other))
                return false;
        }
        return true;
    }
    return false;
}
