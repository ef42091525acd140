/* run.c - runs: adding, finding, claiming. */
#include "core/run.h"

#include "base/clock.h"
#include "base/file.h"

#include <unistd.h>

Status batch_add(Db *db, Str command, Str tree, int64_t *out_id, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query_insert(db,
                        "INSERT INTO batch (workspace_id, command, tree, created) "
                        "VALUES (1, ?1, ?2, ?3)",
                        &s, err));
    db_bind_text(s, 1, command);
    db_bind_text(s, 2, tree);
    db_bind_int(s, 3, clock_unix_ms());
    return db_insert(s, out_id, err);
}

Status batch_tree(Db *db, int64_t batch_id, Arena *arena, Str *out, Err *err)
{
    SCOPED_STMT(s);
    bool row;
    TRY(db_query(db, "SELECT tree FROM batch WHERE id = ?1", &s, err));
    db_bind_int(s, 1, batch_id);
    TRY(db_next(s, &row, err));
    *out = row ? str_copy(arena, db_text(s, 0)) : STR("[]");
    return OK;
}

#define RUN_COLUMNS                                                                                \
    "r.id, r.batch_id, r.model_id, r.version_id, COALESCE(r.fewshot_version_id, 0), m.name, "      \
    "r.task, r.config, r.protocol, r.protocol_hash, r.identity, r.settings, r.n_items, "           \
    "r.n_repeats, r.state, r.stop_reason, r.owner, r.program, r.created, r.finished, "             \
    "d.name, d.split, v.number "                                                                   \
    "FROM run r JOIN model m ON m.id = r.model_id "                                                \
    "JOIN dataset_version v ON v.id = r.version_id JOIN dataset d ON d.id = v.dataset_id "

static RunRow read_run(DbStmt *s, Arena *arena)
{
    RunRow r = {.id = db_int(s, 0),
                .batch_id = db_int(s, 1),
                .model_id = db_int(s, 2),
                .version_id = db_int(s, 3),
                .fewshot_version_id = db_int(s, 4),
                .n_items = db_int(s, 12),
                .n_repeats = db_int(s, 13),
                .created = db_int(s, 18),
                .finished = db_int(s, 19),
                .version_number = db_int(s, 22)};
    const struct {
        Str *field;
        int column;
    } texts[] = {
        {&r.model, 5},         {&r.task, 6},      {&r.config, 7},    {&r.protocol, 8},
        {&r.protocol_hash, 9}, {&r.identity, 10}, {&r.settings, 11}, {&r.state, 14},
        {&r.stop_reason, 15},  {&r.owner, 16},    {&r.program, 17},  {&r.dataset, 20},
        {&r.split, 21},
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        *texts[i].field = str_copy(arena, db_text(s, texts[i].column));
    return r;
}

static Status read_all(DbStmt *s, Arena *arena, RunRows *out, Err *err)
{
    for (;;) {
        bool row;
        TRY(db_next(s, &row, err));
        if (!row)
            return OK;
        vec_push(arena, out, read_run(s, arena));
    }
}

static Status insert_run(DbStmt *s, const RunRow *r, int64_t *out_id, Err *err)
{
    db_bind_int(s, 1, r->batch_id);
    db_bind_int(s, 2, r->model_id);
    db_bind_int(s, 3, r->version_id);
    if (r->fewshot_version_id)
        db_bind_int(s, 4, r->fewshot_version_id);
    else
        db_bind_null(s, 4);
    const Str texts[] = {r->task,     r->config,   r->protocol, r->protocol_hash,
                         r->identity, r->settings, r->program};
    for (size_t i = 0; i < COUNT(texts); i++)
        db_bind_text(s, 5 + (int)i, texts[i].ptr ? texts[i] : STR(""));
    db_bind_int(s, 12, r->n_items);
    db_bind_int(s, 13, r->n_repeats);
    db_bind_int(s, 14, clock_unix_ms());
    return db_insert(s, out_id, err);
}

Status run_add(Db *db, const RunRow *r, int64_t *out_id, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query_insert(
        db,
        "INSERT INTO run (workspace_id, batch_id, model_id, version_id, "
        "fewshot_version_id, task, config, protocol, protocol_hash, identity, settings, "
        "program, n_items, n_repeats, state, stop_reason, owner, created, finished) "
        "VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 'stopped', "
        "'', '', ?14, 0)",
        &s, err));
    return insert_run(s, r, out_id, err);
}

Status run_get(Db *db, int64_t id, Arena *arena, RunRow *out, Err *err)
{
    SCOPED_STMT(s);
    bool row;
    TRY(db_query(db, "SELECT " RUN_COLUMNS "WHERE r.id = ?1", &s, err));
    db_bind_int(s, 1, id);
    TRY(db_next(s, &row, err));
    if (!row)
        return err_set(err, E_MISSING, "there is no run %lld; \"assay runs\" shows them",
                       (long long)id);
    *out = read_run(s, arena);
    return OK;
}

Status run_list(Db *db, Str model, Str task, int64_t limit, Arena *arena, RunRows *out, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db,
                 "SELECT " RUN_COLUMNS "WHERE (?1 = '' OR m.name = ?1) AND "
                 "(?2 = '' OR r.task = ?2) ORDER BY r.id DESC LIMIT ?3",
                 &s, err));
    db_bind_text(s, 1, model.ptr ? model : STR(""));
    db_bind_text(s, 2, task.ptr ? task : STR(""));
    db_bind_int(s, 3, limit);
    return read_all(s, arena, out, err);
}

Status run_list_batch(Db *db, int64_t batch_id, Arena *arena, RunRows *out, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db, "SELECT " RUN_COLUMNS "WHERE r.batch_id = ?1 ORDER BY r.id", &s, err));
    db_bind_int(s, 1, batch_id);
    return read_all(s, arena, out, err);
}

Status run_find(Db *db, Str identity, Arena *arena, RunRow *out, bool *found, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db, "SELECT " RUN_COLUMNS "WHERE r.identity = ?1 ORDER BY r.id DESC LIMIT 1", &s,
                 err));
    db_bind_text(s, 1, identity);
    TRY(db_next(s, found, err));
    if (*found)
        *out = read_run(s, arena);
    return OK;
}

/* Start time of a process in clock ticks, from /proc; empty when it is not running. A
 * process id alone may belong to another process by now. */
static Str process_start(Arena *arena, int64_t pid)
{
    Str stat;
    const char *path = str_printf(arena, "/proc/%lld/stat", (long long)pid).ptr;
    if (file_read(arena, path, 8192, &stat, NULL) != OK)
        return (Str){0};
    stat = str_after(stat, (size_t)(str_rfind_char(stat, ')') + 2));
    Str field = {0};
    for (int i = 3; i <= 22; i++)
        field = str_split(&stat, ' ');
    return field;
}

Str run_owner(Arena *arena)
{
    char host[128] = "localhost";
    gethostname(host, sizeof host - 1);
    Str start = process_start(arena, getpid());
    return str_printf(arena, "%s:%d:%.*s", host, (int)getpid(), (int)start.len,
                      start.ptr ? start.ptr : "");
}

/* Whether the process named by an owner text is known to have ended. */
static bool has_ended(Arena *arena, Str owner)
{
    char host[128] = "localhost";
    gethostname(host, sizeof host - 1);
    Str its_host = str_split(&owner, ':'), pid = str_split(&owner, ':');
    int64_t id;
    if (!str_eqc(its_host, host) || !str_to_int(pid, &id))
        return false;
    return !str_eq(process_start(arena, id), owner);
}

static Status refuse_claim(const RunRow *run, Err *err)
{
    return err_set(err, E_CONFLICT,
                   "run %lld is being worked on by process " STR_FMT
                   "; wait for it or stop it first",
                   (long long)run->id, STR_ARG(run->owner));
}

/* Only while the owner is who it was when we looked: on PostgreSQL two processes may look at
 * the same moment. */
static Status set_owner(Db *db, const RunRow *seen, int64_t batch_id, Str owner, Err *err)
{
    SCOPED_STMT(s);
    bool taken;
    TRY(db_query(db,
                 "UPDATE run SET owner = ?2, state = 'running', stop_reason = '', batch_id = ?3 "
                 "WHERE id = ?1 AND owner = ?4 RETURNING id",
                 &s, err));
    db_bind_int(s, 1, seen->id);
    db_bind_text(s, 2, owner);
    db_bind_int(s, 3, batch_id);
    db_bind_text(s, 4, seen->owner);
    TRY(db_next(s, &taken, err));
    return taken ? OK : refuse_claim(seen, err);
}

static Status claim(Db *db, int64_t id, int64_t batch_id, Arena *arena, Err *err)
{
    RunRow run;
    TRY(run_get(db, id, arena, &run, err));
    Str me = run_owner(arena);
    if (run.owner.len && !str_eq(run.owner, me) && !has_ended(arena, run.owner))
        return refuse_claim(&run, err);
    return set_owner(db, &run, batch_id, me, err);
}

Status run_claim_within(Db *db, int64_t id, int64_t batch_id, Err *err)
{
    SCOPED_ARENA(a);
    return claim(db, id, batch_id, &a, err);
}

Status run_claim(Db *db, int64_t id, int64_t batch_id, Err *err)
{
    TRY(db_begin(db, err));
    Status status = run_claim_within(db, id, batch_id, err);
    if (status == OK)
        status = db_commit(db, err);
    if (status != OK)
        db_rollback(db);
    return status;
}

Status run_release(Db *db, int64_t id, const char *state, Str reason, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db,
                 "UPDATE run SET owner = '', state = ?2, stop_reason = ?3, finished = ?4 "
                 "WHERE id = ?1",
                 &s, err));
    db_bind_int(s, 1, id);
    db_bind_text(s, 2, str_from(state));
    db_bind_text(s, 3, reason.ptr ? reason : STR(""));
    db_bind_int(s, 4, str_eqc(str_from(state), "finished") ? clock_unix_ms() : 0);
    return db_run(s, err);
}

Status run_set_scoring(Db *db, const RunRow *r, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db,
                 "UPDATE run SET config = ?2, protocol = ?3, protocol_hash = ?4, identity = ?5, "
                 "program = ?6 WHERE id = ?1",
                 &s, err));
    db_bind_int(s, 1, r->id);
    const Str texts[] = {r->config, r->protocol, r->protocol_hash, r->identity, r->program};
    for (size_t i = 0; i < COUNT(texts); i++)
        db_bind_text(s, 2 + (int)i, texts[i]);
    return db_run(s, err);
}

static Status delete_parts(Db *db, int64_t id, Err *err)
{
    static const char *const steps[] = {
        "DELETE FROM judgement WHERE sample_id IN (SELECT id FROM sample WHERE run_id = ?1)",
        "DELETE FROM sample WHERE run_id = ?1",
        "DELETE FROM run WHERE id = ?1",
    };
    for (size_t i = 0; i < COUNT(steps); i++) {
        SCOPED_STMT(s);
        TRY(db_query(db, steps[i], &s, err));
        db_bind_int(s, 1, id);
        TRY(db_run(s, err));
    }
    return OK;
}

Status run_delete(Db *db, int64_t id, Err *err)
{
    TRY(db_begin(db, err));
    Status status = delete_parts(db, id, err);
    if (status == OK)
        status = db_commit(db, err);
    if (status != OK)
        db_rollback(db);
    return status;
}
