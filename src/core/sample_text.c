/* sample_text.c - the texts of a run's samples, without the rest. */
#include "core/sample.h"

#include "base/map.h"

Status sample_targets(Db *db, int64_t run_id, int64_t limit, StrBuf *out, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db,
                 "SELECT target FROM sample WHERE run_id = ?1 AND repeat_index = 0 "
                 "ORDER BY position LIMIT ?2",
                 &s, err));
    db_bind_int(s, 1, run_id);
    db_bind_int(s, 2, limit);
    for (;;) {
        bool row;
        TRY(db_next(s, &row, err));
        if (!row)
            return OK;
        Str target = db_text(s, 0);
        if (out->len + target.len + 1 > out->limit)
            continue;
        strbuf_add(out, target);
        strbuf_addc(out, '\n');
    }
}

/* The message with each number as one 0: what messages of a kind have in common. */
static Str shape_of(Arena *arena, Str text)
{
    char *out = arena_alloc(arena, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool digit = text.ptr[i] >= '0' && text.ptr[i] <= '9';
        if (!digit)
            out[n++] = text.ptr[i];
        else if (!i || text.ptr[i - 1] < '0' || text.ptr[i - 1] > '9')
            out[n++] = '0';
    }
    return (Str){out, n};
}

static int by_count(const void *a, const void *b)
{
    const ErrorCount *p = a, *q = b;
    return p->n != q->n ? (p->n < q->n ? 1 : -1) : str_cmp(p->error, q->error);
}

Status sample_errors(Db *db, int64_t run_id, int64_t limit, Arena *arena, ErrorCounts *out,
                     Err *err)
{
    enum { MOST_TEXTS = 1000 };
    SCOPED_STMT(s);
    Map kinds = {0}; /* shape -> place in `out` + 1 */
    TRY(db_query(db,
                 "SELECT error, COUNT(*) FROM sample WHERE run_id = ?1 AND outcome = 'error' "
                 "GROUP BY error ORDER BY 2 DESC, 1 LIMIT ?2",
                 &s, err));
    db_bind_int(s, 1, run_id);
    db_bind_int(s, 2, MOST_TEXTS);
    for (;;) {
        bool row;
        TRY(db_next(s, &row, err));
        if (!row)
            break;
        Str shape = shape_of(arena, db_text(s, 0));
        uintptr_t known = (uintptr_t)map_get(&kinds, shape);
        if (known) {
            out->items[known - 1].n += db_int(s, 1);
            out->items[known - 1].n_texts++;
            continue;
        }
        vec_push(arena, out, ((ErrorCount){str_copy(arena, db_text(s, 0)), db_int(s, 1), 1}));
        map_set(arena, &kinds, shape, (void *)(uintptr_t)out->len);
    }
    if (out->len)
        qsort(out->items, out->len, sizeof *out->items, by_count);
    if ((int64_t)out->len > limit)
        out->len = (size_t)limit;
    return OK;
}
