/* test_chat_template.c - messages as prompts. The expected texts were printed by jinja2 3.1.6
 * with trim_blocks and lstrip_blocks, the settings of transformers. */
#include "test.h"

#include "model/chat_template.h"

static const char four[] = "[{\"role\":\"system\",\"content\":\" Be brief. \"},"
                           "{\"role\":\"user\",\"content\":\"Hi\"},"
                           "{\"role\":\"assistant\",\"content\":\"Yes?\"},"
                           "{\"role\":\"user\",\"content\":\"你好\\n\"}]";

static Status render(Arena *a, const char *source, const char *messages, Str *out, Err *err)
{
    Template *t;
    Json json;
    const ChatTokens tokens = {STR("<s>"), STR("</s>")};
    CHECK_OK(json_parse(a, str_from(messages), &json, err), *err);
    TRY(chat_template_parse(a, str_from(source), "m.gguf", &t, err));
    return chat_template_render(t, &json, tokens, a, out, err);
}

TEST(chat_templates_render_as_by_jinja2)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *source, *want;
    } cases[] = {
        {"{# one line a turn #}\n{% for m in messages %}\n  {% set mark = {'system': '<rules>', "
         "'user': '<ask>'}.get(m.role, '<say>') %}\n{{ mark ~ '\\n' ~ m.content ~ eos_token }}\n  "
         "{% if loop.last and add_generation_prompt %}\n{{ '<say>' }}\n  {% endif %}\n{% endfor %}",
         "<rules>\n Be brief. </s>\n<ask>\nHi</s>\n<say>\nYes?</s>\n<ask>\n你好\n</s>\n<say>\n"},
        {"{{ bos_token }}{% if messages[0]['role'] == 'system' %}\n    {% set sys = "
         "messages[0]['content'] | trim %}\n    {% set rest = messages[1:] %}\n{% else %}\n    {% "
         "set sys = '' %}\n    {% set rest = messages %}\n{% endif %}\n{% for m in rest %}\n    {# "
         "a turn #}\n    {% if m.role == 'user' %}\n        {{- '[INST] ' + (sys ~ ' ' if "
         "loop.first and sys else '') + m.content + ' [/INST]' }}\n    {%- else %}\n        {{- ' "
         "' + m.content + eos_token }}\n    {%- endif %}\n{% endfor %}",
         "<s>[INST] Be brief. Hi [/INST] Yes?</s>[INST] 你好\n [/INST]"},
        {"a\n  {% if not tools %}\n  b\n  {%+ if documents is none %}c{% endif +%}\n{% endif %}\nd "
         "{% set x = '%}' %}\n{{ x }}\n  {{ add_generation_prompt }}\n\n",
         "a\n  b\n  c\nd %}\n  True\n"},
        {"{% for m in messages %}\t{%- if true %} {{ m.content }}{% endif -%}\n {% endfor %}\n\n{# "
         "end #}\n\nAnswer:",
         "  Be brief.  Hi Yes? 你好\n\n\nAnswer:"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Err err = {0};
        Str got = {0};
        CHECK_OK(render(&a, cases[i].source, four, &got, &err), err);
        CHECK_STR(got, cases[i].want);
    }
}

TEST(chat_template_text_ends_with_the_last_message_of_the_assistant)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Str got;
    static const char two[] = "[{\"role\":\"user\",\"content\":\"Hi B \"},"
                              "{\"role\":\"assistant\",\"content\":\"B \"}]";
    CHECK_OK(render(&a,
                    "{% for m in messages %}[{{ m.role }}]{{ m.content }}{{ eos_token }}"
                    "{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}",
                    two, &got, &err),
             err);
    CHECK_STR(got, "[user]Hi B </s>[assistant]B");
    CHECK_INT(render(&a, "{{ messages[0].role }}", two, &got, &err), E_USAGE);
    CHECK(strstr(err.msg, "leaves out"));
}

TEST(chat_template_errors_name_the_place)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Str got;
    CHECK_INT(render(&a, "{% for m in messages %}\n\n{{ m.content", four, &got, &err), E_PARSE);
    CHECK(strstr(err.msg, "m.gguf: line 2"));
    CHECK_INT(render(&a, "x{{ raise_exception('no') }}", four, &got, &err), E_PARSE);
    CHECK_STR(str_from(err.msg), "m.gguf: line 1 column 5: no"); /* the template's own words */
    CHECK_INT(render(&a, "{% set ns = namespace(x=1) %}", four, &got, &err), E_PARSE);
    CHECK_STR(str_from(err.msg), "m.gguf: line 1 column 13: unknown function \"namespace\"");
    CHECK_INT(render(&a, "{{ messages }}", "[]", &got, &err), E_USAGE);
    CHECK_STR(chat_template_trim(&a, STR("{{ a }}\n {{ b }}\n{% unclosed")),
              "{{ a }}\n {{ b }}\n{% unclosed");
}
