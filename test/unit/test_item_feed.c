/* test_item_feed.c - rows made ready by a thread: order, errors, stopping early. */
#include "test.h"

#include "core/item_feed.h"

typedef struct Numbers {
    size_t fail_at; /* the record that cannot be read; 0: none */
} Numbers;

static Status get_number(void *user, size_t position, Arena *arena, Json *out, Err *err)
{
    const Numbers *n = user;
    if (n->fail_at && position == n->fail_at)
        return err_set(err, E_PARSE, "x.jsonl:%zu: bad", position + 1);
    *out = (Json){.type = JSON_OBJECT};
    json_set(arena, out, STR("id"), json_integer(arena, (int64_t)position));
    return OK;
}

/* Reads until the end, an error, or `most` rows; how many came, in order. */
static size_t read_feed(const ItemSource *source, size_t most, Status *status, Err *err)
{
    SCOPED_ARENA(a);
    ItemFeed *feed = item_feed_start(&a, source);
    size_t count = 0;
    for (*status = OK; *status == OK && count < most;) {
        const ItemRow *rows = NULL;
        size_t n = 0;
        *status = item_feed_next(feed, &rows, &n, err);
        if (!n)
            break;
        for (size_t i = 0; i < n; i++, count++) {
            CHECK_INT(rows[i].position, count);
            CHECK_STR(rows[i].key, str_printf(&a, "%zu", count).ptr);
            CHECK_STR(rows[i].data, str_printf(&a, "{\"id\":%zu}", count).ptr);
        }
    }
    item_feed_stop(feed);
    return count;
}

TEST(item_feed_thread_gives_every_row_in_order)
{
    static const size_t sizes[] = {0, 1, 2000, 2001, 512 * 4, 10000};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        Numbers numbers = {0};
        Err err = {0};
        Status status;
        ItemSource source = {sizes[i], get_number, &numbers};
        CHECK_INT(read_feed(&source, SIZE_MAX, &status, &err), sizes[i]);
        CHECK(status == OK);
    }
}

TEST(item_feed_thread_hands_over_an_error_after_the_rows_before_it)
{
    static const size_t sizes[] = {100, 10000};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        Numbers numbers = {sizes[i] - 1};
        Err err = {0};
        Status status;
        ItemSource source = {sizes[i], get_number, &numbers};
        CHECK(read_feed(&source, SIZE_MAX, &status, &err) <= sizes[i] - 1);
        CHECK(status == E_PARSE);
        CHECK(strstr(err.msg, "x.jsonl") != NULL);
    }
}

TEST(item_feed_thread_ends_when_nobody_wants_more)
{
    Numbers numbers = {0};
    Err err = {0};
    Status status;
    ItemSource source = {100000, get_number, &numbers};
    CHECK(read_feed(&source, 1, &status, &err) >= 1);
    CHECK(status == OK);
}
