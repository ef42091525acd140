/* test_template_table.c - templates against the output of jinja2 3.1 (StrictUndefined). */
#include "template/template.h"

#include "test.h"

/* clang-format off */
static const char vars_text[] = "{\"s\": \" it's \303\211a \", \"e\": \"\", \"n\": 7, \"m\": -3, \"f\": 0.1, \"g\": 1e+16, \"b\": true, \"z\": null, \"l\": [3, 1, 2], \"w\": [\"b\", \"A\", \"a\", \"B\"], \"d\": {\"k\": 1, \"q\": \"x\"}, \"u\": \"h\303\251llo \344\270\226\347\225\214\", \"o\": [{\"name\": \"cat\", \"legs\": 4}, {\"name\": \"bird\", \"legs\": 2}], \"t\": \"a,b,,c\", \"messages\": [{\"role\": \"user\", \"content\": \"hi\"}, {\"role\": \"assistant\", \"content\": \" yo \"}], \"big\": 123456789012345678901}";

TEST(template_renders_what_jinja2_renders)
{
    static const struct {
        const char *source, *want; /* want NULL: an error in jinja2 too */
    } cases[] = {
        {"plain", "plain"},
        {"{{s}}|{{s.strip()}}|", " it's \303\211a |it's \303\211a|"},
        {"{{n}} {{m}} {{f}} {{g}} {{b}} {{z}} {{l}} {{d}} {{o}} {{big}}", "7 -3 0.1 1e+16 True None [3, 1, 2] {'k': 1, 'q': 'x'} [{'name': 'cat', 'legs': 4}, {'name': 'bird', 'legs': 2}] 123456789012345678901"},
        {"{{[s,n,f,b,z]}}", "[\" it's \303\211a \", 7, 0.1, True, None]"},
        {"{{(1,2)}} {{(1,)}} {{()}} {{1,2}}", "(1, 2) (1,) () (1, 2)"},
        {"{{ {'a':1,2:'b'} }} {{ {} }}", "{'a': 1, 2: 'b'} {}"},
        {"{{ {'k': n}['k'] }}", "7"},
        {"{{l[0]}}{{l[-1]}}{{l[1:]}}{{l[:-1]}}{{l[::-1]}}{{l[::2]}}{{l[5:]}}{{l[-9:2]}}", "32[1, 2][3, 1][2, 1, 3][3, 2][][3, 1]"},
        {"{{u[1]}}{{u[-1]}}{{u[1:3]}}{{u[::-1]}}{{u[:100]}}{{u[3:1]}}{{u[-2:]}}", "\303\251\347\225\214\303\251l\347\225\214\344\270\226 oll\303\251hh\303\251llo \344\270\226\347\225\214\344\270\226\347\225\214"},
        {"{{d.k}}{{d['q']}}{{o[1].name}}{{o.0.legs}}", "1xbird4"},
        {"{{n+1}} {{n-1}} {{n*2}} {{n/2}} {{n//2}} {{n%4}} {{-n}} {{+n}} {{m//2}} {{m%2}} {{m%-2}} {{7.5//2}} {{-7.5%2}} {{7//2.0}}", "8 6 14 3.5 3 37 7 -2 1 -1 3.01.5 3.0"},
        {"{{1/3}} {{2.0*3}} {{1e3}} {{1_000}} {{0.1+0.2}} {{10/5}} {{1e16+1}}", "0.3333333333333333 6.0 1000.0 1000 0.30000000000000004 2.0 1e+16"},
        {"{{'a'+'b'}}{{'ab'*3}}{{2*'x'}}{{[1]+[2]}}{{[0]*3}}{{(1,)+(2,)}}{{'ab'*-1}}", "ababababxx[1, 2][0, 0, 0](1, 2)"},
        {"{{n~'x'~z~f}}", "7xNone0.1"},
        {"{{1<2}}{{2<=2}}{{3>4}}{{3>=3}}{{1==1.0}}{{1!=2}}{{1<2<3}}{{1<3<2}}{{'a'<'b'}}{{[1,2]<[1,3]}}", "TrueTrueFalseTrueTrueTrueTrueFalseTrueTrue"},
        {"{{1 in l}}{{9 in l}}{{9 not in l}}{{'k' in d}}{{'it' in s}}{{'' in e}}{{'zz' not in s}}", "TrueFalseTrueTrueTrueTrueTrue"},
        {"{{b and n}}{{e or 'x'}}{{z and q}}{{not e}}{{not n}}{{0 or 0.0}}{{1 and 2 or 3}}", "7xNoneTrueFalse0.02"},
        {"{{'y' if n else 'n'}}{{'y' if e else 'n'}}{{1 if 0 else 2 if 0 else 3}}", "yn3"},
        {"{% if n>5 %}A{% elif n>3 %}B{% else %}C{% endif %}", "A"},
        {"{% if e %}A{% elif n>3 %}B{% else %}C{% endif %}", "B"},
        {"{% if e %}A{% elif z %}B{% else %}C{% endif %}|{% if e %}x{% endif %}", "C|"},
        {"{% for x in l %}{{x}},{% endfor %}", "3,1,2,"},
        {"{% for x in l %}{{loop.index0}}{{loop.index}}{{loop.first}}{{loop.last}}{{loop.length}}{{loop.revindex}}{{loop.revindex0}};{% endfor %}", "01TrueFalse332;12FalseFalse321;23FalseTrue310;"},
        {"{% for x in [] %}a{% else %}empty{% endfor %}", "empty"},
        {"{% for x in l if x>1 %}{{x}}{{loop.index}}{% endfor %}", "3122"},
        {"{% for k,v in d.items() %}{{k}}={{v}};{% endfor %}", "k=1;q=x;"},
        {"{% for k in d %}{{k}}{% endfor %}{% for c in 'h\303\251y' %}{{c}}.{% endfor %}", "kqh.\303\251.y."},
        {"{% for x in l %}{% for y in w %}{{loop.index}}{% endfor %}{{loop.index}}|{% endfor %}", "12341|12342|12343|"},
        {"{% set x = 5 %}{{x}}{% set x = x+1 %}{{x}}", "56"},
        {"{% set x = 1 %}{% for y in l %}{% set x = y %}{{x}}{% endfor %}{{x}}", "3121"},
        {"{% set x = 1 %}{% if b %}{% set x = 2 %}{% endif %}{{x}}", "2"},
        {"{% set a, c = 1, 2 %}{{c}}{{a}}", "21"},
        {"a  {%- if b -%}  b  {%- endif -%}  c", "abc"},
        {"a {{- n -}} b {{ n -}}   c", "a7b 7c"},
        {"a {#- c -#} b {# x {{ }} #}c", "ab c"},
        {"{{ s|trim }}|{{ 'xxaxx'|trim('x') }}", "it's \303\211a|a"},
        {"{{ n|string + '!' }}{{ l|length }}{{ u|length }}{{ d|length }}{{ u|count }}", "7!3828"},
        {"{{ l|join(',') }}{{ l|join }}{{ w|join(', ') }}{{ o|join('-', attribute='name') }}", "3,1,2312b, A, a, Bcat-bird"},
        {"{{ '7'|int + 1 }}{{ 'x'|int }}{{ 'x'|int(5) }}{{ 3.9|int }}{{ '3.7'|int }}{{ ' 8 '|int }}{{ b|int }}{{ '-4'|int }}", "8053381-4"},
        {"{{ '1.5'|float }}{{ 'x'|float }}{{ n|float }}{{ 'x'|float(2.5) }}", "1.50.07.02.5"},
        {"{{ o|map(attribute='name')|list }}{{ w|map('upper')|join }}{{ o|map(attribute='legs')|list }}", "['cat', 'bird']BAAB[4, 2]"},
        {"{{ 'abc'|list }}{{ d|list }}{{ d.items()|list }}{{ d.keys()|list }}{{ d.values()|list }}", "['a', 'b', 'c']['k', 'q'][('k', 1), ('q', 'x')]['k', 'q'][1, 'x']"},
        {"{{ 'a-b-c'|replace('-','+') }}{{ 'aaa'|replace('a','b',2) }}", "a+b+cbba"},
        {"{{ u|upper }}{{ '\303\200B'|lower }}{{ 'hELLO wORLD'|capitalize }}{{ 'stra\303\237e'|upper }}{{ '\316\221\316\243'|lower }}", "H\303\211LLO \344\270\226\347\225\214\303\240bHello worldSTRASSE\316\261\317\202"},
        {"{{ l|first }}{{ l|last }}{{ 'xyz'|first }}{{ 'xyz'|last }}", "32xz"},
        {"{{ nope|default('q') }}{{ e|default('q') }}{{ e|default('q', true) }}{{ nope|d(1) }}{{ z|default('q') }}{{ d.zz|default('w') }}", "qq1Nonew"},
        {"{{ 'a1b22'|regex_replace('[0-9]+','#') }}", "a#b#"},
        {"{{ l|sort }}{{ w|sort }}{{ l|sort(reverse=true) }}{{ w|unique|list }}{{ [1,1,2]|unique|list }}", "[1, 2, 3]['A', 'a', 'b', 'B'][3, 2, 1]['b', 'A'][1, 2]"},
        {"{{ n is defined }}{{ q is defined }}{{ q is undefined }}{{ q is not defined }}{{ d.zz is defined }}", "TrueFalseTrueTrueFalse"},
        {"{{ z is none }}{{ n is none }}{{ z is not none }}", "TrueFalseFalse"},
        {"{{ s is string }}{{ n is string }}{{ n is number }}{{ f is number }}{{ b is number }}{{ d is mapping }}{{ l is sequence }}{{ s is iterable }}{{ n is iterable }}", "TrueFalseTrueTrueTrueTrueTrueTrueFalse"},
        {"{{ b is true }}{{ b is false }}{{ n is odd }}{{ n is even }}{{ 9 is divisibleby 3 }}{{ 9 is divisibleby(2) }}{{ n is integer }}{{ f is float }}{{ b is boolean }}", "TrueFalseTrueFalseTrueFalseTrueTrueTrue"},
        {"{{ n is eq 7 }}{{ n is ne 7 }}{{ n is in [7] }}{{ 1 is not odd }}", "TrueFalseTrueFalse"},
        {"{{ s.lstrip() }}|{{ s.rstrip() }}|{{ 'xxaxx'.strip('x') }}{{ 'xxa'.lstrip('x') }}{{ 'axx'.rstrip('x') }}", "it's \303\211a | it's \303\211a|aaa"},
        {"{{ t.split(',') }}{{ ' a  b '.split() }}{{ 'a,b,c'.split(',',1) }}{{ ''.split() }}{{ ''.split(',') }}{{ ' a b  c '.split(None, 1) }}", "['a', 'b', '', 'c']['a', 'b']['a', 'b,c'][]['']['a', 'b  c ']"},
        {"{{ '-'.join(w) }}{{ l.index(1) }}{{ 'hello'.index('l') }}{{ 'aXa'.replace('a','b') }}{{ 'ab'.replace('','-') }}", "b-A-a-B12bXb-a-b-"},
        {"{{ 'AbC'.lower() }}{{ 'AbC'.upper() }}{{ 'AbC d'.capitalize() }}{{ \"they're bill's\".title() }}", "abcABCAbc dThey'Re Bill'S"},
        {"{{ 'abc'.startswith('ab') }}{{ 'abc'.endswith('bc') }}{{ 'abc'.startswith('x') }}", "TrueTrueFalse"},
        {"{{ d.get('k') }}{{ d.get('zz') }}{{ d.get('zz', 3) }}", "1None3"},
        {"{{ range(3)|list }}{{ range(1,4)|list }}{{ range(5,0,-2)|list }}{% for i in range(2) %}{{i}}{% endfor %}{{ range(0)|list }}", "[0, 1, 2][1, 2, 3][5, 3, 1]01[]"},
        {"{% for m in messages %}<|{{ m.role }}|>{{ m['content']|trim }}{% if not loop.last %}; {% endif %}{% endfor %}", "<|user|>hi; <|assistant|>yo"},
        {"{{ \"a\\nb\" }}{{ 'it\\'s' }}{{ ['a\\nb', \"it's\", 'q\"'] }}{{ 'a' 'b' }}", "a\nbit's['a\\nb', \"it's\", 'q\"']ab"},
        {"{{ ['one','two'][n-6] }}{{ ['a','b'].index('b') }}{{ [n][0]|string }}", "two17"},
        {"{{ -n|string }}{{ (1 + 2) * 3 }}{{ 1 + 2 * 3 }}{{ 2 - 1 - 1 }}{{ 'a' ~ 1 + 1 }}", NULL},
        {"{{ true }}{{ True }}{{ false }}{{ none }}{{ None }}", "TrueTrueFalseNoneNone"},
        {"{{ nope }}", NULL},
        {"{{ d.nope }}", NULL},
        {"{{ l[9] }}", NULL},
        {"{{ nope.x }}", NULL},
        {"{% if nope %}a{% endif %}", NULL},
        {"{% for x in nope %}a{% endfor %}", NULL},
        {"{{ 'a' + 1 }}", NULL},
        {"{{ 1/0 }}", NULL},
        {"{{ 1 if false }}", ""},
        {"{{ l.index(99) }}", NULL},
        {"{{ raise_exception('no system') }}", NULL},
        {"{{ 'a' < 1 }}", NULL},
        {"{{ n.strip() }}", NULL},
        {"{% if n %}", NULL},
        {"{{ n", NULL},
        {"{{ n | nofilter }}", NULL},
        {"{{ n is notest }}", NULL},
        {"{% nostmt %}", NULL},
        {"{{ }}", NULL},
        {"{{ 'a }}", NULL},
        {"{# x", NULL},
        {"{{ [1,2 }}", NULL},
        {"{% endif %}", NULL},
        {"{{ n n }}", NULL},
        {"{{ a..b }}", NULL},
        {"{{ n + }}", NULL},
        {"{% for in l %}{% endfor %}", NULL},
        {"{{ nope == 1 }}", NULL},
        {"{{ not nope }}", NULL},
        {"{{ []|first }}", NULL},
        {"{{ 5|length }}", NULL},
        {"{{ 'abc'[1.5] }}", NULL},
        {"{{ l['x'] }}", NULL},
        {"{{ l[1:2:0] }}", NULL},
        {"{{ None + 1 }}", NULL},
        {"{{ z.x }}", NULL},
        {"{% for a,b in [[1,2],[3,4]] %}{{a}}-{{b}};{% endfor %}", "1-2;3-4;"},
        {"{% for a,b in [[1,2,3]] %}{{a}}{% endfor %}", NULL},
        {"{{ [1,[2,{'a':(3,)}]] }}", "[1, [2, {'a': (3,)}]]"},
        {"{{ 1.0 }}{{ 1e-5 }}{{ 123456.789 }}{{ 1e22 }}{{ 5e-324 }}", "1.01e-05123456.7891e+225e-324"},
        {"{{ [1.0, true, none] == [1, 1, none] }}", "True"},
        {"{{ '%s' }}{{ 'a' if b and not e else 'c' }}", "%sa"},
        {"{{ n == 7 and 'yes' or 'no' }}", "yes"},
        {"{{ not n == 7 }}{{ not (n in l) }}", "FalseTrue"},
        {"{{ d == {'q':'x','k':1} }}", "True"},
        {"{{ 'A' if 1 in [1] else 'B' }}{{ [x for x in l] }}", NULL},
        {"{{ {'a':1}.a }}{{ {'a':{'b':2}}.a.b }}", "12"},
        {"{{ s.strip()[0] }}{{ u.split(' ')[-1] }}{{ t.split(',')[1:] }}", "i\344\270\226\347\225\214['b', '', 'c']"},
        {"x{% if b %} y {% endif %}z", "x y z"},
        {"{%- set q = 1 -%}  {{ q }}  ", "1  "},
        {"{{ [[1,2],[3]][0][1] }}{{ (1,2)[1] }}{{ 'ABCDE'[2] }}", "22C"},
        {"{{ n > 5 > 3 }}{{ 1 == 1 == 1 }}{{ 2 in [2] == true }}", "TrueTrueFalse"},
        {"{{ ''|length }}{{ [[]]|length }}{{ '\303\251'|string|length }}", "011"},
        {"{{ \"\\u00e9\\x41\\t\" }}|", "\303\251A\t|"},
        {"{{ 'x' * 3 ~ 'y' }}{{ 'a'~'b'~'c' }}", "xxxyabc"},
        {"{% set xs = [1,2] %}{% for x in xs %}{% if loop.first %}F{% elif loop.last %}L{% endif %}{% endfor %}", "FL"},
        {"a\nb\n", "a\nb\n"},
        {"a\n{% if b %}\n  x\n{% endif %}\n", "a\n\n  x\n\n"},
        {"a \n {%- if b %}\n x{% endif -%} \n c\n", "a\n xc\n"},
        {"{{n}}\n", "7\n"},
        {"\r\n{{n}}\rq", "\n7\nq"},
        {"{% for x in l -%}\n {{x}}\n{%- endfor %}", "312"},
    };
    int wrong = 0;
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED_ARENA(a);
        Err err = {0};
        Json vars;
        Template *t;
        Str got = {0};
        CHECK_OK(json_parse(&a, str_from(vars_text), &vars, &err), err);
        bool ok = template_parse(&a, str_from(cases[i].source), "t", &t, &err) == OK &&
                  template_render(t, &vars, &a, &got, &err) == OK;
        if (ok == (cases[i].want != NULL) && (!ok || str_eqc(got, cases[i].want)))
            continue;
        wrong++;
        print_error("%s\n  gives \"%.*s\" %s\n  want  \"%s\"\n", cases[i].source, (int)got.len,
                    got.ptr ? got.ptr : "", err.msg, cases[i].want ? cases[i].want : "(error)");
    }
    CHECK_INT(wrong, 0);
}
