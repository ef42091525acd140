/* dataset_change.c - differences between versions, and the lists of removed items. */
#include "core/dataset_change.h"

Status dataset_newest(Db *db, Str name, Str split, Arena *arena, DatasetVersion *out, bool *found,
                      Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db,
                 "SELECT v.id FROM dataset_version v JOIN dataset d ON d.id = v.dataset_id "
                 "WHERE d.workspace_id = 1 AND d.name = ?1 AND d.split = ?2 "
                 "ORDER BY v.number DESC LIMIT 1",
                 &s, err));
    db_bind_text(s, 1, name);
    db_bind_text(s, 2, split);
    TRY(db_next(s, found, err));
    if (!*found)
        return OK;
    int64_t id = db_int(s, 0);
    db_done(s);
    s = NULL;
    return dataset_get(db, id, arena, out, err);
}

static Status count(Db *db, const char *sql, int64_t old_id, int64_t new_id, int64_t *out, Err *err)
{
    SCOPED_STMT(s);
    bool row;
    TRY(db_query(db, sql, &s, err));
    db_bind_int(s, 1, old_id);
    db_bind_int(s, 2, new_id);
    TRY(db_next(s, &row, err));
    *out = row ? db_int(s, 0) : 0;
    return OK;
}

Status dataset_diff(Db *db, int64_t old_id, int64_t new_id, DatasetDiff *out, Err *err)
{
    static const char without[] =
        "SELECT COUNT(*) FROM item a LEFT JOIN item b ON b.version_id = ?1 AND b.key = a.key "
        "WHERE a.version_id = ?2 AND b.key IS NULL";
    static const char differ[] =
        "SELECT COUNT(*) FROM item a JOIN item b ON b.version_id = ?1 AND b.key = a.key "
        "WHERE a.version_id = ?2 AND b.data <> a.data";
    DatasetDiff d;
    TRY(count(db, without, old_id, new_id, &d.added, err));
    TRY(count(db, without, new_id, old_id, &d.removed, err));
    TRY(count(db, differ, old_id, new_id, &d.changed, err));
    *out = d;
    return OK;
}

static Status add_removal(Db *db, int64_t version_id, int64_t parent_id, const RemovalRow *r,
                          Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db,
                 "INSERT INTO dataset_removal (version_id, parent_id, position, key, reason, "
                 "detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
                 "ON CONFLICT (version_id, position) DO NOTHING",
                 &s, err));
    db_bind_int(s, 1, version_id);
    db_bind_int(s, 2, parent_id);
    db_bind_int(s, 3, r->position);
    db_bind_text(s, 4, r->key);
    db_bind_text(s, 5, r->reason);
    db_bind_text(s, 6, r->detail.ptr ? r->detail : STR(""));
    return db_run(s, err);
}

Status dataset_add_removals(Db *db, int64_t version_id, int64_t parent_id, const RemovalRow *rows,
                            size_t n, Err *err)
{
    Status status = OK;
    TRY(db_begin(db, err));
    for (size_t i = 0; i < n && status == OK; i++)
        status = add_removal(db, version_id, parent_id, &rows[i], err);
    if (status == OK)
        status = db_commit(db, err);
    if (status != OK)
        db_rollback(db);
    return status;
}

Status dataset_removals(Db *db, int64_t version_id, Arena *arena, RemovalRows *out, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db,
                 "SELECT position, key, reason, detail FROM dataset_removal "
                 "WHERE version_id = ?1 ORDER BY position",
                 &s, err));
    db_bind_int(s, 1, version_id);
    for (;;) {
        bool row;
        TRY(db_next(s, &row, err));
        if (!row)
            return OK;
        vec_push(arena, out,
                 (RemovalRow){.position = db_int(s, 0),
                              .key = str_copy(arena, db_text(s, 1)),
                              .reason = str_copy(arena, db_text(s, 2)),
                              .detail = str_copy(arena, db_text(s, 3))});
    }
}
