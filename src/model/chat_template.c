/* chat_template.c - renders messages with a model's own chat template. */
#include "model/chat_template.h"

#include "base/utf8.h"

/* The end of a tag that begins at `at`, behind its "%}", "}}" or "#}"; 0 when it has none.
 * Quoted text in it does not count. */
static size_t tag_end(Str s, size_t at)
{
    char kind = s.ptr[at + 1], quote = 0;
    if (kind == '{')
        kind = '}';
    for (size_t i = at + 2; i + 1 < s.len; i++) {
        char c = s.ptr[i];
        if (quote && c == '\\')
            i++;
        else if (quote && c == quote)
            quote = 0;
        else if (!quote && kind != '#' && (c == '"' || c == '\''))
            quote = c;
        else if (!quote && c == kind && s.ptr[i + 1] == '}')
            return i + 2;
    }
    return 0;
}

/* Where the blanks begin that stand before `at` and first in their line; `at` when other
 * text or a tag, which ends at `from`, comes before them. */
static size_t line_blanks(Str s, size_t from, size_t at)
{
    size_t i = at;
    while (i > from && (s.ptr[i - 1] == ' ' || s.ptr[i - 1] == '\t'))
        i--;
    return !i || s.ptr[i - 1] == '\n' ? i : at;
}

static size_t skip_line_break(Str s, size_t at)
{
    Str rest = str_after(s, at);
    return at + (str_starts(rest, STR("\r\n")) ? 2u : str_starts(rest, STR("\n")));
}

Str chat_template_trim(Arena *arena, Str s)
{
    StrBuf out = strbuf_make(arena, s.len + 1);
    size_t from = 0, end;
    if (str_ends(s, STR("\n")))
        s.len -= str_ends(s, STR("\r\n")) ? 2 : 1;
    for (size_t at = 0; at + 1 < s.len;) {
        if (s.ptr[at] != '{' || !s.ptr[at + 1] || !strchr("{%#", s.ptr[at + 1])) {
            at++;
            continue;
        }
        if (!(end = tag_end(s, at)))
            break; /* an error, which the parser reports */
        bool block = s.ptr[at + 1] != '{';
        bool keep_before = !block || s.ptr[at + 2] == '+';
        bool keep_after = !block || s.ptr[end - 3] == '+';
        strbuf_add(&out, str_slice(s, from, keep_before ? at : line_blanks(s, from, at)));
        if (block && keep_before) { /* the sign has done its work */
            strbuf_add(&out, str_slice(s, at, at + 2));
            at += 3;
        }
        strbuf_add(&out, str_slice(s, at, end));
        from = at = keep_after ? end : skip_line_break(s, end);
    }
    strbuf_add(&out, str_after(s, from));
    return strbuf_str(&out);
}

Status chat_template_parse(Arena *arena, Str source, const char *name, Template **out, Err *err)
{
    return template_parse(arena, chat_template_trim(arena, source), name, out, err);
}

/* The text up to and with the last place of `content`. */
static bool cut_behind(Str *text, Str content)
{
    for (size_t end = text->len; end >= content.len; end--)
        if (!memcmp(text->ptr + end - content.len, content.ptr, content.len)) {
            text->len = end;
            return true;
        }
    return false;
}

Status chat_template_render(const Template *t, const Json *messages, ChatTokens tokens,
                            Arena *arena, Str *out, Err *err)
{
    if (messages->type != JSON_ARRAY || !messages->len)
        return err_set(err, E_USAGE, "the messages are not a list with something in it");
    const Json *last = &messages->items[messages->len - 1];
    Str begun = utf8_rstrip(json_text_or(json_get(last, "content"), STR("")));
    bool go_on = str_eqc(json_text_or(json_get(last, "role"), STR("")), "assistant") && begun.len;
    Json vars = {.type = JSON_OBJECT};
    Str text;
    json_set(arena, &vars, STR("messages"), *messages);
    json_set(arena, &vars, STR("bos_token"), json_str(tokens.begin));
    json_set(arena, &vars, STR("eos_token"), json_str(tokens.end));
    json_set(arena, &vars, STR("add_generation_prompt"), json_truth(!go_on));
    json_set(arena, &vars, STR("tools"), json_null());
    json_set(arena, &vars, STR("documents"), json_null());
    TRY(template_render(t, &vars, arena, &text, err));
    if (go_on && !cut_behind(&text, begun))
        return err_set(err, E_USAGE,
                       "the model's chat template leaves out the assistant's last message, which "
                       "the model should go on with");
    *out = text;
    return OK;
}
