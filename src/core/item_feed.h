/* item_feed.h - a source's records made ready as rows by a thread of its own, ahead of the one
 * that stores them: reading, parsing and writing go on at the same time.
 *
 * source->get is called by that thread alone, from the first record to the last. */
#ifndef CORE_ITEM_FEED_H
#define CORE_ITEM_FEED_H

#include "core/dataset.h"

typedef struct ItemFeed ItemFeed;

ItemFeed *item_feed_start(Arena *arena, const ItemSource *source);

/* The next rows, in order, valid until the next call; *n is 0 at the end. */
Status item_feed_next(ItemFeed *feed, const ItemRow **rows, size_t *n, Err *err) MUST_CHECK;

void item_feed_stop(ItemFeed *feed); /* ends the thread, also before the end */

#endif
