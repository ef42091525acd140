/* datafile_csv.c - records of delimited text: the first line names the columns. */
#include "task/datafile.h"

#include "text/csv.h"

/* The name of column `i`, after those before it. One may be empty: programs write their row
 * numbers so. */
static Status check_name(const DataFile *file, size_t i, Err *err)
{
    Str name = file->columns[i];
    if (str_find_char(name, '\r') >= 0)
        return err_set(err, E_PARSE,
                       "its lines seem to end with CR alone; save it with LF or CR LF");
    if (name.len && memchr(name.ptr, 0, name.len))
        return err_set(err, E_PARSE, "the name of column %zu holds a NUL", i + 1);
    for (size_t j = 0; j < i; j++) {
        if (!str_eq(name, file->columns[j]))
            continue;
        if (!name.len)
            return err_set(err, E_PARSE, "columns %zu and %zu have no name in the first line",
                           j + 1, i + 1);
        return err_set(err, E_PARSE, "column \"" STR_FMT "\" is named twice", STR_ARG(name));
    }
    return OK;
}

static Status read_header(DataFile *file, CsvReader *reader, Err *err)
{
    SCOPED_ARENA(scratch);
    CsvRecord header;
    bool more;
    TRY(csv_next(reader, &scratch, &header, &more, err));
    if (!more)
        return err_set(err, E_PARSE, "its first line must name the columns");
    file->columns = arena_array(file->arena, header.n_fields, sizeof *file->columns);
    file->n_columns = header.n_fields;
    for (size_t i = 0; i < header.n_fields; i++) {
        file->columns[i] = str_copy(file->arena, header.fields[i]);
        TRY(check_name(file, i, err));
    }
    return OK;
}

/* ---- which delimiter ---- */

enum { SAMPLE_BYTES = 1 << 16, SAMPLE_RECORDS = 20 };

/* Columns that the first line has with this delimiter when it has several and most of the next
 * records have as many; else 0. */
static size_t columns_with(Str text, char delimiter)
{
    SCOPED_ARENA(scratch);
    CsvReader reader = csv_reader(str_slice(text, 0, SAMPLE_BYTES), delimiter);
    size_t columns = 0, same = 0, n = 0;
    for (; n <= SAMPLE_RECORDS; n++) {
        CsvRecord record;
        bool more;
        if (csv_next(&reader, &scratch, &record, &more, NULL) != OK || !more)
            break;
        if (n == 0)
            columns = record.n_fields;
        same += record.n_fields == columns;
    }
    return columns > 1 && same * 2 > n ? columns : 0;
}

/* What the name says, unless the first line cannot be read so but with another delimiter. */
static char find_delimiter(Str text, char named)
{
    static const char others[] = ",;\t|";
    char best = named;
    size_t most = columns_with(text, named);
    for (size_t i = 0; !most && others[i]; i++) {
        size_t columns = columns_with(text, others[i]);
        if (columns > most) {
            most = columns;
            best = others[i];
        }
    }
    return best;
}

static void note_delimiter(DataFile *file, Str text)
{
    DataReport *r = &file->report;
    r->delimiter = file->options.delimiter;
    if (!r->delimiter)
        r->delimiter = find_delimiter(text, file->format->delimiter);
    r->guessed = !file->options.delimiter && r->delimiter != file->format->delimiter;
}

static Status index_csv(DataFile *file, Arena *scratch, Offsets *out, Err *err)
{
    Str text;
    TRY(datafile_read_all(file, scratch, &text, err));
    Str bare = str_starts(text, STR("\xef\xbb\xbf")) ? str_after(text, 3) : text;
    if (!str_trim(bare).len)
        return err_set(err, E_PARSE, "%s: the file is empty; its first line must name the columns",
                       file->path);
    note_delimiter(file, text);
    CsvReader reader = csv_reader(text, file->report.delimiter);
    if (read_header(file, &reader, err) != OK)
        return datafile_refuse(file, 0, err);
    SCOPED_ARENA(record_arena);
    for (;;) {
        CsvRecord record;
        bool more;
        if (csv_next(&reader, &record_arena, &record, &more, err) != OK) {
            TRY(datafile_bad(file, reader.at, err));
            csv_skip_line(&reader);
            continue;
        }
        if (!more)
            break;
        vec_push(scratch, out, (uint64_t)record.offset);
        arena_reset(&record_arena);
    }
    vec_push(scratch, out, file->size);
    return OK;
}

static Status read_record(const DataFile *file, Str text, Arena *arena, Json *out, Err *err)
{
    CsvReader reader = csv_reader(text, file->report.delimiter);
    CsvRecord record;
    bool more;
    TRY(csv_next(&reader, arena, &record, &more, err));
    if (!more || record.n_fields != file->n_columns)
        return err_set(err, E_PARSE, "the record has %zu fields, the first line names %zu columns",
                       more ? record.n_fields : 0, file->n_columns);
    Json value = {.type = JSON_OBJECT, .len = (uint32_t)file->n_columns};
    value.members = arena_array(arena, file->n_columns, sizeof *value.members);
    for (size_t i = 0; i < file->n_columns; i++)
        value.members[i] = (JsonMember){file->columns[i], json_str(record.fields[i])};
    *out = value;
    return OK;
}

const DataFormat data_csv = {
    .ext = "csv", .delimiter = ',', .index = index_csv, .read = read_record};
const DataFormat data_tsv = {
    .ext = "tsv", .delimiter = '\t', .index = index_csv, .read = read_record};
