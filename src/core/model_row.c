/* model_row.c - models as rows. */
#include "base/clock.h"
#include "core/run.h"

#define MODEL_COLUMNS "id, name, provider, address, model, key_env, settings, added FROM model "

/* A run with other options does not change what `model add` said. */
#define KEPT_OR_NEW(column)                                                                      \
    column " = CASE WHEN model.added = 1 AND excluded.added = 0 THEN model." column               \
           " ELSE excluded." column " END, "

static ModelRow read_model(DbStmt *s, Arena *arena)
{
    return (ModelRow){
        .id = db_int(s, 0),
        .name = str_copy(arena, db_text(s, 1)),
        .provider = str_copy(arena, db_text(s, 2)),
        .address = str_copy(arena, db_text(s, 3)),
        .model = str_copy(arena, db_text(s, 4)),
        .key_env = str_copy(arena, db_text(s, 5)),
        .settings = str_copy(arena, db_text(s, 6)),
        .added = db_int(s, 7) != 0,
    };
}

static void bind_model(DbStmt *s, const ModelRow *m)
{
    const Str texts[] = {m->name, m->provider, m->address, m->model, m->key_env, m->settings};
    for (size_t i = 0; i < COUNT(texts); i++)
        db_bind_text(s, 1 + (int)i, texts[i].ptr ? texts[i] : STR(""));
    db_bind_int(s, 7, m->added);
}

Status model_row_save(Db *db, const ModelRow *m, int64_t *out_id, Err *err)
{
    SCOPED_STMT(s);
    bool row;
    TRY(db_query(db,
                 "INSERT INTO model (workspace_id, name, provider, address, model, key_env, "
                 "settings, added, created) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
                 "ON CONFLICT (workspace_id, name) DO UPDATE SET "
                 KEPT_OR_NEW("provider") KEPT_OR_NEW("address") KEPT_OR_NEW("model")
                 KEPT_OR_NEW("key_env") KEPT_OR_NEW("settings")
                 "added = CASE WHEN model.added = 1 THEN 1 ELSE excluded.added END "
                 "RETURNING id",
                 &s, err));
    bind_model(s, m);
    db_bind_int(s, 8, clock_unix_ms());
    TRY(db_next(s, &row, err));
    *out_id = db_int(s, 0);
    return OK;
}

Status model_row_find(Db *db, Str name, Arena *arena, ModelRow *out, bool *found, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db, "SELECT " MODEL_COLUMNS "WHERE name = ?1", &s, err));
    db_bind_text(s, 1, name);
    TRY(db_next(s, found, err));
    if (*found)
        *out = read_model(s, arena);
    return OK;
}

Status model_row_list(Db *db, Arena *arena, ModelRows *out, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db, "SELECT " MODEL_COLUMNS "WHERE added = 1 ORDER BY name", &s, err));
    for (;;) {
        bool row;
        TRY(db_next(s, &row, err));
        if (!row)
            return OK;
        vec_push(arena, out, read_model(s, arena));
    }
}

Status model_row_remove(Db *db, Str name, Err *err)
{
    SCOPED_STMT(s);
    bool row;
    TRY(db_query(db, "UPDATE model SET added = 0 WHERE name = ?1 AND added = 1 RETURNING id", &s,
                 err));
    db_bind_text(s, 1, name);
    TRY(db_next(s, &row, err));
    if (!row)
        return err_set(err, E_MISSING,
                       "there is no model \"" STR_FMT "\"; \"assay model list\" shows them",
                       STR_ARG(name));
    return OK;
}
