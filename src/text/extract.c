/* extract.c - the chain: prepare the text, then the rules of one kind of answer. */
#include "text/extract_private.h"

#include "base/utf8.h"
#include "text/normalise.h"
#include "text/numeral.h"

static const struct {
    const char *name;
    void (*rules)(Scan *s, Extracted *out);
} kinds[N_EXTRACT_KINDS] = {
    [EXTRACT_CHOICE] = {"choice", extract_choice},
    [EXTRACT_MULTI_CHOICE] = {"multi_choice", extract_choice},
    [EXTRACT_NUMBER] = {"number", extract_number},
    [EXTRACT_YES_NO] = {"yes_no", extract_yes_no},
    [EXTRACT_TEXT] = {"text", extract_text},
};

bool extract_kind_parse(Str name, ExtractKind *out)
{
    for (int i = 0; i < N_EXTRACT_KINDS; i++)
        if (str_eqc(name, kinds[i].name)) {
            *out = (ExtractKind)i;
            return true;
        }
    return false;
}

const char *extract_kind_name(ExtractKind kind)
{
    return kinds[kind].name;
}

void extract_answer(const ExtractOptions *options, Str text, Arena *arena, Extracted *out)
{
    Prepared p;
    Extracted e = {.rule = "nothing"};
    extract_prepare(options->kind, text, arena, &p);
    Scan s = {.text = p.text, .options = options, .arena = arena};
    if (utf8_strip(p.text).len)
        kinds[options->kind].rules(&s, &e);
    else
        e.rule = "empty";
    if (!e.found && p.steps & STEP_CUT)
        e.rule = "unfinished_thinking";
    e.steps = p.steps;
    e.work = s.work;
    *out = e;
}

static Str letters_of(const ExtractOptions *o, Str target, Arena *arena)
{
    uint32_t mask;
    int option = scan_option(o, target, arena);
    Str t = utf8_strip(text_nfkc(arena, target));
    if (extract_letters(o, t, &mask))
        return extract_mask_text(mask, arena);
    return option >= 0 ? extract_mask_text(1u << option, arena) : target;
}

Str extract_target(const ExtractOptions *options, Str target, Arena *arena)
{
    Numeral n;
    Extracted e;
    switch (options->kind) {
    case EXTRACT_CHOICE:
    case EXTRACT_MULTI_CHOICE:
        return letters_of(options, target, arena);
    case EXTRACT_NUMBER:
        return numeral_whole(text_nfkc(arena, target), &n) ? str_copy(arena, str_from(n.text))
                                                           : target;
    case EXTRACT_YES_NO:
        extract_answer(options, target, arena, &e);
        return e.found && target.len < 32 ? e.value : target;
    case EXTRACT_TEXT:
    case N_EXTRACT_KINDS:
        break;
    }
    return target;
}

Str extract_step_names(unsigned steps, Arena *arena)
{
    static const char *const names[] = {"thinking", "cut", "length", "nfkc", "markdown", "latex"};
    StrBuf out = strbuf_make(arena, 100);
    for (size_t i = 0; i < COUNT(names); i++)
        if (steps >> i & 1)
            strbuf_addf(&out, "%s%s", out.len ? " " : "", names[i]);
    return strbuf_str(&out);
}
