/* scan.c - a quick look at a task file: its names, without parsing the YAML.
 *
 * Only lines that start in the first column matter: the keys of the document. Anything out
 * of the ordinary (flow maps, escapes, block scalars as names) sets `unsure`, and the
 * caller parses the file in full. */
#include "task/parts.h"

static bool is_key_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static Str without_comment(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == '#' && (i == 0 || s.ptr[i - 1] == ' ' || s.ptr[i - 1] == '\t'))
            return str_trim(str_slice(s, 0, i));
    return str_trim(s);
}

/* Words that YAML reads as null, true or false, and what may be a number. */
static bool is_not_text(Str s)
{
    static const char *const words[] = {"null", "~",  "true", "false", "yes",
                                        "no",   "on", "off",  "y",     "n"};
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_eq_nocase(s, str_from(words[i])))
            return true;
    size_t i = 0;
    while (i < s.len && strchr("0123456789.+-_:xeoabcdfABCDEF", s.ptr[i]))
        i++;
    return i == s.len && (!s.len || strchr("0123456789.+-", s.ptr[0]));
}

/* A plain or simply quoted scalar. */
static bool read_scalar(Str s, Str *out)
{
    if (!s.len)
        return false;
    char quote = s.ptr[0];
    if (quote == '"' || quote == '\'') {
        Str body = str_slice(s, 1, s.len - 1);
        if (s.len < 2 || s.ptr[s.len - 1] != quote || str_find_char(body, quote) >= 0 ||
            str_find_char(body, '\\') >= 0)
            return false;
        *out = body;
        return true;
    }
    if (strchr("{}[]&*!|>@%`,?:-", quote) || str_find(s, STR(": ")) >= 0 ||
        str_ends(s, STR(":")) || is_not_text(s))
        return false;
    *out = s;
    return true;
}

static bool read_flow_list(Arena *arena, Str s, StrVec *out)
{
    if (s.len < 2 || s.ptr[s.len - 1] != ']')
        return false;
    Str rest = str_slice(s, 1, s.len - 1);
    while (rest.ptr && rest.len) {
        Str item, raw = str_trim(str_split(&rest, ','));
        if (!raw.len && !rest.ptr)
            break;
        if (!read_scalar(raw, &item) || str_find_char(item, '[') >= 0)
            return false;
        vec_push(arena, out, item);
    }
    return true;
}

/* "- item" lines after a key whose line holds no value. */
static bool read_block_list(Arena *arena, Str *rest, StrVec *out)
{
    while (rest->ptr && rest->len) {
        Str ahead = *rest, line = without_comment(str_split(&ahead, '\n')), item;
        if (line.len) {
            bool dash = line.ptr[0] == '-' && (line.len == 1 || line.ptr[1] == ' ');
            if (!dash)
                return (*rest).ptr[0] != ' ' && (*rest).ptr[0] != '\t';
            if (!read_scalar(str_trim(str_after(line, 1)), &item))
                return false;
            vec_push(arena, out, item);
        }
        *rest = ahead;
    }
    return true;
}

/* Text or a list of texts: the values of `tag` and `include`. */
static bool read_names(Arena *arena, Str value, Str *rest, StrVec *out)
{
    Str one;
    if (!value.len)
        return read_block_list(arena, rest, out) && out->len;
    if (value.ptr[0] == '[')
        return read_flow_list(arena, value, out);
    if (!read_scalar(value, &one))
        return false;
    vec_push(arena, out, one);
    return true;
}

/* Whether the next line that is not blank goes on with the value of this one. */
static bool goes_on(Str rest)
{
    while (rest.ptr && rest.len) {
        Str line = str_split(&rest, '\n');
        if (str_trim(line).len)
            return line.ptr[0] == ' ' || line.ptr[0] == '\t';
    }
    return false;
}

/* The value of `task`: a name, or a list when the file is a group. */
static bool read_task(Str value, Str *rest, Scan *out)
{
    if (out->has_task)
        return false;
    out->has_task = true;
    Str line = *rest;
    Str next = str_trim(str_split(&line, '\n'));
    bool dash = str_eqc(next, "-") || str_starts(next, STR("- "));
    out->task_is_list = value.len ? value.ptr[0] == '[' : dash;
    if (!value.len && !dash && goes_on(*rest))
        return false; /* such as "-x" on a line of its own */
    return out->task_is_list || read_scalar(value, &out->task);
}

static bool is_name_key(Str key)
{
    return str_eqc(key, "task") || str_eqc(key, "group") || str_eqc(key, "tag") ||
           str_eqc(key, "include");
}

static bool read_key(Arena *arena, Str key, Str value, Str *rest, Scan *out)
{
    if (value.len && is_name_key(key) && goes_on(*rest))
        return false;
    if (str_eqc(key, "task"))
        return read_task(value, rest, out);
    if (str_eqc(key, "group"))
        return !out->group.len && read_scalar(value, &out->group);
    if (str_eqc(key, "tag")) {
        bool repeated = out->has_tag;
        out->has_tag = true;
        return !repeated && read_names(arena, value, rest, &out->tags);
    }
    if (str_eqc(key, "include"))
        return !out->includes.len && read_names(arena, value, rest, &out->includes);
    if (str_eqc(key, "class"))
        out->has_class = true;
    return true;
}

/* Where a value stands that began with a quote or a bracket: it may go on at the first
 * column of the next lines, which are then no keys. */
typedef struct Open {
    char quote;
    int depth;
    bool unclear; /* a quote that may be part of a plain word */
} Open;

static void follow(Open *o, Str s)
{
    char before = ' '; /* the last character that is no blank */
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (o->quote) {
            bool doubled = c == '\'' && i + 1 < s.len && s.ptr[i + 1] == '\'';
            if ((c == '\\' && o->quote == '"') || (doubled && o->quote == '\''))
                i++;
            else if (c == o->quote)
                o->quote = 0;
        } else if (c == '#' && i && strchr(" \t", s.ptr[i - 1])) {
            return;
        } else if ((c == '"' || c == '\'') && strchr(" [{,:", before)) {
            o->unclear |= i && s.ptr[i - 1] == ':';
            o->quote = c;
        } else {
            o->depth += (c == '[' || c == '{') - (c == ']' || c == '}');
        }
        if (!strchr(" \t\r", c))
            before = c;
    }
}

static bool skip_value(Str value, Str *rest)
{
    Open open = {0};
    if (!value.len || !strchr("\"'[{", value.ptr[0]))
        return true;
    follow(&open, value);
    while ((open.quote || open.depth > 0) && rest->ptr && rest->len)
        follow(&open, str_split(rest, '\n'));
    return !open.unclear && !open.quote && open.depth <= 0;
}

/* Whether a line further in may leave a quoted text open. */
static bool may_leave_open(Str line)
{
    size_t single = 0, twice = 0;
    for (size_t i = 0; i < line.len; i++) {
        single += line.ptr[i] == '\'';
        twice += line.ptr[i] == '"';
    }
    return single % 2 || twice % 2 || str_find(line, STR("\\\"")) >= 0;
}

static bool scan_line(Arena *arena, Str line, Str *rest, Scan *out)
{
    char first = (char)(line.len ? line.ptr[0] : ' ');
    if (first == '#')
        return true;
    if (strchr(" \t\r-", first))
        return !str_starts(line, STR("--- ")) && !str_starts(line, STR("-\t")) &&
               !may_leave_open(line);
    size_t end = 0;
    while (end < line.len && is_key_char(line.ptr[end]))
        end++;
    if (!end || end >= line.len || line.ptr[end] != ':')
        return false;
    Str value = str_after(line, end + 1);
    if (value.len && !strchr(" \t\r", value.ptr[0]))
        return false;
    value = str_trim(value);
    if (value.len && strchr("!&", value.ptr[0]) && may_leave_open(value))
        return false;
    if (!read_key(arena, str_slice(line, 0, end), without_comment(value), rest, out))
        return false;
    return skip_value(value, rest);
}

void scan_names(Arena *arena, Str text, Scan *out)
{
    for (Str rest = text; rest.ptr && rest.len;) {
        Str line = str_split(&rest, '\n');
        if (!scan_line(arena, line, &rest, out))
            out->unsure = true; /* what is found is a guess, for a file that does not parse */
    }
}
