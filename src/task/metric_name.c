/* metric_name.c - what an entry of metric_list is called where its numbers are stored and shown.
 *
 * The metric's own name. When an entry before it has the same one, the options that differ from
 * the first such entry stand behind it: "bleu" and "bleu[tokenize=zh]". Otherwise the values of
 * both would become one row, a mean of two different things. */
#include "base/utf8.h"
#include "task/metric_options.h"

enum { VALUE_BYTES = 40, NAME_BYTES = 200 };

Str metric_base_name(Str name)
{
    ptrdiff_t open = str_find_char(name, '[');
    return open < 0 ? name : str_slice(name, 0, (size_t)open);
}

static Str value_text(const Json *value, Arena *arena)
{
    if (!value)
        return STR("default");
    return value->type == JSON_STRING ? value->text : json_dump(arena, value);
}

static void put_difference(StrBuf *out, Str key, const Json *own, const Json *first, Arena *arena)
{
    Str value = value_text(own, arena);
    if (str_eqc(key, "metric") || str_eq(value, value_text(first, arena)))
        return;
    strbuf_adds(out, out->len ? "," : "");
    strbuf_add(out, key);
    strbuf_addc(out, '=');
    strbuf_add(out, utf8_cut(value, VALUE_BYTES));
}

Str metric_entry_name(const Json *list, uint32_t index, Arena *arena)
{
    const Json *own = &list->items[index], *first = own;
    Str name = json_text(json_get(own, "metric"));
    for (uint32_t i = 0; i < index && first == own; i++)
        if (str_eq(json_text(json_get(&list->items[i], "metric")), name))
            first = &list->items[i];
    if (first == own || !name.len)
        return name;
    StrBuf options = strbuf_make(arena, NAME_BYTES);
    for (uint32_t i = 0; i < own->len; i++)
        put_difference(&options, own->members[i].key, &own->members[i].value,
                       json_get_str(first, own->members[i].key), arena);
    for (uint32_t i = 0; i < first->len; i++)
        if (!json_get_str(own, first->members[i].key))
            put_difference(&options, first->members[i].key, NULL, &first->members[i].value, arena);
    if (!options.len)
        return name; /* twice the same */
    return str_printf(arena, STR_FMT "[" STR_FMT "]", STR_ARG(name), STR_ARG(strbuf_str(&options)));
}
