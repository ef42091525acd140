/* hub_read.c - descriptions and lists of files as JSON. */
#include "cli/hub_read.h"

#include "base/json.h"

bool hub_path_is_safe(Str path)
{
    if (!path.len || path.len > 1024 || path.ptr[0] == '/')
        return false;
    for (size_t i = 0; i < path.len; i++)
        if ((unsigned char)path.ptr[i] < 0x20 || path.ptr[i] == '\\')
            return false;
    for (Str rest = path; rest.ptr && rest.len;) {
        Str step = str_split(&rest, '/');
        if (!step.len || step.ptr[0] == '.')
            return false;
    }
    return true;
}

static Status add_files(const Json *tree, Arena *arena, HubFiles *out, Err *err)
{
    if (tree->type != JSON_ARRAY)
        return err_set(err, E_REMOTE, "the hub's list of files is no list");
    for (uint32_t i = 0; i < tree->len; i++) {
        const Json *entry = &tree->items[i], *lfs = json_get(entry, "lfs");
        Str path = json_text(json_get(entry, "path"));
        if (!str_eqc(json_text(json_get(entry, "type")), "file") || !hub_path_is_safe(path))
            continue; /* folders, hidden files, and what is nobody's business */
        if (out->len == HUB_MOST_FILES)
            return err_set(err, E_LIMIT, "the data set has more than %d files", HUB_MOST_FILES);
        HubFile file = {.path = str_copy(arena, path),
                        .sha256 = str_copy(arena, json_text(json_get(lfs, "oid"))),
                        .size = json_int(json_get(entry, "size"), -1)};
        if (!lfs)
            file.blob = str_copy(arena, json_text(json_get(entry, "oid")));
        vec_push(arena, out, file);
    }
    return OK;
}

Status hub_read_commit(Str body, Arena *arena, Str *commit, Err *err)
{
    SCOPED_ARENA(scratch);
    Json info;
    if (json_parse(&scratch, body, &info, err) != OK)
        return err_wrap(err, "the hub's description is no JSON");
    Str sha = json_text(json_get(&info, "sha"));
    if (!hub_path_is_safe(sha) || sha.len > 64 || str_find_char(sha, '/') >= 0)
        return err_set(err, E_REMOTE, "the hub does not say which commit that is");
    *commit = str_copy(arena, sha);
    return OK;
}

Status hub_read_tree(Str body, Arena *arena, HubFiles *out, Err *err)
{
    SCOPED_ARENA(scratch);
    Json tree;
    if (json_parse(&scratch, body, &tree, err) != OK)
        return err_wrap(err, "the hub's list of files is no JSON");
    return add_files(&tree, arena, out, err);
}
