/* cmd_dataset_pull.c - assay dataset pull: a data set of a hub, below the data folder.
 *
 *     DATA/ORG/NAME/CONFIG/SPLIT.EXT       what tasks read
 *     DATA/ORG/NAME/.hub/COMMIT/...        the files as fetched; a second pull fetches none twice
 *     DATA/ORG/NAME/.hub/source.json       hub, revision, commit, files with size and checksum */
#include "base/file.h"
#include "base/limits.h"
#include "cli/app.h"
#include "cli/hub_configs.h"
#include "task/task.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Options {
    Str revision, config, split, endpoint;
} Options;

static const Option pull_options[] = {
    {"revision", 0, OPT_TEXT, offsetof(Options, revision), "REV", "branch, tag or commit (main)",
     "分支、标签或提交（默认 main）"},
    {"config", 0, OPT_TEXT, offsetof(Options, config), "NAME", "only this part of the data set",
     "只取该子集"},
    {"split", 0, OPT_TEXT, offsetof(Options, split), "NAME", "only this split", "只取该切分"},
    {"endpoint", 0, OPT_TEXT, offsetof(Options, endpoint), "URL",
     "address of the hub or a mirror (HF_ENDPOINT, or https://huggingface.co)",
     "站点或镜像地址（默认取 HF_ENDPOINT，否则 https://huggingface.co）"},
    {0},
};

typedef struct Pull {
    App *app;
    Hub *hub;
    Str repository, revision, commit, folder, store; /* store: .hub/COMMIT */
    Json files;                                      /* as in source.json */
    Err *err;
} Pull;

/* Makes the folders above `path`. */
static Status make_folders(Arena *arena, Str path, Err *err)
{
    for (size_t i = 1; i < path.len; i++)
        if (path.ptr[i] == '/' && mkdir(str_z(arena, str_slice(path, 0, i)), 0777) != 0 &&
            errno != EEXIST)
            return err_set(err, E_IO, "could not make the folder \"" STR_FMT "\": %s",
                           STR_ARG(str_slice(path, 0, i)), strerror(errno));
    return OK;
}

/* All in one folder: '/' becomes '+', and what could be taken for that is escaped, so that no two
 * paths have one name. */
static const char *stored_path(const Pull *p, const HubFile *file)
{
    StrBuf flat = strbuf_make(p->app->arena, file->path.len * 3);
    for (size_t i = 0; i < file->path.len; i++) {
        char c = file->path.ptr[i];
        if (c == '+' || c == '%')
            strbuf_addf(&flat, "%%%02X", (unsigned)c);
        else if (c == '/')
            strbuf_addc(&flat, '+');
        else
            strbuf_addc(&flat, c);
    }
    return path_join(p->app->arena, p->store, strbuf_str(&flat));
}

static Status fetch(Pull *p, const HubFile *file)
{
    const char *path = stored_path(p, file);
    struct stat st;
    TRY(make_folders(p->app->arena, str_from(path), p->err));
    bool there = stat(path, &st) == 0 && (file->size < 0 || st.st_size == file->size);
    if (!there) {
        if (!p->app->quiet)
            fprintf(p->app->info, STR_FMT " (%lld)\n", STR_ARG(file->path), (long long)file->size);
        TRY(hub_fetch(p->hub, p->repository, p->commit, file, path, p->err));
    }
    for (uint32_t i = 0; i < p->files.len; i++) /* of two configs */
        if (str_eq(json_text(json_get(&p->files.items[i], "path")), file->path))
            return OK;
    Json entry = {.type = JSON_OBJECT};
    json_set(p->app->arena, &entry, STR("path"), json_str(file->path));
    json_set(p->app->arena, &entry, STR("size"), json_integer(p->app->arena, file->size));
    json_set(p->app->arena, &entry, file->sha256.len ? STR("sha256") : STR("git_blob"),
             json_str(file->sha256.len ? file->sha256 : file->blob));
    json_append(p->app->arena, &p->files, entry);
    return OK;
}

/* Several shards become one file of JSON lines. */
static Status join_shards(Pull *p, const HubPart *part, const char *path)
{
    StrBuf out = strbuf_make(NULL, 8 * GIB);
    Status status = OK;
    for (size_t i = 0; i < part->shards.len && status == OK; i++) {
        SCOPED_ARENA(arena);
        DataFile *file = NULL;
        status = datafile_open(&arena, stored_path(p, &part->shards.items[i]), &file, p->err);
        const Docs *docs = status == OK ? datafile_docs(file) : NULL;
        for (size_t k = 0; status == OK && k < docs->len; k++) {
            SCOPED_ARENA(scratch);
            Json record;
            status = docs->get(docs, k, &scratch, &record, p->err);
            if (status == OK) {
                strbuf_add(&out, json_dump(&scratch, &record));
                strbuf_addc(&out, '\n');
            }
        }
        datafile_close(file);
    }
    if (status == OK)
        status = strbuf_check(&out, "the joined split", p->err);
    if (status == OK)
        status = file_write(path, strbuf_str(&out), p->err);
    strbuf_free(&out);
    return status;
}

/* The one shard under its name for tasks: the same file where links are possible. */
static Status place_shard(Pull *p, const HubFile *file, const char *path)
{
    const char *from = stored_path(p, file);
    Str content;
    SCOPED_ARENA(arena);
    unlink(path);
    if (link(from, path) == 0)
        return OK;
    TRY(file_read(&arena, from, LIMIT_JSON_DOCUMENT, &content, p->err));
    return file_write(path, content, p->err);
}

static Status place(Pull *p, const HubPart *part, Str config)
{
    Arena *a = p->app->arena;
    bool joined = part->shards.len > 1;
    Str ext = joined ? STR("jsonl") : part->ext;
    Str path =
        str_printf(a, "%.*s/%.*s/%.*s.%.*s", (int)p->folder.len, p->folder.ptr, (int)config.len,
                   config.ptr, (int)part->split.len, part->split.ptr, (int)ext.len, ext.ptr);
    TRY(make_folders(a, path, p->err));
    if (joined)
        TRY(join_shards(p, part, path.ptr));
    else
        TRY(place_shard(p, &part->shards.items[0], path.ptr));
    if (!p->app->json)
        fprintf(p->app->out, "%s\n", path.ptr);
    return OK;
}

static Status write_source(Pull *p, Str endpoint)
{
    Arena *a = p->app->arena;
    Json o = {.type = JSON_OBJECT};
    json_set(a, &o, STR("hub"), json_str(endpoint));
    json_set(a, &o, STR("dataset"), json_str(p->repository));
    json_set(a, &o, STR("revision"), json_str(p->revision));
    json_set(a, &o, STR("commit"), json_str(p->commit));
    json_set(a, &o, STR("files"), p->files);
    if (p->app->json)
        app_print_json(p->app, &o);
    return file_write(path_join(a, p->folder, STR(".hub/source.json")), json_dump(a, &o), p->err);
}

/* As the README declares, else by the names of the files. */
static Status find_parts(Pull *p, const Options *o, const HubFiles *files, HubParts *out)
{
    Arena *a = p->app->arena;
    for (size_t i = 0; i < files->len; i++) {
        Str readme;
        const HubFile *f = &files->items[i];
        if (!str_eqc(f->path, "README.md") || f->size > (int64_t)LIMIT_YAML_FILE)
            continue;
        TRY(fetch(p, f));
        TRY(file_read(a, stored_path(p, f), LIMIT_YAML_FILE, &readme, p->err));
        if (hub_has_configs(readme))
            return hub_configs(readme, files, o->config, o->split, a, out, p->err);
    }
    hub_parts(files, o->config, o->split, a, out);
    return OK;
}

static Status pull_from(Pull *p, const Options *o, Str endpoint)
{
    HubFiles files = {0};
    HubParts parts = {0};
    Arena *a = p->app->arena;
    TRY(hub_list(p->hub, p->repository, p->revision, &p->commit, &files, p->err));
    p->store = str_printf(a, "%.*s/.hub/%.*s", (int)p->folder.len, p->folder.ptr,
                          (int)p->commit.len, p->commit.ptr);
    TRY(find_parts(p, o, &files, &parts));
    if (!parts.len)
        return err_set(p->err, E_MISSING,
                       "data set \"" STR_FMT "\" has no such data files (%zu files in all); tasks "
                       "read .jsonl, .json, .csv, .tsv and .parquet",
                       STR_ARG(p->repository), files.len);
    for (size_t i = 0; i < parts.len; i++)
        for (size_t k = 0; k < parts.items[i].shards.len; k++)
            TRY(fetch(p, &parts.items[i].shards.items[k]));
    for (size_t i = 0; i < parts.len; i++) {
        const HubPart *part = &parts.items[i];
        TRY(place(p, part, part->config));
        if (part->is_default && !str_eqc(part->config, "default")) /* tasks that name none */
            TRY(place(p, part, STR("default")));
    }
    return write_source(p, endpoint);
}

/* "ORG/NAME": what is part of paths here and there. */
static bool is_repository(Str name)
{
    size_t slashes = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        slashes += c == '/';
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && !strchr("/-_.", c))
            return false;
    }
    return name.len && slashes <= 1 && name.ptr[0] != '.' && name.ptr[0] != '/' &&
           str_find(name, STR("/.")) < 0 && name.ptr[name.len - 1] != '/';
}

static Status pull(App *app, void *options, const StrList *arguments, Err *err)
{
    const Options *o = options;
    if (arguments->len != 1 || !is_repository(arguments->items[0]))
        return err_set(err, E_USAGE, "which data set of the hub? Give ORG/NAME");
    Str endpoint = o->endpoint.len ? o->endpoint : str_from(getenv("HF_ENDPOINT"));
    endpoint = endpoint.len ? endpoint : STR("https://huggingface.co");
    Pull p = {.app = app,
              .repository = arguments->items[0],
              .revision = o->revision.len ? o->revision : STR("main"),
              .files = {.type = JSON_ARRAY},
              .err = err};
    p.folder = str_from(
        path_join(app->arena, app->data.len ? app->data.items[0] : STR("data"), p.repository));
    TRY(hub_open(app->arena, endpoint, str_from(getenv("HF_TOKEN")), app->stop, &p.hub, err));
    Status status = pull_from(&p, o, endpoint);
    hub_close(p.hub);
    return status;
}

const Command cmd_dataset_pull = {.name = "dataset pull",
                                  .arguments = "ORG/NAME",
                                  .help = T_HELP_DATASET_PULL,
                                  .options = pull_options,
                                  .options_size = sizeof(Options),
                                  .run = pull};
