/* data_options.h - how a data file is read: the options that every command about files has. */
#ifndef CLI_DATA_OPTIONS_H
#define CLI_DATA_OPTIONS_H

#include "cli/app.h"
#include "task/task.h"

typedef struct FileOptions {
    Str records, encoding, sheet, delimiter, on_bad_line;
} FileOptions;

/* Rows for the table of a command whose struct has `FileOptions file`. */
#define FILE_ROWS(T)                                                                                       \
    {"records",                                                                                            \
     0,                                                                                                    \
     OPT_TEXT,                                                                                             \
     offsetof(T, file.records),                                                                            \
     "PATH",                                                                                               \
     "where in a JSON file the records are, as data.items",                                                \
     "记录在 JSON 文件中的位置，如 data.items"},                                                           \
        {"encoding",                                                                                       \
         0,                                                                                                \
         OPT_TEXT,                                                                                         \
         offsetof(T, file.encoding),                                                                       \
         "NAME",                                                                                           \
         "characters of a text file, as gb18030, big5 (found by looking)",                                 \
         "文本文件的字符编码，如 gb18030、big5（默认自动识别）"},                                          \
        {"sheet",                                                                                          \
         0,                                                                                                \
         OPT_TEXT,                                                                                         \
         offsetof(T, file.sheet),                                                                          \
         "NAME",                                                                                           \
         "sheet of an .xlsx file (the first)",                                                             \
         "工作表名（默认第一个）"},                                                                        \
        {"delimiter",                                                                                      \
         0,                                                                                                \
         OPT_TEXT,                                                                                         \
         offsetof(T, file.delimiter),                                                                      \
         "C",                                                                                              \
         "between the columns of a .csv: a character, or tab (found by looking)",                          \
         ".csv 的分隔符：一个字符或 tab（默认自动识别）"},                                                 \
    {                                                                                                      \
        "on-bad-line", 0, OPT_TEXT, offsetof(T, file.on_bad_line), "stop|skip",                            \
            "what to do with malformed records (stop)", "遇到坏行时停止或跳过（默认停止）" \
    }

/* Opens the file and says on app->info what is not plain about it: its encoding, and every
 * record that was left out. */
Status file_options_open(App *app, const FileOptions *options, const char *path, DataFile **out,
                         Err *err) MUST_CHECK;
/* The same, but records are checked when they are read. */
Status file_options_open_unchecked(App *app, const FileOptions *options, const char *path,
                                   DataFile **out, Err *err) MUST_CHECK;

/* Those options as a data file takes them. */
Status file_options_read(App *app, const FileOptions *options, DataOptions *out,
                         Err *err) MUST_CHECK;
/* What opening found that is not plain, on app->info. */
void file_options_say(App *app, const char *path, const DataReport *report);

/* The report as JSON members of `o`: "encoding", "delimiter", "skipped", "skipped_lines". */
void file_report_json(const DataFile *file, Arena *a, Json *o);

#endif
