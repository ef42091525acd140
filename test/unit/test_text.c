/* test_text.c - the texts, commands and options of the command line, and their description. */
#include "base/file.h"
#include "base/utf8.h"
#include "cli/app.h"
#include "test.h"

enum { MOST_ARGUMENTS = 16 };

/* What printf takes for each argument of `format`, such as "s" or "lld", by position. A blank
 * after the sign makes it text ("95 % interval"): no format here uses that flag. */
static size_t arguments_of(const char *format, Str out[MOST_ARGUMENTS])
{
    size_t n = 0, next = 0;
    for (const char *p = format; *p; p++) {
        if (*p != '%')
            continue;
        if (*++p == '%' || *p == ' ')
            continue;
        size_t at = next;
        char *end;
        unsigned long number = strtoul(p, &end, 10);
        if (*end == '$' && end > p) {
            at = (size_t)number - 1;
            p = end + 1;
        } else {
            next++;
        }
        while (*p && strchr("+-#0123456789.", *p))
            p++;
        const char *type = p;
        while (strchr("lhzjt", *p))
            p++;
        CHECK(*p && at < MOST_ARGUMENTS);
        out[at] = (Str){type, (size_t)(p + 1 - type)};
        n = at + 1 > n ? at + 1 : n;
    }
    return n;
}

TEST(both_languages_of_a_text_take_the_same_arguments)
{
    for (int id = 0; id < N_TEXTS; id++) {
        Str a[MOST_ARGUMENTS] = {0}, b[MOST_ARGUMENTS] = {0};
        const char *en = text_of((TextId)id, false), *zh = text_of((TextId)id, true);
        size_t n = arguments_of(en, a), m = arguments_of(zh, b);
        bool same = n == m;
        for (size_t i = 0; same && i < n; i++)
            same = a[i].len && str_eq(a[i], b[i]);
        if (!same)
            test_fail(__FILE__, __LINE__, "\"%s\" and \"%s\" take different arguments", en, zh);
    }
}

/* Positional arguments are all or none: mixing them is undefined. */
TEST(no_text_mixes_positional_and_plain_arguments)
{
    for (int id = 0; id < N_TEXTS; id++)
        for (int zh = 0; zh < 2; zh++) {
            int positional = 0, plain = 0;
            for (const char *p = text_of((TextId)id, zh); *p; p++) {
                if (*p != '%')
                    continue;
                if (*++p == '%' || *p == ' ')
                    continue;
                const char *digits = p;
                while (*digits >= '0' && *digits <= '9')
                    digits++;
                if (*digits == '$' && digits > p)
                    positional++;
                else
                    plain++;
            }
            CHECK(!positional || !plain);
        }
}

static bool has_chinese(const char *text)
{
    Str s = str_from(text);
    for (size_t at = 0; at < s.len;) {
        int32_t code = utf8_next(s, &at);
        bool mark = code >= 0xff01 && code <= 0xff1f; /* full-width punctuation */
        if ((code >= 0x4e00 && code <= 0x9fff) || mark)
            return true;
    }
    return false;
}

TEST(every_text_is_there_in_english_and_chinese)
{
    for (int id = 0; id < N_TEXTS; id++) {
        CHECK(*text_of((TextId)id, false) && !has_chinese(text_of((TextId)id, false)));
        if (!has_chinese(text_of((TextId)id, true)))
            test_fail(__FILE__, __LINE__, "\"%s\" has no Chinese text", text_of((TextId)id, false));
    }
}

static void check_options(const char *command, const Option *options, const Option *before)
{
    for (const Option *o = options; o && o->name; o++) {
        if (!o->help || !*o->help || !o->help_zh || !has_chinese(o->help_zh))
            test_fail(__FILE__, __LINE__, "%s --%s lacks a help text", command, o->name);
        if ((o->type == OPT_FLAG) != (o->arg == NULL))
            test_fail(__FILE__, __LINE__, "%s --%s: flags take no argument, others do", command,
                      o->name);
        const Option *const tables[] = {options, before};
        for (size_t t = 0; t < COUNT(tables); t++)
            for (const Option *p = tables[t]; p && p->name && p != o; p++)
                if (strcmp(o->name, p->name) == 0 || (o->letter && o->letter == p->letter))
                    test_fail(__FILE__, __LINE__, "%s --%s clashes with --%s", command, o->name,
                              p->name);
    }
}

TEST(options_have_help_and_do_not_clash)
{
    check_options("every command", common_options, NULL);
    for (size_t i = 0; commands[i]; i++)
        check_options(commands[i]->name, commands[i]->options, common_options);
}

TEST(command_names_are_unique_and_no_name_hides_a_family)
{
    for (size_t i = 0; commands[i]; i++)
        for (size_t j = 0; j < i; j++)
            CHECK(strcmp(commands[i]->name, commands[j]->name) != 0);
}

/* ---- docs/cli.md ---- */

/* A cell of a table: a bar would end it. */
static void put_cell(StrBuf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            strbuf_addc(out, '\\');
        strbuf_addc(out, *text);
    }
}

static void put_options(StrBuf *out, const Option *options)
{
    strbuf_adds(out, "\n| option | meaning | 含义 |\n|---|---|---|\n");
    for (const Option *o = options; o->name; o++) {
        strbuf_adds(out, "| `");
        if (o->letter)
            strbuf_addf(out, "-%c, ", o->letter);
        strbuf_addf(out, "--%s", o->name);
        if (o->arg) {
            strbuf_addc(out, ' ');
            put_cell(out, o->arg);
        }
        strbuf_adds(out, "` | ");
        put_cell(out, o->help);
        strbuf_adds(out, " | ");
        put_cell(out, o->help_zh);
        strbuf_adds(out, " |\n");
    }
}

/* Everything that the tables say. */
static void put_reference(StrBuf *out)
{
    for (size_t i = 0; commands[i]; i++) {
        const Command *c = commands[i];
        strbuf_addf(out, "\n### assay %s\n\n", c->name);
        strbuf_addf(out, "    assay %s%s%s [OPTIONS]\n\n", c->name, c->arguments ? " " : "",
                    c->arguments ? c->arguments : "");
        strbuf_addf(out, "%s. %s。\n", text_of(c->help, false), text_of(c->help, true));
        if (c->options)
            put_options(out, c->options);
    }
    strbuf_adds(out, "\n### Options of every command\n");
    put_options(out, common_options);
}

/* The reference is the part of docs/cli.md below its mark. ASSAY_WRITE_DOCS=1 writes it. */
TEST(docs_cli_md_lists_every_command_and_option)
{
    static const char path[] = "docs/cli.md", mark[] = "<!-- from the tables -->\n";
    SCOPED_ARENA(a);
    Err err = {0};
    Str have;
    CHECK_OK(file_read(&a, path, 1 << 22, &have, &err), err);
    ptrdiff_t at = str_find(have, str_from(mark));
    CHECK(at >= 0);
    StrBuf want = strbuf_make(&a, 1 << 22);
    put_reference(&want);
    Str head = str_slice(have, 0, (size_t)at + strlen(mark));
    if (getenv("ASSAY_WRITE_DOCS")) {
        Str all = str_printf(&a, "%.*s%s", (int)head.len, head.ptr, want.ptr);
        CHECK_OK(file_write(path, all, &err), err);
        return;
    }
    if (!str_eq(str_after(have, head.len), strbuf_str(&want)))
        test_fail(__FILE__, __LINE__,
                  "docs/cli.md is behind the tables; ASSAY_WRITE_DOCS=1 build/debug/unit "
                  "docs_cli writes it");
}
