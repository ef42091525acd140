/* recorded.c - the recorded provider: answers from a file of earlier outputs.
 *
 * One JSON object a line: {"id": ..., "output": ..., "model": ...}; other members are
 * ignored. Only the places of the lines are kept in memory:
 *
 *     id -> Record{offset, len} -> next one of the same id (a repeated sample)
 *
 * A file with several models is read with the model's name behind a '#'. */
#include "base/file.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "model/inline_reply.h"
#include "model/providers.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

typedef struct Record {
    off_t offset;
    size_t len;
    struct Record *next, *last; /* last: kept in the first of an id */
} Record;

typedef struct Recorded {
    int fd;
    const char *path;
    Map by_id;
    Map models; /* the names that were seen */
} Recorded;

/* ---- indexing ---- */

static bool same_model(Str wanted, const Json *record)
{
    return !wanted.len || str_eq(json_text(json_get(record, "model")), wanted);
}

static Str id_text(const Json *record)
{
    const Json *id = json_get(record, "id");
    return json_is(id, JSON_NUMBER) ? id->text : json_text(id);
}

static Status index_line(Recorded *f, Str line, off_t offset, Str wanted, Arena *arena, Err *err)
{
    SCOPED_ARENA(work);
    Json record;
    TRY(json_parse(&work, line, &record, err));
    Str id = id_text(&record), name = json_text(json_get(&record, "model"));
    if (!json_is(&record, JSON_OBJECT) || !json_get(&record, "output"))
        return err_set(err, E_PARSE, "no member \"output\"");
    if (!id.len)
        return err_set(err, E_PARSE, "no member \"id\" (a text or a number)");
    if (name.len && !map_has(&f->models, name))
        map_set(arena, &f->models, str_copy(arena, name), f);
    if (!same_model(wanted, &record))
        return OK;
    Record *r = ARENA_NEW(arena, Record), *first = map_get(&f->by_id, id);
    *r = (Record){.offset = offset, .len = line.len};
    if (!first) {
        map_set(arena, &f->by_id, str_copy(arena, id), r);
        r->last = r;
    } else {
        first->last->next = r;
        first->last = r;
    }
    return OK;
}

/* What is read while indexing; `line` is the part of a line that has come so far. */
typedef struct Indexing {
    Recorded *file;
    Arena *arena;
    Str wanted;
    StrBuf line;
    size_t number; /* of the line, from 1 */
    off_t offset;  /* of the line */
} Indexing;

static Status end_line(Indexing *x, Err *err)
{
    Str line = strbuf_str(&x->line);
    Status status = strbuf_check(&x->line, "the line", err);
    if (status == OK && str_trim(line).len)
        status = index_line(x->file, line, x->offset, x->wanted, x->arena, err);
    if (status != OK)
        return err_wrap(err, "%s:%zu", x->file->path, x->number);
    x->offset += (off_t)line.len + 1;
    x->number++;
    strbuf_clear(&x->line);
    return OK;
}

static Status index_chunk(Indexing *x, Str chunk, Err *err)
{
    for (;;) {
        ptrdiff_t end = str_find_char(chunk, '\n');
        strbuf_add(&x->line, str_slice(chunk, 0, end < 0 ? chunk.len : (size_t)end));
        if (end < 0)
            return OK;
        TRY(end_line(x, err));
        chunk = str_after(chunk, (size_t)end + 1);
    }
}

static Status index_file(Recorded *f, Str wanted, Arena *arena, Str *identity, Err *err)
{
    Hasher *hash = hash_begin(arena);
    Indexing x = {.file = f,
                  .arena = arena,
                  .wanted = wanted,
                  .line = strbuf_make(NULL, LIMIT_RECORD),
                  .number = 1};
    Status status = OK;
    char chunk[1 << 16];
    ssize_t n = 0;
    while (status == OK && (n = read(f->fd, chunk, sizeof chunk)) > 0) {
        Str bytes = {chunk, (size_t)n};
        hash_add(hash, bytes);
        status = index_chunk(&x, bytes, err);
    }
    if (n < 0)
        status = err_set(err, E_IO, "could not read \"%s\": %s", f->path, strerror(errno));
    if (status == OK && x.line.len)
        status = end_line(&x, err);
    strbuf_free(&x.line);
    *identity = hash_hex(arena, hash_end(hash));
    return status;
}

static Status wrong_model(const Recorded *f, Str wanted, Err *err)
{
    SCOPED_ARENA(arena);
    StrBuf names = strbuf_make(&arena, 600);
    for (size_t i = 0; i < f->models.len; i++)
        strbuf_addf(&names, "%s" STR_FMT, i ? ", " : "", STR_ARG(f->models.entries[i].key));
    Str list = strbuf_str(&names);
    if (wanted.len)
        return err_set(err, E_MISSING, "\"%s\" has no outputs of model \"" STR_FMT "\"; it has %s",
                       f->path, STR_ARG(wanted), list.len ? list.ptr : "no model names");
    return err_set(err, E_USAGE,
                   "\"%s\" has outputs of %zu models; add one of them behind a '#': %s", f->path,
                   f->models.len, list.ptr);
}

static Status load(Recorded *f, Str wanted, Arena *arena, Str *identity, Err *err)
{
    TRY(index_file(f, wanted, arena, identity, err));
    if (wanted.len ? !f->by_id.len : f->models.len > 1)
        return wrong_model(f, wanted, err);
    if (!f->by_id.len)
        return err_set(err, E_PARSE, "\"%s\" has no outputs", f->path);
    return OK;
}

Status recorded_models(const char *path, Arena *arena, ModelNames *out, Err *err)
{
    SCOPED_ARENA(scratch);
    Recorded f = {.path = path};
    Str identity;
    f.fd = open(path, O_RDONLY | O_CLOEXEC);
    if (f.fd < 0)
        return err_set(err, E_MISSING, "could not open \"%s\": %s", path, strerror(errno));
    Status status = index_file(&f, (Str){0}, &scratch, &identity, err);
    close(f.fd);
    TRY(status);
    for (size_t i = 0; i < f.models.len; i++)
        vec_push(arena, out, str_copy(arena, f.models.entries[i].key));
    return OK;
}

static Status recorded_open(Arena *arena, const ModelSpec *spec, Model *model, Err *err)
{
    Recorded *f = ARENA_NEW(arena, Recorded);
    f->path = str_z(arena, spec->address);
    f->fd = open(f->path, O_RDONLY | O_CLOEXEC);
    if (f->fd < 0)
        return err_set(err, E_MISSING, "could not open \"%s\": %s", f->path, strerror(errno));
    Status status = load(f, spec->model, arena, &model->identity, err);
    if (status != OK) {
        close(f->fd);
        return status;
    }
    if (!model->spec.model.len && f->models.len == 1)
        model->spec.model = f->models.entries[0].key;
    model->private_data = f;
    return OK;
}

static void recorded_close(Model *model)
{
    Recorded *f = model->private_data;
    close(f->fd);
}

/* ---- answering ---- */

static bool read_record(const Recorded *f, const Record *r, Arena *arena, Json *out)
{
    char *bytes = arena_alloc(arena, r->len + 1);
    for (size_t at = 0; at < r->len;) {
        ssize_t n = pread(f->fd, bytes + at, r->len - at, r->offset + (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return json_parse(arena, (Str){bytes, r->len}, out, NULL) == OK;
}

static void answer(const Model *model, void *session, const ModelRequest *request, Arena *arena,
                   ModelReply *out)
{
    (void)session;
    const Recorded *f = model->private_data;
    const Record *r = map_get(&f->by_id, request->item_key);
    for (int i = 0; r && i < request->repeat; i++)
        r = r->next;
    Json record;
    if (!r) {
        *out = inline_failure(arena, "\"%s\" has no output number %d of item \"" STR_FMT "\"",
                              f->path, request->repeat + 1, STR_ARG(request->item_key));
        return;
    }
    if (!read_record(f, r, arena, &record)) {
        *out = inline_failure(arena, "\"%s\" has changed while it was read", f->path);
        return;
    }
    const Json *output = json_get(&record, "output");
    if (!output || output->type == JSON_NULL) {
        *out = inline_failure(arena, "the recorded output of item \"" STR_FMT "\" is null",
                              STR_ARG(request->item_key));
        return;
    }
    *out = inline_reply(REPLY_OK);
    out->text = json_is(output, JSON_STRING) ? output->text : json_dump(arena, output);
    out->finish = FINISH_STOP;
    out->served_model = model->spec.model;
}

const Provider provider_recorded = {
    .name = "recorded",
    .help = "outputs made earlier, a JSON object with id and output a line",
    .open = recorded_open,
    .close = recorded_close,
    .can_generate = true,
    .has_chat = true,
    .answer = answer,
};
