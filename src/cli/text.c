/* text.c - the table of texts as an array. */
#include "cli/text.h"

#include "base/base.h"

static const char *const texts[N_TEXTS][2] = {
#define TEXT_ROW(id, en, zh) [id] = {en, zh},
    TEXTS(TEXT_ROW)
#undef TEXT_ROW
};

const char *text_of(TextId id, bool chinese)
{
    return texts[id][chinese];
}
