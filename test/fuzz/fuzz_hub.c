/* fuzz_hub.c - any bytes as what a hub says: the description, the list of files, the README. What
 * comes of it stays below the folder. Input: three pieces between zero bytes. */
#include "cli/hub_configs.h"
#include "cli/hub_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_component(Str name)
{
    if (!hub_path_is_safe(name) || memchr(name.ptr, '/', name.len))
        abort();
}

static void check_parts(const HubParts *parts)
{
    for (size_t i = 0; i < parts->len; i++) {
        const HubPart *p = &parts->items[i];
        check_component(p->config);
        check_component(p->split);
        if (!p->shards.len || !p->ext.len)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Str rest = {(const char *)data, size}, commit;
    Str description = str_split(&rest, '\0'), tree = str_split(&rest, '\0'), readme = rest;
    HubFiles files = {0};
    HubParts by_name = {0}, declared = {0};
    if (hub_read_commit(description, &a, &commit, &err) == OK)
        check_component(commit);
    if (hub_read_tree(tree, &a, &files, &err) != OK)
        files.len = 0;
    for (size_t i = 0; i < files.len; i++)
        if (!hub_path_is_safe(files.items[i].path))
            abort();
    hub_parts(&files, (Str){0}, (Str){0}, &a, &by_name);
    check_parts(&by_name);
    if (hub_has_configs(readme) &&
        hub_configs(readme, &files, (Str){0}, (Str){0}, &a, &declared, &err) == OK)
        check_parts(&declared);
    return 0;
}
