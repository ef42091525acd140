/* metric_name.c - what an entry of metric_list is called where its numbers are stored and shown.
 *
 * The metric's own name. When an entry before it has the same one, the options that differ from
 * the first such entry stand behind it: "bleu" and "bleu[tokenize=zh]". Otherwise the values of
 * both would become one row, a mean of two different things. Where a value is too long to be
 * shown, a hash of all that differs stands at the end: entries that begin alike are still two. */
#include "base/hash.h"
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

typedef struct Difference {
    StrBuf shown;
    Hasher *whole;
    bool cut; /* what is shown is not all */
} Difference;

static void put_difference(Difference *d, Str key, const Json *own, const Json *first, Arena *arena)
{
    Str value = value_text(own, arena), head = utf8_cut(value, VALUE_BYTES);
    size_t room = d->shown.limit - d->shown.len;
    if (str_eqc(key, "metric") || str_eq(value, value_text(first, arena)))
        return;
    hash_add_part(d->whole, key);
    hash_add_part(d->whole, value);
    d->cut = d->cut || head.len < value.len || key.len + head.len + 2 > room;
    if (key.len + head.len + 2 > room)
        return;
    strbuf_adds(&d->shown, d->shown.len ? "," : "");
    strbuf_add(&d->shown, key);
    strbuf_addc(&d->shown, '=');
    strbuf_add(&d->shown, head);
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
    Difference d = {.shown = strbuf_make(arena, NAME_BYTES), .whole = hash_begin(arena)};
    for (uint32_t i = 0; i < own->len; i++)
        put_difference(&d, own->members[i].key, &own->members[i].value,
                       json_get_str(first, own->members[i].key), arena);
    for (uint32_t i = 0; i < first->len; i++)
        if (!json_get_str(own, first->members[i].key))
            put_difference(&d, first->members[i].key, NULL, &first->members[i].value, arena);
    Str hash = hash_hex(arena, hash_end(d.whole));
    if (!d.shown.len && !d.cut)
        return name; /* twice the same */
    return str_printf(arena, STR_FMT "[" STR_FMT "%s" STR_FMT "]", STR_ARG(name),
                      STR_ARG(strbuf_str(&d.shown)), d.cut ? "#" : "",
                      STR_ARG(str_slice(hash, 0, d.cut ? 8 : 0)));
}
