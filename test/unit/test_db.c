/* test_db.c - connections: what is of the engine, not of a table. */
#include "databases.h"

#include "core/store.h"

#include <sys/stat.h>
#include <unistd.h>

/* The log is copied back beside a reader: it sees all, and the closed file holds all. */
TEST(the_log_is_tidied_beside_a_reader)
{
    Db *db, *writer, *another;
    DbStmt *s;
    Err err = {0};
    bool row;
    SCOPED_ARENA(a);
    const char *url = test_database(0);
    CHECK_OK(store_open(url, &db, &err), err);
    CHECK_OK(db_open(url, &writer, &err), err);
    CHECK_OK(db_script(writer, STR("CREATE TABLE filler (t TEXT)"), &err), err);
    for (int i = 0; i < 500; i++)
        CHECK_OK(db_script(writer, STR("INSERT INTO filler VALUES (hex(zeroblob(4000)))"), &err),
                 err);
    CHECK_OK(db_open(url, &another, &err), err);
    db_close(writer);
    struct stat before, after;
    CHECK(stat(url, &before) == 0);
    db_tidy(db);
    db_tidy(db); /* once is enough */
    CHECK_OK(db_query(db, "SELECT SUM(length(t)) FROM filler", &s, &err), err);
    CHECK_OK(db_next(s, &row, &err), err);
    CHECK_INT(db_int(s, 0), 500 * 8000);
    db_done(s);
    db_close(db); /* not the last, so it copies nothing by itself */
    CHECK(stat(url, &after) == 0);
    CHECK(before.st_size < 1000000 && after.st_size > 500 * 8000);
    db_close(another);
    CHECK(access(str_printf(&a, "%s-wal", url).ptr, F_OK) != 0);
    CHECK_OK(db_open_read(url, &db, &err), err);
    CHECK_OK(db_query(db, "SELECT COUNT(*) FROM filler", &s, &err), err);
    CHECK_OK(db_next(s, &row, &err), err);
    CHECK_INT(db_int(s, 0), 500);
    db_done(s);
    db_close(db);
}
