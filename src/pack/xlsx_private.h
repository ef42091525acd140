/* xlsx_private.h - private to pack/: a workbook opened, and dates. */
#ifndef PACK_XLSX_PRIVATE_H
#define PACK_XLSX_PRIVATE_H

#include "base/vec.h"
#include "pack/xlsx.h"
#include "pack/xml.h"

/* What a number format shows of a date; both false: no date. */
typedef struct DateFormat {
    bool day, clock;
} DateFormat;

typedef struct Sheet {
    Str name, relation; /* r:id */
} Sheet;

struct Workbook {
    Arena *arena;
    Zip zip;
    VEC(Sheet) sheets;
    VEC(Str) strings;        /* shared strings */
    VEC(DateFormat) formats; /* of each cell style */
    bool from_1904;          /* day 0 is 1904-01-01 (old Macintosh files) */
};

/* A cell's text with its "_x000D_" escapes decoded (two for a character beyond U+FFFF); what is
 * no escape stays as it is. */
Str xlsx_decode(Arena *arena, Str text);

/* What a format code ("yyyy\-mm\-dd hh:mm") or a built-in number shows. */
DateFormat xlsx_format_of_code(Str code);
DateFormat xlsx_format_of_id(int64_t id);

/* A serial day number as ISO text; false when out of the calendar's range (then it is a
 * plain number). */
bool xlsx_date(Arena *arena, double serial, DateFormat format, bool from_1904, Str *out);

/* The part of the workbook that relation `id` (or, when empty, the first of `type`) names;
 * *out is empty when there is none. */
Status xlsx_part(Workbook *book, Str id, const char *type, Arena *arena, Str *out,
                 Err *err) MUST_CHECK;

#endif
