/* report_page.c - makes a report of a document, for the browser test:
 *   tool_report_page html|csv|jsonl DOCUMENT.json > REPORT */
#include "base/file.h"
#include "base/limits.h"
#include "report/report.h"

#include <stdio.h>

static const struct {
    const char *name;
    Status (*make)(const Json *document, StrBuf *out, Err *err);
} kinds[] = {{"html", report_html}, {"csv", report_csv}, {"jsonl", report_jsonl}};

static Status make(const char *kind, const char *path, Arena *arena, Err *err)
{
    Str text;
    Json document;
    StrBuf out = strbuf_make(arena, LIMIT_JSON_DOCUMENT);
    TRY(file_read(arena, path, LIMIT_JSON_DOCUMENT, &text, err));
    TRY(json_parse(arena, text, &document, err));
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (strcmp(kinds[i].name, kind) == 0) {
            TRY(kinds[i].make(&document, &out, err));
            fwrite(out.ptr, 1, out.len, stdout);
            return OK;
        }
    return err_set(err, E_USAGE, "cannot make \"%s\"", kind);
}

int main(int argc, char **argv)
{
    SCOPED_ARENA(arena);
    Err err = {0};
    if (argc != 3)
        return 2;
    if (make(argv[1], argv[2], &arena, &err) == OK)
        return 0;
    fprintf(stderr, "report_page: %s\n", err.msg);
    return 1;
}
