/* store.c - numbered migrations from sql/, and zstd packing. */
#include "core/store.h"

#include "base/asset.h"
#include "base/clock.h"
#include "base/limits.h"

#include <zstd.h>

enum { PACK_FROM = 2048, PACK_LEVEL = 1 };

Str store_shown(Arena *arena, const char *url)
{
    Str u = str_from(url);
    ptrdiff_t scheme = str_find(u, STR("://")), at = str_rfind_char(u, '@');
    if (scheme < 0 || at < scheme)
        return str_copy(arena, u);
    Str user = str_slice(u, (size_t)scheme + 3, (size_t)at);
    ptrdiff_t colon = str_find_char(user, ':');
    if (colon < 0)
        return str_copy(arena, u);
    return str_printf(arena, "%.*s:***%s", (int)(scheme + 3 + colon), url, url + at);
}

static Status create_version_table(Db *db, Err *err)
{
    return db_script(db,
                     STR("CREATE TABLE IF NOT EXISTS schema_version ("
                         "number BIGINT PRIMARY KEY, applied BIGINT NOT NULL)"),
                     err);
}

static Status current_version(Db *db, int64_t *out, Err *err)
{
    SCOPED_STMT(s);
    bool row;
    TRY(db_query(db, "SELECT COALESCE(MAX(number), 0) FROM schema_version", &s, err));
    TRY(db_next(s, &row, err));
    *out = row ? db_int(s, 0) : 0;
    return OK;
}

/* sql/0001_core.sql -> 1; 0 when the asset is no migration. */
static int64_t migration_number(Str name)
{
    int64_t number;
    if (!str_starts(name, STR("sql/")) || !str_to_int(str_slice(name, 4, 8), &number))
        return 0;
    return number;
}

static int64_t newest_known(void)
{
    int64_t newest = 0;
    Str name, content;
    for (size_t i = 0; asset_at(i, &name, &content); i++)
        if (migration_number(name) > newest)
            newest = migration_number(name);
    return newest;
}

static Status apply(Db *db, int64_t number, Str sql, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_script(db, sql, err));
    TRY(db_query(db, "INSERT INTO schema_version (number, applied) VALUES (?1, ?2)", &s, err));
    db_bind_int(s, 1, number);
    db_bind_int(s, 2, clock_unix_ms());
    return db_run(s, err);
}

static Status check_not_newer(int64_t version, const char *url, Err *err)
{
    SCOPED_ARENA(a);
    if (version > newest_known())
        return err_set(err, E_CONFLICT,
                       "database \"%s\" has schema version %lld, this program knows %lld; "
                       "use a newer assay",
                       store_shown(&a, url).ptr, (long long)version, (long long)newest_known());
    return OK;
}

/* All missing migrations in one transaction: another process either sees none or all. Two that
 * begin at once do it one after the other: else both would make the same tables. */
static Status migrate(Db *db, const char *url, Err *err)
{
    int64_t version;
    TRY(db_begin(db, err));
    TRY(db_lock_out(db, err));
    TRY(create_version_table(db, err));
    TRY(current_version(db, &version, err));
    TRY(check_not_newer(version, url, err));
    for (int64_t next = version + 1; next <= newest_known(); next++) {
        Str name, content;
        for (size_t i = 0; asset_at(i, &name, &content); i++)
            if (migration_number(name) == next)
                TRY(apply(db, next, content, err));
    }
    return db_commit(db, err);
}

/* True when the version can be read and is the newest: then nothing needs a write lock. */
static bool is_current(Db *db)
{
    int64_t version;
    return current_version(db, &version, NULL) == OK && version == newest_known();
}

Status store_open(const char *url, Db **out, Err *err)
{
    Db *db;
    TRY(db_open(url, &db, err));
    Status status = is_current(db) ? OK : migrate(db, url, err);
    if (status != OK) {
        db_close(db);
        return status;
    }
    *out = db;
    return OK;
}

Status store_open_read(const char *url, Db **out, Err *err)
{
    SCOPED_ARENA(a);
    Db *db;
    int64_t version = 0;
    TRY(db_open_read(url, &db, err));
    Status status = current_version(db, &version, err);
    if (status != OK)
        err_wrap(err, "\"%s\" is not a database of assay", store_shown(&a, url).ptr);
    else
        status = check_not_newer(version, url, err);
    if (status == OK && version < newest_known())
        status = err_set(err, E_CONFLICT,
                         "database \"%s\" has the older schema version %lld; run "
                         "\"assay db migrate\" first",
                         store_shown(&a, url).ptr, (long long)version);
    if (status != OK) {
        db_close(db);
        return status;
    }
    *out = db;
    return OK;
}

Status store_exists(const char *url, Err *err)
{
    SCOPED_ARENA(a);
    Db *db;
    int64_t version;
    TRY(db_open_read(url, &db, err));
    Status status = current_version(db, &version, err);
    db_close(db);
    if (status != OK)
        err_wrap(err, "\"%s\" is not a database of assay", store_shown(&a, url).ptr);
    return status;
}

Str store_pack(Arena *arena, Str text)
{
    if (text.len < PACK_FROM)
        return text.ptr ? text : STR("");
    size_t room = ZSTD_compressBound(text.len);
    char *packed = arena_alloc(arena, room);
    size_t size = ZSTD_compress(packed, room, text.ptr, text.len, PACK_LEVEL);
    return ZSTD_isError(size) || size >= text.len ? text : (Str){packed, size};
}

Status store_unpack(Arena *arena, Str blob, Str *out, Err *err)
{
    if (!str_starts(blob, STR("\x28\xB5\x2F\xFD"))) {
        *out = str_copy(arena, blob);
        return OK;
    }
    unsigned long long size = ZSTD_getFrameContentSize(blob.ptr, blob.len);
    if (size > GIB)
        return err_set(err, E_PARSE, "stored text is damaged");
    char *text = arena_alloc(arena, (size_t)size + 1);
    size_t got = ZSTD_decompress(text, (size_t)size, blob.ptr, blob.len);
    if (ZSTD_isError(got))
        return err_set(err, E_PARSE, "stored text is damaged: %s", ZSTD_getErrorName(got));
    *out = (Str){text, got};
    return OK;
}
