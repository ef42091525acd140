/* test.h - unit tests as TEST(sentence) blocks that register themselves (over cmocka). */
#ifndef TEST_TEST_H
#define TEST_TEST_H

#include "base/json.h"

#include <math.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

void test_register(const char *file, const char *name, void (*run)(void **test_state_));

#define TEST(name)                                                                                 \
    static void name(void **test_state_);                                                          \
    __attribute__((constructor)) static void register_##name(void)                                 \
    {                                                                                              \
        test_register(__FILE__, #name, name);                                                      \
    }                                                                                              \
    static void name(__attribute__((unused)) void **test_state_)

_Noreturn void test_fail(const char *file, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            test_fail(__FILE__, __LINE__, "%s", #condition);                                       \
    } while (0)

/* The call must succeed; prints the error otherwise. */
#define CHECK_OK(call, err)                                                                        \
    do {                                                                                           \
        if ((call) != OK)                                                                          \
            test_fail(__FILE__, __LINE__, "%s: %s", #call, (err).msg);                             \
    } while (0)

#define CHECK_INT(got, want)                                                                       \
    do {                                                                                           \
        long long got_ = (long long)(got), want_ = (long long)(want);                              \
        if (got_ != want_)                                                                         \
            test_fail(__FILE__, __LINE__, "%s is %lld, want %lld", #got, got_, want_);             \
    } while (0)

#define CHECK_STR(got, want)                                                                       \
    do {                                                                                           \
        Str got_ = (got), want_ = str_from(want);                                                  \
        if (!str_eq(got_, want_))                                                                  \
            test_fail(__FILE__, __LINE__, "%s is \"%.*s\", want \"%.*s\"", #got, (int)got_.len,    \
                      got_.ptr ? got_.ptr : "", (int)want_.len, want_.ptr);                        \
    } while (0)

/* Equal within an absolute tolerance. */
#define CHECK_NEAR(got, want, tolerance)                                                           \
    do {                                                                                           \
        double got_ = (got), want_ = (want);                                                       \
        if (!(fabs(got_ - want_) <= (tolerance)))                                                  \
            test_fail(__FILE__, __LINE__, "%s is %.12g, want %.12g", #got, got_, want_);           \
    } while (0)

/* A path below ../shared, or NULL when that folder is not there (then skip()). */
const char *test_shared(const char *path);
/* A fresh empty folder that is removed when the program ends. */
const char *test_folder(void);

#endif
