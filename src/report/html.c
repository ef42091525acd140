/* html.c - puts the document and the parts of web/report/ into one page.
 *
 * The page's policy allows exactly its own style and script, by hash, and nothing from
 * anywhere else. The document goes into <script type="application/json"> elements, which
 * browsers never run; "<" is escaped, so that nothing in it can end the element.
 *
 * Prompts repeat between models and repeats. They are written once, in `texts`, and the
 * samples carry their index. */
#include "report/report.h"

#include "base/asset.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/sha256.h"

/* In this order they are one script. */
static const char *const scripts[] = {
    "web/report/text.js",    "web/report/dom.js",     "web/report/model.js",
    "web/report/plot.js",    "web/report/board.js",   "web/report/overview.js",
    "web/report/heat.js",    "web/report/compare.js", "web/report/detail.js",
    "web/report/samples.js", "web/report/main.js",
};

typedef struct Page {
    const Json *document;
    Str style, script;
    Arena *arena;
} Page;

static Status find_asset(const char *name, Str *out, Err *err)
{
    if (asset_find(str_from(name), out))
        return OK;
    return err_set(err, E_MISSING, "the program was built without \"%s\"", name);
}

static Status join_scripts(Arena *arena, Str *out, Err *err)
{
    StrBuf all = strbuf_make(arena, 4 * MIB);
    strbuf_adds(&all, "(() => {\n'use strict';\n");
    for (size_t i = 0; i < COUNT(scripts); i++) {
        Str part;
        TRY(find_asset(scripts[i], &part, err));
        strbuf_add(&all, part);
    }
    strbuf_adds(&all, "})();\n");
    TRY(strbuf_check(&all, "the report's script", err));
    *out = strbuf_str(&all);
    return OK;
}

/* ---- JSON inside a page ---- */

/* U+2028 and U+2029 end lines in old scripts; '<' could begin a tag. All three occur only
 * inside JSON strings. */
static void add_escaped(StrBuf *out, Str json)
{
    size_t from = 0;
    for (size_t i = 0; i < json.len; i++) {
        unsigned char c = (unsigned char)json.ptr[i];
        bool separator = c == 0xe2 && i + 2 < json.len && (unsigned char)json.ptr[i + 1] == 0x80 &&
                         ((unsigned char)json.ptr[i + 2] & 0xfe) == 0xa8;
        if (c != '<' && !separator)
            continue;
        strbuf_add(out, str_slice(json, from, i));
        strbuf_addf(out, "\\u%04x",
                    separator ? 0x2028u + ((unsigned char)json.ptr[i + 2] & 1u) : (unsigned)c);
        i += separator ? 2 : 0;
        from = i + 1;
    }
    strbuf_add(out, str_after(json, from));
}

/* Writes one element's JSON with `write` and adds it, escaped. */
static Status add_json(const Page *page, void (*write)(const Page *page, JsonWriter *w),
                       StrBuf *out, Err *err)
{
    StrBuf text = strbuf_make(NULL, LIMIT_JSON_DOCUMENT);
    JsonWriter w = json_writer(&text);
    write(page, &w);
    Status status = strbuf_check(&text, "the report", err);
    if (status == OK)
        add_escaped(out, strbuf_str(&text));
    strbuf_free(&text);
    return status;
}

static void write_head(const Page *page, JsonWriter *w)
{
    json_begin(w, '{');
    for (uint32_t i = 0; i < page->document->len; i++) {
        const JsonMember *m = &page->document->members[i];
        if (str_eqc(m->key, "samples"))
            continue;
        json_key_str(w, m->key);
        json_write(w, &m->value);
    }
    json_end(w, '}');
}

/* Everything but the samples: the page shows it before it reads them. */
static Status add_head(const Page *page, StrBuf *out, Err *err)
{
    return add_json(page, write_head, out, err);
}

typedef struct Texts {
    Arena *arena;
    Map seen; /* JSON of a text -> its index; in the order of the indices */
} Texts;

static int64_t text_index(Texts *texts, const Json *value)
{
    Str key = json_dump(texts->arena, value);
    int64_t *index = map_get(&texts->seen, key);
    if (!index) {
        index = ARENA_NEW(texts->arena, int64_t);
        *index = (int64_t)texts->seen.len;
        map_set(texts->arena, &texts->seen, key, index);
    }
    return *index;
}

static void write_sample(const Json *sample, Texts *texts, JsonWriter *w)
{
    json_begin(w, '{');
    for (uint32_t i = 0; json_is(sample, JSON_OBJECT) && i < sample->len; i++) {
        const JsonMember *m = &sample->members[i];
        json_key_str(w, m->key);
        if (str_eqc(m->key, "prompt") || str_eqc(m->key, "item"))
            json_write_int(w, text_index(texts, &m->value));
        else
            json_write(w, &m->value);
    }
    json_end(w, '}');
}

static void write_samples(const Page *page, JsonWriter *w)
{
    Texts texts = {.arena = page->arena};
    const Json *samples = json_get(page->document, "samples");
    json_begin(w, '{');
    json_key(w, "samples");
    json_begin(w, '[');
    for (uint32_t i = 0; json_is(samples, JSON_ARRAY) && i < samples->len; i++)
        write_sample(&samples->items[i], &texts, w);
    json_end(w, ']');
    json_key(w, "texts");
    json_begin(w, '[');
    for (size_t i = 0; i < texts.seen.len; i++)
        json_write_raw(w, texts.seen.entries[i].key);
    json_end(w, ']');
    json_end(w, '}');
}

static Status add_samples(const Page *page, StrBuf *out, Err *err)
{
    return add_json(page, write_samples, out, err);
}

/* ---- the page ---- */

static void add_hash(StrBuf *out, Str text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char d[33] = {0}; /* 32 bytes, and a zero so that three at a time fit */
    sha256(text, d);
    strbuf_adds(out, "'sha256-");
    for (int i = 0; i < 33; i += 3) {
        uint32_t three = (uint32_t)d[i] << 16 | (uint32_t)d[i + 1] << 8 | d[i + 2];
        for (int k = 18; k >= 0; k -= 6)
            strbuf_addc(out, digits[three >> k & 63]);
    }
    if (!out->failed)
        out->ptr[out->len - 1] = '='; /* 32 bytes are 43 digits and one of padding */
    strbuf_addc(out, '\'');
}

static Status add_policy(const Page *page, StrBuf *out, Err *err)
{
    (void)err;
    strbuf_adds(out, "default-src 'none'; base-uri 'none'; form-action 'none'; style-src ");
    add_hash(out, page->style);
    strbuf_adds(out, "; script-src ");
    add_hash(out, page->script);
    return OK;
}

static Status add_style(const Page *page, StrBuf *out, Err *err)
{
    (void)err;
    strbuf_add(out, page->style);
    return OK;
}

static Status add_script(const Page *page, StrBuf *out, Err *err)
{
    (void)err;
    strbuf_add(out, page->script);
    return OK;
}

static const struct {
    const char *name;
    Status (*add)(const Page *page, StrBuf *out, Err *err);
} places[] = {
    {"{{policy}}", add_policy},   {"{{style}}", add_style},   {"{{head}}", add_head},
    {"{{samples}}", add_samples}, {"{{script}}", add_script},
};

/* Places are looked for in the page alone, never in what was put into it. */
static Status fill_page(const Page *page, Str html, StrBuf *out, Err *err)
{
    for (size_t i = 0; i < COUNT(places); i++) {
        ptrdiff_t at = str_find(html, str_from(places[i].name));
        if (at < 0)
            return err_set(err, E_PARSE, "\"web/report/page.html\" has no %s", places[i].name);
        strbuf_add(out, str_slice(html, 0, (size_t)at));
        TRY(places[i].add(page, out, err));
        html = str_after(html, (size_t)at + strlen(places[i].name));
    }
    strbuf_add(out, html);
    return strbuf_check(out, "the report", err);
}

Status report_html(const Json *document, StrBuf *out, Err *err)
{
    SCOPED_ARENA(arena);
    Page page = {.document = document, .arena = &arena};
    Str html;
    if (!json_is(document, JSON_OBJECT))
        return err_set(err, E_USAGE, "a report is made of an object");
    TRY(find_asset("web/report/page.html", &html, err));
    TRY(find_asset("web/report/style.css", &page.style, err));
    TRY(join_scripts(&arena, &page.script, err));
    return fill_page(&page, html, out, err);
}
