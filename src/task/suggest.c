/* suggest.c - tasks near a misspelt name. */
#include "task/parts.h"

#include "text/near.h"

Str taskset_suggest(TaskSet *set, Arena *arena, Str name)
{
    Names names = {0};
    for (size_t i = 0; i < set->entries.len; i++)
        vec_push(arena, &names, set->entries.entries[i].key);
    return near_names(arena, name, &names);
}
