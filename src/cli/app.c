/* app.c - texts, JSON output, options of every command. */
#include "cli/app.h"

#include <stdarg.h>

const Option common_options[] = {
    {"db", 0, OPT_TEXT, offsetof(App, db), "URL", "database: a file or postgres://... (assay.db)",
     "数据库：文件或 postgres://…（默认 assay.db）"},
    {"data", 0, OPT_LIST, offsetof(App, data), "DIR",
     "folder of data sets, or a data file; may be repeated", "评测集目录或数据文件，可重复"},
    {"tasks", 0, OPT_LIST, offsetof(App, tasks), "DIR", "folder of task files; may be repeated",
     "任务文件目录，可重复"},
    {"json", 0, OPT_FLAG, offsetof(App, json), NULL, "print JSON", "以 JSON 输出"},
    {"lang", 0, OPT_TEXT, offsetof(App, lang), "zh|en", "language (by locale)",
     "语言（默认随系统）"},
    {"quiet", 'q', OPT_FLAG, offsetof(App, quiet), NULL, "no progress", "不显示进度"},
    {"help", 'h', OPT_FLAG, offsetof(App, help), NULL, "this help", "显示帮助"},
    {0},
};

const char *tr(const App *app, TextId id)
{
    return text_of(id, app->chinese);
}

/* The formats come from the table in text.h, whose rows are checked by a test. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
Str trf(const App *app, Arena *arena, TextId id, ...)
{
    StrBuf out = strbuf_make(arena, 1 << 16);
    va_list args;
    va_start(args, id);
    strbuf_addv(&out, tr(app, id), args);
    va_end(args);
    return strbuf_str(&out);
}
#pragma GCC diagnostic pop

void app_print_json(App *app, const Json *value)
{
    StrBuf out = strbuf_make(NULL, (size_t)1 << 32);
    JsonWriter w = json_writer(&out);
    w.indent = app->out_tty ? 2 : 0;
    json_write(&w, value);
    strbuf_addc(&out, '\n');
    fwrite(out.ptr, 1, out.len, app->out);
    strbuf_free(&out);
}
