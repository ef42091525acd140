/* fuzz_report.c - whatever a document holds, its lines are JSON and its table is a table. */
#include "base/limits.h"
#include "report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_lines(const Json *document, Arena *arena)
{
    StrBuf out = strbuf_make(arena, 16 * MIB);
    if (report_jsonl(document, &out, NULL) != OK)
        return;
    for (Str rest = strbuf_str(&out); rest.len;) {
        Json value;
        if (json_parse(arena, str_split(&rest, '\n'), &value, NULL) != OK ||
            value.type != JSON_OBJECT)
            abort();
    }
}

/* Cells in one line of CSV, moving `at` past it; a cell must not begin like a formula. */
static size_t count_cells(Str text, size_t *at)
{
    size_t n = 1;
    bool quoted = false, start = true;
    for (; *at < text.len; (*at)++) {
        char c = text.ptr[*at];
        if (start && (c == '=' || c == '@' || (c == '"' && text.ptr[*at + 1] == '=')))
            abort();
        start = false;
        if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted) {
            n++;
            start = true;
        } else if (c == '\n' && !quoted) {
            (*at)++;
            return n;
        }
    }
    abort(); /* the last line has no end, or a quote is open */
}

static void check_table(const Json *document, Arena *arena)
{
    StrBuf out = strbuf_make(arena, 16 * MIB);
    if (report_csv(document, &out, NULL) != OK)
        return;
    size_t at = 3, columns = count_cells(strbuf_str(&out), &at);
    while (at < out.len)
        if (count_cells(strbuf_str(&out), &at) != columns)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(arena);
    Json document;
    if (json_parse(&arena, (Str){(const char *)data, size}, &document, NULL) == OK) {
        check_lines(&document, &arena);
        check_table(&document, &arena);
    }
    return 0;
}
