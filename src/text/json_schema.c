/* json_schema.c - JSON Schema: a table of keywords, each a check of one value. */
#include "text/json_schema_private.h"

#include "base/utf8.h"

#include <math.h>

/* ---- equality ---- */

static bool same_members(const Json *a, const Json *b)
{
    for (uint32_t i = 0; i < a->len; i++) {
        const Json *other = json_get_str(b, a->members[i].key);
        if (!other || !json_same(&a->members[i].value, other))
            return false;
    }
    return true;
}

bool json_same(const Json *a, const Json *b)
{
    if (a->type != b->type)
        return false;
    if (a->type == JSON_NUMBER)
        return str_eq(a->text, b->text) || json_number(a, NAN) == json_number(b, NAN);
    if (a->type == JSON_STRING)
        return str_eq(a->text, b->text);
    if (a->type == JSON_BOOL)
        return a->boolean == b->boolean;
    if (a->type == JSON_NULL)
        return true;
    if (a->len != b->len)
        return false;
    if (a->type == JSON_OBJECT)
        return same_members(a, b);
    for (uint32_t i = 0; i < a->len; i++)
        if (!json_same(&a->items[i], &b->items[i]))
            return false;
    return true;
}

/* ---- checking a value ---- */

typedef struct Check {
    const JsonSchema *schema;
    Arena *arena;
    size_t steps;
    int depth;
    bool exceeded; /* a limit: whatever comes out is not to be trusted */
    bool said;     /* ... and the complaint says so */
    Str complaint; /* of what failed last */
} Check;

typedef struct At {
    Check *c;
    const Json *schema; /* the object whose keyword is looked at */
    const Json *rule;   /* the keyword's value */
    const Json *value;
    const Place *place;
} At;

static bool matches(Check *c, const Json *schema, const Json *value, const Place *place);

/* "PLACE: is VALUE, WHAT" */
static bool complain(const At *at, const char *what)
{
    enum { QUOTE = 60, TWICE = 120, LONGEST = 4000 };
    if (at->c->said)
        return false;
    at->c->said = at->c->exceeded;
    SCOPED_ARENA(scratch);
    StrBuf b = strbuf_make(at->c->arena, LONGEST);
    schema_place(&b, at->place);
    const Json *v = at->value;
    Json cut = *v;
    if (v->type == JSON_STRING)
        cut.text = utf8_cut(v->text, QUOTE);
    Str shown = v->type == JSON_ARRAY    ? STR("an array")
                : v->type == JSON_OBJECT ? STR("an object")
                                         : utf8_cut(json_dump(&scratch, &cut), TWICE);
    strbuf_adds(&b, at->place ? ": is " : "is ");
    strbuf_add(&b, shown);
    strbuf_adds(&b, ", ");
    strbuf_adds(&b, what);
    at->c->complaint = strbuf_str(&b);
    return false;
}

static bool complain_key(const At *at, const char *what, Str key)
{
    Str text = str_printf(at->c->arena, "%s \"" STR_FMT "\"", what, STR_ARG(utf8_cut(key, 60)));
    return complain(at, text.ptr);
}

static bool is_type(const Json *value, Str name)
{
    static const struct {
        const char *name;
        JsonType type;
    } types[] = {{"null", JSON_NULL},     {"boolean", JSON_BOOL}, {"number", JSON_NUMBER},
                 {"string", JSON_STRING}, {"array", JSON_ARRAY},  {"object", JSON_OBJECT}};
    if (str_eqc(name, "integer")) {
        double number = json_number(value, NAN);
        return value->type == JSON_NUMBER && number == floor(number);
    }
    for (size_t i = 0; i < COUNT(types); i++)
        if (str_eqc(name, types[i].name))
            return value->type == types[i].type;
    return false;
}

static bool check_type(const At *at)
{
    if (at->rule->type == JSON_STRING)
        return is_type(at->value, at->rule->text) ||
               complain_key(at, "not of type", at->rule->text);
    for (uint32_t i = 0; i < at->rule->len; i++)
        if (is_type(at->value, at->rule->items[i].text))
            return true;
    return complain(at, "not of one of the types");
}

static bool check_enum(const At *at)
{
    for (uint32_t i = 0; i < at->rule->len; i++)
        if (json_same(&at->rule->items[i], at->value))
            return true;
    return complain(at, "not one of enum");
}

static bool check_const(const At *at)
{
    return json_same(at->rule, at->value) || complain(at, "not the const");
}

static bool check_required(const At *at)
{
    for (uint32_t i = 0; i < at->rule->len; i++)
        if (!json_get_str(at->value, at->rule->items[i].text))
            return complain_key(at, "without", at->rule->items[i].text);
    return true;
}

static bool check_properties(const At *at)
{
    for (uint32_t i = 0; i < at->value->len; i++) {
        const JsonMember *m = &at->value->members[i];
        const Json *schema = json_get_str(at->rule, m->key);
        Place inner = {at->place, m->key.ptr ? m->key : STR(""), 0};
        if (schema && !matches(at->c, schema, &m->value, &inner))
            return false;
    }
    return true;
}

static bool check_additional(const At *at)
{
    const Json *known = json_get(at->schema, "properties");
    for (uint32_t i = 0; i < at->value->len; i++) {
        const JsonMember *m = &at->value->members[i];
        if (json_get_str(known, m->key))
            continue;
        if (at->rule->type == JSON_BOOL && !at->rule->boolean)
            return complain_key(at, "with the unknown", m->key);
        Place inner = {at->place, m->key.ptr ? m->key : STR(""), 0};
        if (!matches(at->c, at->rule, &m->value, &inner))
            return false;
    }
    return true;
}

static bool check_items(const At *at)
{
    for (uint32_t i = 0; i < at->value->len; i++) {
        Place inner = {at->place, {0}, i};
        if (!matches(at->c, at->rule, &at->value->items[i], &inner))
            return false;
    }
    return true;
}

static bool check_unique(const At *at)
{
    for (uint32_t i = 0; at->rule->boolean && i < at->value->len; i++)
        for (uint32_t k = 0; k < i; k++) {
            at->c->exceeded |= ++at->c->steps > JSON_SCHEMA_STEPS;
            if (at->c->exceeded)
                return complain(at, "too large to be checked");
            if (json_same(&at->value->items[i], &at->value->items[k]))
                return complain(at, "with two equal items");
        }
    return true;
}

/* ---- limits ---- */

static double limit(const At *at)
{
    return json_number(at->rule, 0);
}

static double number(const At *at)
{
    return json_number(at->value, 0);
}

static bool check_minimum(const At *at)
{
    return number(at) >= limit(at) || complain(at, "below the minimum");
}

static bool check_maximum(const At *at)
{
    return number(at) <= limit(at) || complain(at, "above the maximum");
}

static bool check_above(const At *at)
{
    return number(at) > limit(at) || complain(at, "not above exclusiveMinimum");
}

static bool check_below(const At *at)
{
    return number(at) < limit(at) || complain(at, "not below exclusiveMaximum");
}

static bool check_multiple(const At *at)
{
    double quotient = number(at) / limit(at);
    return fabs(quotient - round(quotient)) <= 1e-9 * fmax(1, fabs(quotient)) ||
           complain(at, "not a multiple of multipleOf");
}

static double size_of(const Json *value)
{
    return value->type == JSON_STRING ? (double)utf8_count(value->text) : (double)value->len;
}

static bool check_least(const At *at)
{
    return size_of(at->value) >= limit(at) || complain(at, "too short");
}

static bool check_most(const At *at)
{
    return size_of(at->value) <= limit(at) || complain(at, "too long");
}

static bool check_pattern(const At *at)
{
    const Regex *regex = map_get(&at->c->schema->patterns, at->rule->text);
    RegexMatch match;
    bool found = false;
    if (!regex || regex_search(regex, at->value->text, at->c->arena, &match, &found, NULL) != OK)
        found = false;
    return found || complain(at, "not as the pattern says");
}

/* ---- combinations ---- */

static size_t count_matches(const At *at)
{
    size_t n = 0;
    for (uint32_t i = 0; i < at->rule->len; i++)
        n += matches(at->c, &at->rule->items[i], at->value, at->place);
    return n;
}

static bool check_all(const At *at)
{
    for (uint32_t i = 0; i < at->rule->len; i++)
        if (!matches(at->c, &at->rule->items[i], at->value, at->place))
            return false;
    return true;
}

static bool check_any(const At *at)
{
    for (uint32_t i = 0; i < at->rule->len; i++)
        if (matches(at->c, &at->rule->items[i], at->value, at->place))
            return true;
    return complain(at, "as none of anyOf");
}

static bool check_one(const At *at)
{
    size_t n = count_matches(at);
    return n == 1 || complain(at, n ? "as more than one of oneOf" : "as none of oneOf");
}

static bool check_not(const At *at)
{
    return !matches(at->c, at->rule, at->value, at->place) || complain(at, "as \"not\" forbids");
}

static bool check_ref(const At *at)
{
    const Json *schema = schema_referred(at->c->schema->root, at->rule->text);
    return schema && matches(at->c, schema, at->value, at->place);
}

/* ---- the table ---- */

static const struct Keyword {
    const char *name;
    int applies; /* to values of this type alone; -1: any */
    bool (*check)(const At *at);
} keywords[] = {
    {"type", -1, check_type},
    {"enum", -1, check_enum},
    {"const", -1, check_const},
    {"required", JSON_OBJECT, check_required},
    {"properties", JSON_OBJECT, check_properties},
    {"additionalProperties", JSON_OBJECT, check_additional},
    {"minProperties", JSON_OBJECT, check_least},
    {"maxProperties", JSON_OBJECT, check_most},
    {"items", JSON_ARRAY, check_items},
    {"minItems", JSON_ARRAY, check_least},
    {"maxItems", JSON_ARRAY, check_most},
    {"uniqueItems", JSON_ARRAY, check_unique},
    {"minimum", JSON_NUMBER, check_minimum},
    {"maximum", JSON_NUMBER, check_maximum},
    {"exclusiveMinimum", JSON_NUMBER, check_above},
    {"exclusiveMaximum", JSON_NUMBER, check_below},
    {"multipleOf", JSON_NUMBER, check_multiple},
    {"minLength", JSON_STRING, check_least},
    {"maxLength", JSON_STRING, check_most},
    {"pattern", JSON_STRING, check_pattern},
    {"allOf", -1, check_all},
    {"anyOf", -1, check_any},
    {"oneOf", -1, check_one},
    {"not", -1, check_not},
    {"$ref", -1, check_ref},
};

static const struct Keyword *keyword(Str name)
{
    for (size_t i = 0; i < COUNT(keywords); i++)
        if (str_eqc(name, keywords[i].name))
            return &keywords[i];
    return NULL;
}

static bool matches_members(const At *start)
{
    At at = *start;
    for (uint32_t i = 0; i < at.schema->len; i++) {
        const struct Keyword *k = keyword(at.schema->members[i].key);
        at.rule = &at.schema->members[i].value;
        if (k && (k->applies < 0 || k->applies == (int)at.value->type) && !k->check(&at))
            return false;
    }
    return true;
}

static bool matches(Check *c, const Json *schema, const Json *value, const Place *place)
{
    At at = {c, schema, NULL, value, place};
    c->exceeded |= ++c->steps > JSON_SCHEMA_STEPS || c->depth >= JSON_SCHEMA_DEPTH;
    if (c->exceeded)
        return complain(&at, "too much for the schema: it refers to itself, or has too many cases");
    if (schema->type == JSON_BOOL)
        return schema->boolean || complain(&at, "where nothing may be");
    c->depth++;
    bool good = matches_members(&at);
    c->depth--;
    return good;
}

Str json_schema_complaint(const JsonSchema *s, const Json *value, Arena *arena)
{
    Check c = {.schema = s, .arena = arena};
    bool good = matches(&c, s->root, value, NULL);
    if (good && !c.exceeded) /* a limit inside "not" makes no value good */
        return (Str){0};
    return c.complaint.len ? c.complaint : STR("is not as the schema says");
}
