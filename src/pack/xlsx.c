/* xlsx.c - opening a workbook: its sheets, shared strings and styles. */
#include "pack/xlsx_private.h"

#include "base/limits.h"

/* ---- parts: files of the archive and the relations that name them ---- */

static Status read_part(Workbook *b, Str name, Arena *arena, Str *out, Err *err)
{
    const ZipEntry *entry = zip_find(&b->zip, name);
    if (!entry)
        return err_set(err, E_PARSE, "the workbook has no part \"" STR_FMT "\"", STR_ARG(name));
    return zip_read(&b->zip, entry, LIMIT_JSON_DOCUMENT, arena, out, err);
}

static Status part_at(Workbook *b, Str target, Arena *arena, Str *out, Err *err)
{
    Str name = target.ptr[0] == '/' ? str_after(target, 1)
                                    : str_printf(arena, "xl/%.*s", (int)target.len, target.ptr);
    return read_part(b, name, arena, out, err);
}

Status xlsx_part(Workbook *book, Str id, const char *type, Arena *arena, Str *out, Err *err)
{
    Str relations;
    *out = (Str){0};
    TRY(read_part(book, STR("xl/_rels/workbook.xml.rels"), arena, &relations, err));
    XmlReader r = xml_reader(relations);
    for (;;) {
        XmlKind kind;
        TRY(xml_next(&r, arena, &kind, err));
        if (kind == XML_END)
            return OK;
        if (kind != XML_OPEN || !str_eqc(r.name, "Relationship"))
            continue;
        Str target = xml_attribute(&r, arena, "Target");
        bool wanted = id.len ? str_eq(xml_attribute(&r, arena, "Id"), id)
                             : str_ends(xml_attribute(&r, arena, "Type"), str_from(type));
        if (wanted && target.len)
            return part_at(book, target, arena, out, err);
    }
}

/* ---- the workbook ---- */

static Status read_sheets(Workbook *b, Err *err)
{
    Str text;
    TRY(read_part(b, STR("xl/workbook.xml"), b->arena, &text, err));
    XmlReader r = xml_reader(text);
    for (;;) {
        XmlKind kind;
        TRY(xml_next(&r, b->arena, &kind, err));
        if (kind == XML_END)
            break;
        if (kind != XML_OPEN)
            continue;
        if (str_eqc(r.name, "workbookPr")) {
            Str value = xml_attribute(&r, b->arena, "date1904");
            b->from_1904 = str_eqc(value, "1") || str_eqc(value, "true");
        } else if (str_eqc(r.name, "sheet")) {
            if (b->sheets.len == LIMIT_SHEETS)
                return err_set(err, E_LIMIT, "more than %d sheets", LIMIT_SHEETS);
            vec_push(
                b->arena, &b->sheets,
                (Sheet){xml_attribute(&r, b->arena, "name"), xml_attribute(&r, b->arena, "id")});
        }
    }
    return b->sheets.len ? OK : err_set(err, E_PARSE, "the workbook has no sheets");
}

/* ---- shared strings: <si><t>..</t></si>, or runs <si><r><t>..</t></r>..</si> ---- */

static Status read_strings(Workbook *b, Err *err)
{
    Str text;
    TRY(xlsx_part(b, (Str){0}, "/sharedStrings", b->arena, &text, err));
    XmlReader r = xml_reader(text);
    StrBuf one = strbuf_make(NULL, LIMIT_RECORD);
    bool in_text = false, phonetic = false;
    Status status = OK;
    XmlKind kind = XML_TEXT;
    while (status == OK && (status = xml_next(&r, b->arena, &kind, err)) == OK && kind != XML_END) {
        if (kind == XML_TEXT && in_text && !phonetic)
            strbuf_add(&one, r.text);
        if (kind == XML_TEXT)
            continue;
        if (str_eqc(r.name, "t"))
            in_text = kind == XML_OPEN;
        else if (str_eqc(r.name, "rPh"))
            phonetic = kind == XML_OPEN;
        else if (str_eqc(r.name, "si") && kind == XML_CLOSE) {
            vec_push(b->arena, &b->strings,
                     xlsx_decode(b->arena, str_copy(b->arena, strbuf_str(&one))));
            status = strbuf_check(&one, "a cell's text", err);
            one.len = 0;
        }
    }
    strbuf_free(&one);
    return status;
}

/* ---- styles: which cell formats are dates ---- */

typedef struct CustomFormat {
    int64_t id;
    DateFormat format;
} CustomFormat;
typedef VEC(CustomFormat) CustomFormats;

static DateFormat find_format(const CustomFormats *custom, int64_t id)
{
    for (size_t i = 0; i < custom->len; i++)
        if (custom->items[i].id == id)
            return custom->items[i].format;
    return xlsx_format_of_id(id);
}

static int64_t id_attribute(const XmlReader *r, Arena *arena)
{
    int64_t id;
    return str_to_int(xml_attribute(r, arena, "numFmtId"), &id) ? id : 0;
}

static Status read_styles(Workbook *b, Err *err)
{
    Str text;
    TRY(xlsx_part(b, (Str){0}, "/styles", b->arena, &text, err));
    XmlReader r = xml_reader(text);
    CustomFormats custom = {0};
    for (bool in_cells = false;;) {
        XmlKind kind;
        TRY(xml_next(&r, b->arena, &kind, err));
        if (kind == XML_END)
            return OK;
        if (kind == XML_TEXT)
            continue;
        if (str_eqc(r.name, "cellXfs")) {
            in_cells = kind == XML_OPEN;
        } else if (kind == XML_OPEN && str_eqc(r.name, "numFmt")) {
            if (custom.len == LIMIT_COLUMNS)
                return err_set(err, E_LIMIT, "more than %d number formats", LIMIT_COLUMNS);
            Str code = xml_attribute(&r, b->arena, "formatCode");
            vec_push(b->arena, &custom,
                     (CustomFormat){id_attribute(&r, b->arena), xlsx_format_of_code(code)});
        } else if (kind == XML_OPEN && in_cells && str_eqc(r.name, "xf")) {
            vec_push(b->arena, &b->formats, find_format(&custom, id_attribute(&r, b->arena)));
        }
    }
}

Status xlsx_open(Arena *arena, int fd, Workbook **out, Err *err)
{
    Workbook *b = ARENA_NEW(arena, Workbook);
    b->arena = arena;
    TRY(zip_open(arena, fd, &b->zip, err));
    TRY(read_sheets(b, err));
    TRY(read_strings(b, err));
    TRY(read_styles(b, err));
    *out = b;
    return OK;
}
