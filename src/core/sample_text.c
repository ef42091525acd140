/* sample_text.c - the texts of a run's samples, without the rest. */
#include "core/sample.h"

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

Status sample_errors(Db *db, int64_t run_id, int64_t limit, Arena *arena, ErrorCounts *out,
                     Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db,
                 "SELECT error, COUNT(*) FROM sample WHERE run_id = ?1 AND outcome = 'error' "
                 "GROUP BY error ORDER BY 2 DESC, 1 LIMIT ?2",
                 &s, err));
    db_bind_int(s, 1, run_id);
    db_bind_int(s, 2, limit);
    for (;;) {
        bool row;
        TRY(db_next(s, &row, err));
        if (!row)
            return OK;
        ErrorCount one = {str_copy(arena, db_text(s, 0)), db_int(s, 1)};
        vec_push(arena, out, one);
    }
}
