/* opt.c - option tables. */
#include "base/opt.h"

#include <math.h>

typedef struct Parser {
    const OptTable *tables;
    size_t n_tables;
    int argc, at;
    char *const *argv;
    Arena *arena;
    StrList *rest;
    Err *err;
} Parser;

typedef struct Match {
    const Option *option;
    void *fields;
} Match;

static Match find(const Parser *p, Str name, char letter)
{
    for (size_t t = 0; t < p->n_tables; t++)
        for (const Option *o = p->tables[t].options; o && o->name; o++)
            if (letter ? o->letter == letter : str_eqc(name, o->name))
                return (Match){o, p->tables[t].fields};
    return (Match){0};
}

static Status bad_value(Parser *p, const Option *o, Str value, const char *wanted)
{
    return err_set(p->err, E_USAGE, "option --%s needs %s, not \"" STR_FMT "\"", o->name, wanted,
                   STR_ARG(value));
}

static Status store(Parser *p, Match m, Str value)
{
    char *field = (char *)m.fields + m.option->offset;
    int64_t i;
    double d;
    switch (m.option->type) {
    case OPT_FLAG:
        memcpy(field, &(bool){true}, sizeof(bool));
        return OK;
    case OPT_TEXT:
        memcpy(field, &value, sizeof value);
        return OK;
    case OPT_INT:
        if (!str_to_int(value, &i) || i < 0)
            return bad_value(p, m.option, value, "a whole number");
        memcpy(field, &i, sizeof i);
        return OK;
    case OPT_NUMBER:
        if (!str_to_double(value, &d))
            return bad_value(p, m.option, value, "a number");
        memcpy(field, &d, sizeof d);
        return OK;
    case OPT_LIST:
        vec_push(p->arena, (StrList *)(void *)field, value);
        return OK;
    }
    return OK;
}

/* The option's value: what follows "=", or the next argument. */
static Status take_value(Parser *p, const Option *o, Str attached, bool has_attached, Str *out)
{
    if (o->type == OPT_FLAG) {
        if (has_attached)
            return err_set(p->err, E_USAGE, "option --%s takes no value", o->name);
        return OK;
    }
    if (has_attached) {
        *out = attached;
        return OK;
    }
    if (p->at >= p->argc)
        return err_set(p->err, E_USAGE, "option --%s needs a value: --%s %s", o->name, o->name,
                       o->arg ? o->arg : "VALUE");
    *out = str_from(p->argv[p->at++]);
    return OK;
}

static Status parse_long(Parser *p, Str word)
{
    ptrdiff_t equals = str_find_char(word, '=');
    Str name = equals < 0 ? word : str_slice(word, 0, (size_t)equals), value = {0};
    Match m = find(p, name, 0);
    if (!m.option)
        return err_set(p->err, E_USAGE, "there is no option --" STR_FMT "; --help lists them",
                       STR_ARG(name));
    TRY(take_value(p, m.option, equals < 0 ? value : str_after(word, (size_t)equals + 1),
                   equals >= 0, &value));
    return store(p, m, value);
}

static Status parse_short(Parser *p, Str letters)
{
    while (letters.len) {
        Match m = find(p, (Str){0}, letters.ptr[0]);
        if (!m.option)
            return err_set(p->err, E_USAGE, "there is no option -%c; --help lists them",
                           letters.ptr[0]);
        letters = str_after(letters, 1);
        Str value = {0};
        bool attached = m.option->type != OPT_FLAG && letters.len;
        TRY(take_value(p, m.option, letters, attached, &value));
        TRY(store(p, m, value));
        if (m.option->type != OPT_FLAG)
            return OK;
    }
    return OK;
}

Status opt_parse(const OptTable *tables, size_t n_tables, int argc, char *const *argv, Arena *arena,
                 StrList *rest, Err *err)
{
    Parser p = {tables, n_tables, argc, 0, argv, arena, rest, err};
    bool options = true;
    while (p.at < argc) {
        Str word = str_from(argv[p.at++]);
        if (options && str_eqc(word, "--"))
            options = false;
        else if (options && str_starts(word, STR("--")))
            TRY(parse_long(&p, str_after(word, 2)));
        else if (options && word.len > 1 && word.ptr[0] == '-')
            TRY(parse_short(&p, str_after(word, 1)));
        else
            vec_push(arena, rest, word);
    }
    return OK;
}

void opt_help(StrBuf *out, const Option *options, bool chinese)
{
    for (const Option *o = options; o && o->name; o++) {
        size_t start = out->len;
        strbuf_addf(out, o->letter ? "  -%c, " : "      ", o->letter);
        strbuf_addf(out, "--%s", o->name);
        if (o->arg)
            strbuf_addf(out, " %s", o->arg);
        do
            strbuf_addc(out, ' ');
        while (out->len - start < 30);
        strbuf_addf(out, "%s\n", chinese ? o->help_zh : o->help);
    }
}
