/* databases.h - fresh databases for tests: a SQLite file, and PostgreSQL when its server is
 * installed (a temporary one is started on a socket in a test folder, once). */
#ifndef TEST_DATABASES_H
#define TEST_DATABASES_H

#include "test.h"

/* URL number `index` of a fresh, empty database; NULL past the last kind. */
const char *test_database(size_t index);

#define FOR_EACH_DATABASE(url)                                                                     \
    for (size_t db_index_ = 0; db_index_ < 2; db_index_++)                                         \
        for (const char *url = test_database(db_index_); url; url = NULL)

#endif
