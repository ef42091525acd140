/* test_task_python.c - functions of Python files: what they are made of. */
#include "task/python.h"

#include "base/sha256.h"
#include "test.h"

static const char file[] = "\"\"\"about\n\n  this\"\"\"\n"
                           "import re  # regular\n"
                           "import os\n"
                           "from x import (\n    helper as h,\n    other,\n)\n"
                           "\n"
                           "LETTERS = [\"A\", 'B'] # two\n"
                           "TEXT = (\n    \"one \"\n    'it\\'s\\n'\n)\n"
                           "counts, total = {}, 0\n"
                           "total += 1\n"
                           "if total == 1:\n    MODE = 'x'\nelse:\n    MODE = 'y'\n"
                           "\n"
                           "def clean(s):   \n"
                           "    # strips\n"
                           "\n"
                           "    return re.sub(r'\\s+', ' ', s)\n"
                           "@h\n"
                           "def docs(d):\n"
                           "\tq = f\"{clean(d['q'])}: {LETTERS[0]} {{x}}\"\n"
                           "\treturn q\n"
                           "def lonely(d): return TEXT\n"
                           "for s in LETTERS:\n"
                           "    globals()[f'make_{s}'] = clean\n";

static PythonFunction function_of(Arena *a, const char *text, const char *name)
{
    Err err = {0};
    PythonFunction f = {0};
    CHECK_OK(python_function(a, str_from(text), str_from(name), &f, &err), err);
    return f;
}

TEST(a_python_function_is_its_source_and_what_it_names)
{
    SCOPED_ARENA(a);
    PythonFunction f = function_of(&a, file, "lonely");
    CHECK_STR(f.canonical, "TEXT = (\n    \"one \"\n    'it\\'s\\n'\n)\n"
                           "def lonely(d): return TEXT");
    CHECK(!f.made);
    CHECK_INT(f.texts.len, 1); /* neighbours are joined */
    CHECK_STR(f.texts.items[0], "one it's\n");
    f = function_of(&a, file, "docs");
    CHECK_STR(f.canonical,
              "import re\nfrom x import (\n    helper as h,\n    other,\n)\n"
              "LETTERS = [\"A\", 'B']\n"
              "def clean(s):\n    return re.sub(r'\\s+', ' ', s)\n"
              "@h\ndef docs(d):\n\tq = f\"{clean(d['q'])}: {LETTERS[0]} {{x}}\"\n\treturn q\n"
              "for s in LETTERS:\n    globals()[f'make_{s}'] = clean");
    CHECK_STR(f.hash, sha256_hex(&a, f.canonical).ptr);
    static const char *const texts[] = {
        "A", "B", "\\s+", " ", "{clean(d['q'])}: {LETTERS[0]} {{x}}", "make_{s}"};
    CHECK_INT(f.texts.len, COUNT(texts));
    for (size_t i = 0; i < COUNT(texts); i++)
        CHECK_STR(f.texts.items[i], texts[i]);
}

TEST(a_python_function_that_no_statement_defines_stands_for_the_file)
{
    SCOPED_ARENA(a);
    PythonFunction f = function_of(&a, file, "make_A");
    CHECK(f.made);
    CHECK(str_starts(f.canonical, STR("\"\"\"about\n\n  this\"\"\"\nimport re\nimport os\n")));
    CHECK(function_of(&a, "", "f").made);
}

/* The same function: comments, blank lines, blanks at line ends and line ends do not count. */
TEST(a_python_function_keeps_its_hash_when_only_its_looks_change)
{
    SCOPED_ARENA(a);
    static const char *const same[] = {
        "def f(d):\n    return d['a b']\n",
        "# x\ndef f(d): # y\n\n    return d['a b']  \n\n\n",
        "import os\r\ndef f(d):\r\n    return d['a b']",
        "def g(): pass\ndef f(d):\n    return d['a b']\nx = 1\n",
    };
    static const char *const others[] = {
        "def f(d):\n    return d['a  b']\n",
        "def f(d):\n  return d['a b']\n",
        "d = 1\ndef f(d):\n    return d['a b']\n", /* it may be that d */
        "def f(d):\n    return d['a b']\nif x:\n    f = None\n",
        "def f(d):\n    return d['a b']\nf = 3\n",
    };
    Str hash = function_of(&a, same[0], "f").hash;
    for (size_t i = 0; i < COUNT(same); i++)
        CHECK_STR(function_of(&a, same[i], "f").hash, hash.ptr);
    for (size_t i = 0; i < COUNT(others); i++)
        CHECK(!str_eq(function_of(&a, others[i], "f").hash, hash));
}

TEST(texts_of_a_python_file_say_what_python_says)
{
    SCOPED_ARENA(a);
    static const struct {
        const char *source, *want;
    } cases[] = {
        {"x = '\\u00e9\\x41\\U0001F431\\q\\\\n\\\n.'", "\xc3\xa9"
                                                       "A\xf0\x9f\x90\xb1\\q\\n."},
        {"x = R'\\n\\''", "\\n\\'"},
        {"x = '''a\n'b' \"\"\" c'''", "a\n'b' \"\"\" c"},
        {"x = rb\"q\"", "q"},
        {"x = 'a' # no\n", "a"},
        {"x = ('a'\n\n  # c\n  \"b\")", "ab"},
        {"x = 'open\ny = 1", "open"},
        {"x = \"\"\"open\ny = 1", "open\ny = 1"},
        {"x = '", ""},
        {"x = ''", ""},
        {"x = '\\ud800'", "\\ud800"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        PythonFunction f = function_of(&a, cases[i].source, "x");
        CHECK(f.texts.len == 1);
        CHECK_STR(f.texts.items[0], cases[i].want);
    }
}

TEST(long_texts_of_a_python_file_join_whole)
{
    SCOPED_ARENA(a);
    StrBuf source = strbuf_make(&a, 1 << 16), want = strbuf_make(&a, 1 << 16);
    strbuf_adds(&source, "x = (");
    for (int i = 0; i < 100; i++) {
        strbuf_addf(&source, "\n    'piece %d of the text '", i);
        strbuf_addf(&want, "piece %d of the text ", i);
    }
    strbuf_adds(&source, ")");
    PythonFunction f = function_of(&a, source.ptr, "x");
    CHECK_INT(f.texts.len, 1);
    CHECK(str_eq(f.texts.items[0], strbuf_str(&want)));
}

/* Each piece copied all before it: a file of 240 kB took 2 GB. */
TEST(many_texts_of_a_python_file_join_in_time)
{
    enum { PIECES = 400000 };
    SCOPED_ARENA(a);
    StrBuf source = strbuf_make(&a, 4 * PIECES + 64);
    strbuf_adds(&source, "x = (");
    for (int i = 0; i < PIECES; i++)
        strbuf_adds(&source, "'a' ");
    strbuf_adds(&source, ")\ny = 'b'\n");
    PythonFunction f = function_of(&a, source.ptr, "x");
    CHECK_INT(f.texts.len, 1);
    CHECK_INT(f.texts.items[0].len, PIECES);
    CHECK_STR(function_of(&a, "x = 'a' 'b', 'c' 'd'\n", "x").texts.items[1], "cd");
}
