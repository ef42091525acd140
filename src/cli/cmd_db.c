/* cmd_db.c - assay db: looking after the database itself. */
#include "cli/app.h"
#include "core/store.h"

static Status migrate(App *app, void *options, const StrList *arguments, Err *err)
{
    Db *db;
    (void)options;
    if (arguments->len)
        return err_set(err, E_USAGE, "db migrate takes no arguments; --db names the database");
    TRY(store_exists(app->db_url, err));
    TRY(store_open(app->db_url, &db, err));
    db_close(db);
    fprintf(app->info, "%s\n",
            trf(app, app->arena, T_MIGRATED, store_shown(app->arena, app->db_url).ptr).ptr);
    return OK;
}

const Command cmd_db_migrate = {.name = "db migrate", .help = T_HELP_DB_MIGRATE, .run = migrate};
