/* vec.h - a growable array in an arena: the one generic type.
 *
 *     VEC(Str) names = {0};
 *     vec_push(&arena, &names, STR("a"));
 *     for (size_t i = 0; i < names.len; i++) use(names.items[i]); */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include "base/arena.h"

#define VEC(T)                                                                                     \
    struct {                                                                                       \
        T *items;                                                                                  \
        size_t len, cap;                                                                           \
    }

#define vec_push(arena, v, ...)                                                                    \
    do {                                                                                           \
        if ((v)->len == (v)->cap)                                                                  \
            (v)->items = vec_grow_((arena), (v)->items, (v)->len, &(v)->cap, sizeof *(v)->items);  \
        (v)->items[(v)->len++] = (__VA_ARGS__);                                                    \
    } while (0)

void *vec_grow_(Arena *arena, void *items, size_t len, size_t *cap, size_t size);

#endif
