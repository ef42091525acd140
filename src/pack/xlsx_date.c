/* xlsx_date.c - which number formats are dates, and serial days as ISO text.
 * Source: ECMA-376 part 1, 18.8.30 (numFmt) and 18.17.4 (date and time). */
#include "pack/xlsx_private.h"

#include <math.h>

DateFormat xlsx_format_of_id(int64_t id)
{
    static const struct {
        int64_t from, to;
        DateFormat format;
    } dates[] = {
        {14, 17, {true, false}}, {18, 21, {false, true}}, {22, 22, {true, true}},
        {27, 31, {true, false}}, {32, 35, {false, true}}, {36, 36, {true, false}},
        {45, 47, {false, true}}, {50, 54, {true, false}}, {55, 56, {false, true}},
        {57, 58, {true, false}},
    };
    for (size_t i = 0; i < COUNT(dates); i++)
        if (id >= dates[i].from && id <= dates[i].to)
            return dates[i].format;
    return (DateFormat){false, false};
}

/* Behind a quoted text, an escaped character or a bracket that starts at `i`; `i` when none.
 * "[h]" and the like count hours and are no such bracket. */
static size_t skip_literal(Str code, size_t i)
{
    char c = code.ptr[i];
    if (c == '\\' || c == '_' || c == '*')
        return i + 2;
    if (c != '"' && c != '[')
        return i;
    if (c == '[' && i + 1 < code.len && strchr("hHmMsS", code.ptr[i + 1]))
        return i;
    ptrdiff_t end = str_find_char(str_after(code, i + 1), c == '"' ? '"' : ']');
    return end < 0 ? code.len : i + (size_t)end + 2;
}

DateFormat xlsx_format_of_code(Str code)
{
    DateFormat out = {false, false};
    bool month = false;
    if (str_eq_nocase(code, STR("general")))
        return out;
    for (size_t i = 0; i < code.len; i++) {
        size_t behind = skip_literal(code, i);
        if (behind != i) {
            i = behind - 1;
            continue;
        }
        char c = (char)(code.ptr[i] | 0x20);
        if (code.ptr[i] == ';')
            break; /* the forms for negative numbers say nothing new */
        out.day = out.day || c == 'y' || c == 'd';
        out.clock = out.clock || c == 'h' || c == 's';
        month = month || c == 'm';
    }
    out.day = out.day || (month && !out.clock);
    return out;
}

/* Year, month, day of a count of days since 1970-01-01 (Howard Hinnant's algorithm). */
static void civil(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    int64_t era = days / 146097, of_era = days % 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = y + era * 400 + (*month <= 2);
}

bool xlsx_date(Arena *arena, double serial, DateFormat format, bool from_1904, Str *out)
{
    enum { DAYS_TO_1970 = 25569, DAYS_1904 = 1462, LAST_SERIAL = 2958465 };
    if (!(serial >= 0) || serial > LAST_SERIAL + 1)
        return false;
    int64_t seconds = (int64_t)llround(serial * 86400), day = seconds / 86400;
    seconds %= 86400;
    Str clock = str_printf(arena, "%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
                           (int)(seconds % 60));
    if (!format.day && day == 0) {
        *out = clock;
        return true;
    }
    /* The 1900 calendar has a 29 February 1900 (day 60), which never was. */
    day += from_1904 ? DAYS_1904 : day < 60;
    int64_t year;
    int month, of_month;
    civil(day - DAYS_TO_1970, &year, &month, &of_month);
    *out = str_printf(arena, "%04d-%02d-%02d%s%s", (int)year, month, of_month,
                      format.clock || seconds ? "T" : "", format.clock || seconds ? clock.ptr : "");
    return true;
}
