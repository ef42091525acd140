/* dataset_view.c - data set versions for people and scripts. */
#include "cli/dataset_view.h"

#include "base/clock.h"
#include "text/near.h"

Json dataset_version_json(const DatasetVersion *v, Arena *a)
{
    Json o = {.type = JSON_OBJECT}, columns;
    json_set(a, &o, STR("name"), json_str(v->name));
    json_set(a, &o, STR("split"), json_str(v->split));
    json_set(a, &o, STR("version"), json_integer(a, v->number));
    json_set(a, &o, STR("items"), json_integer(a, v->n_items));
    json_set(a, &o, STR("content_hash"), json_str(v->content_hash));
    if (json_parse(a, v->columns, &columns, NULL) == OK)
        json_set(a, &o, STR("columns"), columns);
    json_set(a, &o, STR("source"), json_str(v->source));
    json_set(a, &o, STR("created"), json_str(clock_iso(a, v->created)));
    return o;
}

static Status unknown(Db *db, Str spec, Arena *a, Err *err)
{
    DatasetVersions all = {0};
    Names names = {0};
    Err ignored;
    if (dataset_list(db, a, &all, &ignored) != OK)
        return err->code;
    for (size_t i = 0; i < all.len; i++)
        if (i == 0 || !str_eq(all.items[i].name, all.items[i - 1].name))
            vec_push(a, &names, all.items[i].name);
    Str name = spec;
    name = str_split(&name, '@');
    name = str_split(&name, ':');
    Str near = near_names(a, name, &names);
    return err_set(err, E_MISSING,
                   "there is no data set \"" STR_FMT "\"" STR_FMT
                   "; \"assay dataset list\" shows them",
                   STR_ARG(spec), STR_ARG(near));
}

Status dataset_named(Db *db, Str spec, Arena *a, DatasetVersion *out, Err *err)
{
    Status status = dataset_find(db, spec, a, out, err);
    return status == E_MISSING ? unknown(db, spec, a, err) : status;
}

Status dataset_check_name(Str name, Err *err)
{
    if (str_find_char(name, ':') < 0 && str_find_char(name, '@') < 0)
        return OK;
    return err_set(err, E_USAGE,
                   "the name \"" STR_FMT "\" must not hold \":\" or \"@\": they come before "
                   "the split and the version",
                   STR_ARG(name));
}

void dataset_print_stored(App *app, const DatasetVersion *v, bool added)
{
    Str line = added ? trf(app, app->arena, T_STORED, v->name.ptr, v->split.ptr,
                           (long long)v->number, (long long)v->n_items)
                     : trf(app, app->arena, T_KNOWN_VERSION, (long long)v->number);
    fprintf(app->out, "%s\n", line.ptr);
}

void dataset_print_change(App *app, const DatasetChange *change)
{
    fprintf(app->out, "%s\n",
            trf(app, app->arena, T_DIFFERS, (long long)change->before.number,
                (long long)change->diff.added, (long long)change->diff.removed,
                (long long)change->diff.changed)
                .ptr);
}

Json dataset_change_json(const DatasetChange *change, Arena *a)
{
    Json o = {.type = JSON_OBJECT};
    json_set(a, &o, STR("version"), json_integer(a, change->before.number));
    json_set(a, &o, STR("added"), json_integer(a, change->diff.added));
    json_set(a, &o, STR("removed"), json_integer(a, change->diff.removed));
    json_set(a, &o, STR("changed"), json_integer(a, change->diff.changed));
    return o;
}
