/* fuzz_csv.c - a record that was read, written and read again is the same. */
#include "text/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const CsvRecord *record, Arena *arena)
{
    StrBuf out = strbuf_make(arena, SIZE_MAX / 4);
    for (size_t i = 0; i < record->n_fields; i++) {
        if (i)
            strbuf_addc(&out, ',');
        csv_put(&out, record->fields[i], ',');
    }
    CsvReader reader = csv_reader(strbuf_str(&out), ',');
    CsvRecord again;
    bool more;
    if (csv_next(&reader, arena, &again, &more, NULL) != OK || !more ||
        again.n_fields != record->n_fields)
        abort();
    for (size_t i = 0; i < again.n_fields; i++)
        if (!str_eq(again.fields[i], record->fields[i]))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_ARENA(arena);
    CsvReader reader = csv_reader((Str){(const char *)data, size}, ',');
    CsvRecord record;
    bool more = true;
    while (csv_next(&reader, &arena, &record, &more, NULL) == OK && more)
        round_trip(&record, &arena);
    return 0;
}
