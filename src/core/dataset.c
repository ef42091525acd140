/* dataset.c - importing, finding and reading versions. */
#include "core/dataset.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/map.h"
#include "core/item_feed.h"
#include "core/store.h"

/* So many items are worth db_bulk; more would keep readers waiting for too long. */
enum { BULK_FROM = 20000, BULK_TO = 4000000 };

#define VERSION_COLUMNS                                                                            \
    "v.id, v.dataset_id, v.number, v.n_items, v.created, d.name, d.split, v.content_hash, "        \
    "v.source, v.columns FROM dataset_version v JOIN dataset d ON d.id = v.dataset_id "

static DatasetVersion read_version(DbStmt *s, Arena *arena)
{
    return (DatasetVersion){
        .id = db_int(s, 0),
        .dataset_id = db_int(s, 1),
        .number = db_int(s, 2),
        .n_items = db_int(s, 3),
        .created = db_int(s, 4),
        .name = str_copy(arena, db_text(s, 5)),
        .split = str_copy(arena, db_text(s, 6)),
        .content_hash = str_copy(arena, db_text(s, 7)),
        .source = str_copy(arena, db_text(s, 8)),
        .columns = str_copy(arena, db_text(s, 9)),
    };
}

static Status dataset_id_of(Db *db, Str name, Str split, int64_t *out, Err *err)
{
    SCOPED_STMT(s);
    bool row;
    TRY(db_query(db,
                 "INSERT INTO dataset (workspace_id, name, split, created) VALUES (1, ?1, ?2, ?3) "
                 "ON CONFLICT (workspace_id, name, split) DO UPDATE SET name = excluded.name "
                 "RETURNING id",
                 &s, err));
    db_bind_text(s, 1, name);
    db_bind_text(s, 2, split);
    db_bind_int(s, 3, clock_unix_ms());
    TRY(db_next(s, &row, err));
    *out = db_int(s, 0);
    return OK;
}

static Status find_content(Db *db, int64_t dataset_id, Str hash, Arena *arena, DatasetVersion *out,
                           bool *found, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db,
                 "SELECT " VERSION_COLUMNS "WHERE v.dataset_id = ?1 AND v.content_hash = ?2 "
                 "ORDER BY v.number DESC LIMIT 1",
                 &s, err));
    db_bind_int(s, 1, dataset_id);
    db_bind_text(s, 2, hash);
    TRY(db_next(s, found, err));
    if (*found)
        *out = read_version(s, arena);
    return OK;
}

static Status add_version(Db *db, const DatasetVersion *v, int64_t *id, Err *err)
{
    SCOPED_STMT(s);
    bool row;
    TRY(db_query(db,
                 "INSERT INTO dataset_version (dataset_id, number, content_hash, n_items, columns, "
                 "source, created) SELECT ?1, COALESCE(MAX(number), 0) + 1, ?2, ?3, ?4, ?5, ?6 "
                 "FROM dataset_version WHERE dataset_id = ?1 RETURNING id",
                 &s, err));
    db_bind_int(s, 1, v->dataset_id);
    db_bind_text(s, 2, v->content_hash);
    db_bind_int(s, 3, v->n_items);
    db_bind_text(s, 4, v->columns);
    db_bind_text(s, 5, v->source);
    db_bind_int(s, 6, clock_unix_ms());
    TRY(db_next(s, &row, err));
    *id = db_int(s, 0);
    return OK;
}

/* One statement for several rows: the cost of beginning and ending it is a tenth of an import, and
 * with PostgreSQL each is a round trip. */
enum { TOGETHER = 16 };
static const char insert_together[] = "INSERT INTO item (version_id, position, key, data) VALUES "
                                      "(?1, ?2, ?3, ?4), (?1, ?5, ?6, ?7), "
                                      "(?1, ?8, ?9, ?10), (?1, ?11, ?12, ?13), "
                                      "(?1, ?14, ?15, ?16), (?1, ?17, ?18, ?19), "
                                      "(?1, ?20, ?21, ?22), (?1, ?23, ?24, ?25), "
                                      "(?1, ?26, ?27, ?28), (?1, ?29, ?30, ?31), "
                                      "(?1, ?32, ?33, ?34), (?1, ?35, ?36, ?37), "
                                      "(?1, ?38, ?39, ?40), (?1, ?41, ?42, ?43), "
                                      "(?1, ?44, ?45, ?46), (?1, ?47, ?48, ?49) "
                                      "ON CONFLICT (version_id, position) DO NOTHING";
static const char insert_one[] =
    "INSERT INTO item (version_id, position, key, data) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT (version_id, position) DO NOTHING";

/* `n` rows, 1 or TOGETHER. */
static Status insert_rows(Db *db, int64_t version, const ItemRow *rows, size_t n, Err *err)
{
    SCOPED_ARENA(scratch);
    SCOPED_STMT(s);
    TRY(db_query(db, n == TOGETHER ? insert_together : insert_one, &s, err));
    db_bind_int(s, 1, version);
    for (size_t i = 0; i < n; i++) {
        int at = 2 + 3 * (int)i;
        db_bind_int(s, at, rows[i].position);
        db_bind_text(s, at + 1, rows[i].key);
        db_bind_blob(s, at + 2, store_pack(&scratch, rows[i].data));
    }
    return db_run(s, err);
}

/* What can be a key in every database, and be shown. */
static bool is_key(const Json *id)
{
    bool plain = id && (id->type == JSON_STRING || id->type == JSON_NUMBER);
    return plain && id->text.len && id->text.len <= LIMIT_KEY &&
           !memchr(id->text.ptr, 0, id->text.len);
}

/* Spreadsheets name it in their own language. */
static const Json *id_of(const Json *record)
{
    static const char *const names[] = {"id", "题号", "编号", "题目编号"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (is_key(json_get(record, names[i])))
            return json_get(record, names[i]);
    return NULL;
}

/* The record's "id" when it has one, else the first half of its content hash. A repeated
 * key gets "#2", "#3" ..., the first that no other item has. */
static Str item_key(ItemReader *r, Arena *scratch, const Json *record, Str data)
{
    const Json *id = id_of(record);
    Str base = id ? id->text : str_slice(hash_hex(scratch, hash_bytes(data)), 0, 16);
    Str key = base;
    MapEntry *entry = map_put(&r->keep, &r->seen, base);
    uint32_t *uses = &r->uses[entry - r->seen.entries];
    if (*uses == 0) {
        *uses = 1;
    } else {
        do
            key = str_printf(scratch, "%.*s#%u", (int)base.len, base.ptr, ++*uses);
        while (map_has(&r->seen, key));
        entry = map_put(&r->keep, &r->seen, key);
        r->uses[entry - r->seen.entries] = 1;
    }
    entry->key = str_copy(&r->keep, key);
    return key;
}

/* Every item adds one key, so the room is known. */
static void reader_prepare(ItemReader *r)
{
    map_reserve(&r->keep, &r->seen, r->source.n_items);
    r->uses = arena_array(&r->keep, r->source.n_items, sizeof *r->uses);
}

static void note_columns(Arena *arena, Json *columns, const Json *record)
{
    SCOPED_ARENA(scratch);
    Map known = {0};
    for (uint32_t i = 0; i < record->len; i++)
        if (map_set(&scratch, &known, record->members[i].key, columns))
            json_append(arena, columns, json_str(str_copy(arena, record->members[i].key)));
}

enum { MOST_USUAL = 1 << 16 };

/* Records are alike: room for one as long as the last is nearly always enough. */
static Str dump(ItemReader *r, Arena *arena, const Json *record)
{
    StrBuf out = strbuf_make(arena, LIMIT_JSON_DOCUMENT);
    JsonWriter w = json_writer(&out);
    size_t usual = r->usual_len < MOST_USUAL ? r->usual_len : MOST_USUAL;
    strbuf_reserve(&out, usual + usual / 4);
    json_write(&w, record);
    r->usual_len = out.len;
    return strbuf_str(&out);
}

Status item_reader_next(ItemReader *reader, Arena *arena, ItemRow *out, bool *more, Err *err)
{
    Json record;
    *more = reader->next < (int64_t)reader->source.n_items;
    if (!*more)
        return OK;
    TRY(reader->source.get(reader->source.user, (size_t)reader->next, arena, &record, err));
    if (!reader->uses)
        reader_prepare(reader);
    Str data = dump(reader, arena, &record);
    *out = (ItemRow){
        .position = reader->next++,
        .key = item_key(reader, arena, &record, data),
        .data = data,
    };
    return OK;
}

Status dataset_add_items(Db *db, int64_t version_id, const ItemRow *rows, size_t n, Err *err)
{
    for (size_t at = 0, len; at < n; at += len) {
        len = n - at >= TOGETHER ? TOGETHER : 1;
        TRY(insert_rows(db, version_id, rows + at, len, err));
    }
    return OK;
}

/* Rows before `first` are there already. */
static Status insert_from(Db *db, int64_t version, int64_t first, ItemFeed *feed, Err *err)
{
    for (;;) {
        const ItemRow *rows = NULL;
        size_t n = 0, known = 0;
        TRY(item_feed_next(feed, &rows, &n, err));
        if (!n)
            return OK;
        while (known < n && rows[known].position < first)
            known++;
        TRY(dataset_add_items(db, version, rows + known, n - known, err));
    }
}

static Status insert_items(Db *db, int64_t version, int64_t first, const ItemSource *source,
                           Err *err)
{
    SCOPED_ARENA(arena);
    ItemFeed *feed = item_feed_start(&arena, source);
    Status status = insert_from(db, version, first, feed, err);
    item_feed_stop(feed);
    return status;
}

/* How many items are there: they are added in order, so the last one tells. */
static Status count_stored(Db *db, int64_t version, int64_t *out, Err *err)
{
    SCOPED_STMT(s);
    bool row;
    TRY(db_query(db,
                 "SELECT position FROM item WHERE version_id = ?1 ORDER BY position DESC LIMIT 1",
                 &s, err));
    db_bind_int(s, 1, version);
    TRY(db_next(s, &row, err));
    *out = row ? db_int(s, 0) + 1 : 0;
    return OK;
}

static Status columns_of(const ItemSource *source, Arena *arena, Str *out, Err *err)
{
    Json columns = {.type = JSON_ARRAY}, record;
    if (source->n_items) {
        TRY(source->get(source->user, 0, arena, &record, err));
        note_columns(arena, &columns, &record);
    }
    *out = json_dump(arena, &columns);
    return OK;
}

static Status find_or_add(Db *db, DatasetVersion *v, const ItemSource *source, Arena *arena,
                          bool *added, Err *err)
{
    bool found;
    TRY(dataset_id_of(db, v->name, v->split, &v->dataset_id, err));
    TRY(find_content(db, v->dataset_id, v->content_hash, arena, v, &found, err));
    *added = !found;
    if (found)
        return OK;
    TRY(columns_of(source, arena, &v->columns, err));
    v->n_items = (int64_t)source->n_items;
    return add_version(db, v, &v->id, err);
}

static Status import_in_transaction(Db *db, DatasetVersion *v, const ItemSource *source,
                                    Arena *arena, bool *added, Err *err)
{
    int64_t stored;
    TRY(find_or_add(db, v, source, arena, added, err));
    TRY(count_stored(db, v->id, &stored, err));
    return stored < v->n_items ? insert_items(db, v->id, stored, source, err) : OK;
}

static Status end_transaction(Db *db, Status status, Err *err)
{
    if (status == OK)
        status = db_commit(db, err);
    if (status != OK)
        db_rollback(db);
    return status;
}

Status dataset_import(Db *db, const DatasetVersion *wanted, const ItemSource *source, Arena *arena,
                      DatasetVersion *out, bool *added, Err *err)
{
    DatasetVersion v = *wanted;
    bool bulk = source->n_items >= BULK_FROM && source->n_items <= BULK_TO;
    if (bulk)
        db_bulk(db, true);
    Status status = db_begin(db, err);
    if (status == OK)
        status = end_transaction(db, import_in_transaction(db, &v, source, arena, added, err), err);
    if (bulk)
        db_bulk(db, false);
    TRY(status);
    return dataset_get(db, v.id, arena, out, err);
}

Status dataset_begin(Db *db, const DatasetVersion *wanted, const ItemSource *source, Arena *arena,
                     DatasetVersion *out, int64_t *n_stored, Err *err)
{
    DatasetVersion v = *wanted;
    bool added;
    TRY(db_begin(db, err));
    TRY(end_transaction(db, find_or_add(db, &v, source, arena, &added, err), err));
    TRY(count_stored(db, v.id, n_stored, err));
    return dataset_get(db, v.id, arena, out, err);
}

static Status forget(Db *db, const DatasetVersion *v, Err *err)
{
    static const char *const steps[] = {
        "DELETE FROM dataset_version WHERE id = ?1 AND dataset_id = ?2 AND NOT EXISTS "
        "(SELECT 1 FROM item WHERE version_id = ?1) AND NOT EXISTS "
        "(SELECT 1 FROM run WHERE version_id = ?1 OR fewshot_version_id = ?1)",
        "DELETE FROM dataset WHERE id = ?2 AND ?1 > 0 AND NOT EXISTS "
        "(SELECT 1 FROM dataset_version WHERE dataset_id = ?2)",
    };
    for (size_t i = 0; i < COUNT(steps); i++) {
        SCOPED_STMT(s);
        TRY(db_query(db, steps[i], &s, err));
        db_bind_int(s, 1, v->id);
        db_bind_int(s, 2, v->dataset_id);
        TRY(db_run(s, err));
    }
    return OK;
}

Status dataset_forget(Db *db, const DatasetVersion *v, Err *err)
{
    TRY(db_begin(db, err));
    return end_transaction(db, forget(db, v, err), err);
}

Status dataset_list(Db *db, Arena *arena, DatasetVersions *out, Err *err)
{
    SCOPED_STMT(s);
    bool row;
    TRY(db_query(db, "SELECT " VERSION_COLUMNS "ORDER BY d.name, d.split, v.number", &s, err));
    for (;;) {
        TRY(db_next(s, &row, err));
        if (!row)
            return OK;
        vec_push(arena, out, read_version(s, arena));
    }
}

Status dataset_get(Db *db, int64_t version_id, Arena *arena, DatasetVersion *out, Err *err)
{
    SCOPED_STMT(s);
    bool row;
    TRY(db_query(db, "SELECT " VERSION_COLUMNS "WHERE v.id = ?1", &s, err));
    db_bind_int(s, 1, version_id);
    TRY(db_next(s, &row, err));
    if (!row)
        return err_set(err, E_MISSING, "there is no data set version %lld", (long long)version_id);
    *out = read_version(s, arena);
    return OK;
}

/* An import that was interrupted is finished by whoever uses its file again; until then the
 * version is not to be taken for the data set. */
static Status check_whole(Db *db, const DatasetVersion *v, Err *err)
{
    int64_t stored;
    TRY(count_stored(db, v->id, &stored, err));
    if (stored >= v->n_items)
        return OK;
    return err_set(err, E_CONFLICT,
                   "data set \"" STR_FMT "\": only %lld of %lld items are stored, its import was "
                   "interrupted; run that command again, or \"assay dataset import " STR_FMT "\"",
                   STR_ARG(v->name), (long long)stored, (long long)v->n_items, STR_ARG(v->source));
}

Status dataset_find(Db *db, Str spec, Arena *arena, DatasetVersion *out, Err *err)
{
    Str name = spec, split = {0};
    int64_t number = 0;
    ptrdiff_t at = str_rfind_char(spec, '@');
    if (at >= 0 && str_to_int(str_after(spec, (size_t)at + 1), &number))
        name = str_slice(spec, 0, (size_t)at);
    ptrdiff_t colon = str_rfind_char(name, ':');
    if (colon >= 0) {
        split = str_after(name, (size_t)colon + 1);
        name = str_slice(name, 0, (size_t)colon);
    }
    SCOPED_STMT(s);
    bool row;
    TRY(db_query(db,
                 "SELECT " VERSION_COLUMNS "WHERE d.name = ?1 AND (?2 = '' OR d.split = ?2) "
                 "AND (?3 = 0 OR v.number = ?3) ORDER BY v.number DESC, v.id DESC LIMIT 1",
                 &s, err));
    db_bind_text(s, 1, name);
    db_bind_text(s, 2, split.ptr ? split : STR(""));
    db_bind_int(s, 3, number);
    TRY(db_next(s, &row, err));
    if (!row)
        return err_set(err, E_MISSING,
                       "there is no data set \"" STR_FMT "\"; \"assay dataset list\" shows them",
                       STR_ARG(spec));
    *out = read_version(s, arena);
    return check_whole(db, out, err);
}

Status dataset_items(Db *db, int64_t version_id, int64_t first, int64_t limit, Arena *arena,
                     ItemRows *out, Err *err)
{
    SCOPED_STMT(s);
    TRY(db_query(db,
                 "SELECT position, key, data FROM item WHERE version_id = ?1 AND position >= ?2 "
                 "ORDER BY position LIMIT ?3",
                 &s, err));
    db_bind_int(s, 1, version_id);
    db_bind_int(s, 2, first);
    db_bind_int(s, 3, limit);
    for (;;) {
        bool row;
        ItemRow item;
        TRY(db_next(s, &row, err));
        if (!row)
            return OK;
        item.position = db_int(s, 0);
        item.key = str_copy(arena, db_text(s, 1));
        TRY(store_unpack(arena, db_blob(s, 2), &item.data, err));
        vec_push(arena, out, item);
    }
}
