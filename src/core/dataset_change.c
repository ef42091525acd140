/* dataset_change.c - differences between versions, and the lists of removed items. */
#include "core/dataset_change.h"

#include "base/clock.h"
#include "base/hash.h"

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

/* Calls `each` with the key and a hash of the content of every item. */
typedef void (*EachItem)(void *user, Str key, Hash content);

static Status each_item(Db *db, int64_t version_id, EachItem each, void *user, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db, "SELECT key, data FROM item WHERE version_id = ?1 ORDER BY position", &s,
                 err));
    db_bind_int(s, 1, version_id);
    for (;;) {
        bool row;
        TRY(db_next(s, &row, err));
        if (!row)
            return OK;
        Str key = db_text(s, 0);
        each(user, key, hash_bytes(db_blob(s, 1)));
    }
}

typedef struct Comparing {
    Arena *arena;
    Map old; /* key -> Hash */
    int64_t n_same_key;
    DatasetDiff diff;
} Comparing;

static void note_old(void *user, Str key, Hash content)
{
    Comparing *c = user;
    Hash *kept = ARENA_NEW(c->arena, Hash);
    *kept = content;
    map_set(c->arena, &c->old, str_copy(c->arena, key), kept);
}

static void note_new(void *user, Str key, Hash content)
{
    Comparing *c = user;
    const Hash *old = map_get(&c->old, key);
    c->diff.added += !old;
    c->n_same_key += old != NULL;
    c->diff.changed += old && (old->high != content.high || old->low != content.low);
}

/* Read once each, in memory by key: joining a million items in SQL without an index on keys
 * would take hours. */
Status dataset_diff(Db *db, int64_t old_id, int64_t new_id, DatasetDiff *out, Err *err)
{
    SCOPED_ARENA(arena);
    Comparing c = {.arena = &arena};
    TRY(each_item(db, old_id, note_old, &c, err));
    TRY(each_item(db, new_id, note_new, &c, err));
    c.diff.removed = (int64_t)c.old.len - c.n_same_key;
    *out = c.diff;
    return OK;
}

static Status copy_version(Db *db, const DatasetVersion *old, Str source, int64_t *id, Err *err)
{
    SCOPED_STMT(s);
    bool row;
    TRY(db_query(db,
                 "INSERT INTO dataset_version (dataset_id, number, content_hash, n_items, columns, "
                 "source, created) SELECT dataset_id, (SELECT MAX(number) + 1 FROM dataset_version "
                 "WHERE dataset_id = ?2), content_hash, n_items, columns, ?3, ?4 "
                 "FROM dataset_version WHERE id = ?1 RETURNING id",
                 &s, err));
    db_bind_int(s, 1, old->id);
    db_bind_int(s, 2, old->dataset_id);
    db_bind_text(s, 3, source);
    db_bind_int(s, 4, clock_unix_ms());
    TRY(db_next(s, &row, err));
    if (!row)
        return err_set(err, E_MISSING, "there is no data set version %lld", (long long)old->id);
    *id = db_int(s, 0);
    return OK;
}

static Status copy_items(Db *db, int64_t from, int64_t to, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db,
                 "INSERT INTO item (version_id, position, key, data) SELECT ?2, position, key, "
                 "data FROM item WHERE version_id = ?1 ORDER BY position",
                 &s, err));
    db_bind_int(s, 1, from);
    db_bind_int(s, 2, to);
    return db_run(s, err);
}

Status dataset_restore(Db *db, const DatasetVersion *old, Arena *arena, DatasetVersion *out,
                       Err *err)
{
    int64_t id = 0;
    Str source = str_printf(arena, "restore of %.*s:%.*s@%lld", (int)old->name.len, old->name.ptr,
                            (int)old->split.len, old->split.ptr, (long long)old->number);
    TRY(db_begin(db, err));
    Status status = copy_version(db, old, source, &id, err);
    if (status == OK)
        status = copy_items(db, old->id, id, err);
    if (status == OK)
        status = db_commit(db, err);
    if (status != OK)
        db_rollback(db);
    TRY(status);
    return dataset_get(db, id, arena, out, err);
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
