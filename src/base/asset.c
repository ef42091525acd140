/* asset.c - search in the table that tools/embed writes. */
#include "base/asset.h"

typedef struct Asset {
    const char *name, *bytes;
    size_t size;
} Asset;

extern const Asset asset_table[];

bool asset_at(size_t index, Str *name, Str *content)
{
    const Asset *a = &asset_table[index];
    if (!a->name)
        return false;
    *name = str_from(a->name);
    *content = (Str){a->bytes, a->size};
    return true;
}

bool asset_find(Str name, Str *out)
{
    Str found, content;
    for (size_t i = 0; asset_at(i, &found, &content); i++)
        if (str_eq(found, name)) {
            *out = content;
            return true;
        }
    return false;
}
