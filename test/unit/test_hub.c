/* test_hub.c - patterns of a data set's README, and what a hub says. */
#include "test.h"

#include "cli/hub_configs.h"
#include "cli/hub_read.h"

TEST(hub_patterns_fit_paths)
{
    static const struct {
        const char *pattern, *path;
        bool want;
    } cases[] = {
        {"a.csv", "a.csv", true},
        {"a.csv", "a.csvx", false},
        {"*.csv", "a.csv", true},
        {"*.csv", "x/a.csv", false},
        {"data/train-*", "data/train-00000-of-00002.parquet", true},
        {"data/train-*", "data/train-", true},
        {"**/a.csv", "a.csv", true},
        {"**/a.csv", "x/y/a.csv", true},
        {"**/a.csv", "xa.csv", false},
        {"x/**", "x/y/z", true},
        {"x/**", "y/x/z", false},
        {"x/**/z", "x/z", true},
        {"x?y", "x/y", false},
        {"x?y", "x.y", true},
        {"t[0-3].csv", "t2.csv", true},
        {"t[!0-3].csv", "t2.csv", false},
        {"t[!0-3].csv", "t9.csv", true},
        {"t[].csv", "t[].csv", true}, /* without its end a bracket is itself */
        {"[", "[", true},
        {"t[]]", "t]", true},
        {"*a*b*c*", "xxaxxbxxcxx", true},
        {"", "", true},
        {"", "x", false},
        {"*", "", true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t effort = 100000;
        if (hub_glob(str_from(cases[i].pattern), str_from(cases[i].path), &effort) != cases[i].want)
            test_fail(__FILE__, __LINE__, "\"%s\" and \"%s\"", cases[i].pattern, cases[i].path);
    }
}

TEST(hub_patterns_stop_at_their_effort)
{
    int64_t effort = 50;
    CHECK(!hub_glob(STR("*a*a*a*a*a*a*"), STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaa"), &effort));
    CHECK(effort < 0);
}

/* A long class in brackets is looked through for each character of each path. */
TEST(hub_classes_cost_what_they_are_long)
{
    SCOPED_ARENA(a);
    StrBuf pattern = strbuf_make(&a, 1024);
    strbuf_addc(&pattern, '[');
    for (int i = 0; i < 500; i++)
        strbuf_addc(&pattern, 'x');
    strbuf_adds(&pattern, "a]");
    int64_t effort = 1000000, before = effort;
    CHECK(hub_glob(strbuf_str(&pattern), STR("a"), &effort));
    CHECK(before - effort >= 500);
}

TEST(hub_readme_without_configs_declares_none)
{
    CHECK(!hub_has_configs(STR("# text\nconfigs:\n- config_name: x\n")));
    CHECK(!hub_has_configs(STR("---\nlicense: mit\n---\n")));
    CHECK(!hub_has_configs(STR("---\nconfigs:\n- config_name: x\n"))); /* no end */
    CHECK(!hub_has_configs(STR("---\nconfigs: [\n---\n")));
    CHECK(hub_has_configs(STR("---\r\nconfigs:\r\n- config_name: x\r\n---\r\n")));
}

TEST(hub_configs_take_splits_in_all_their_forms)
{
    SCOPED_ARENA(a);
    Err err = {0};
    HubFiles files = {0};
    HubParts parts = {0};
    static const char *const names[] = {"d/b.csv", "d/a.csv", "t.csv.gz", "x.txt"};
    for (size_t i = 0; i < COUNT(names); i++)
        vec_push(&a, &files, (HubFile){.path = str_from(names[i])});
    static const char readme[] = "---\nconfigs:\n- data_files: {test: d/*, dev: ./t.csv.gz}\n"
                                 "- config_name: list\n  data_files: [t.csv.gz, d/b.csv]\n---\n";
    CHECK_OK(hub_configs(STR(readme), &files, (Str){0}, (Str){0}, &a, &parts, &err), err);
    CHECK_INT(parts.len, 3);
    CHECK_STR(parts.items[0].config, "default");
    CHECK_STR(parts.items[0].split, "test");
    CHECK_INT(parts.items[0].shards.len, 2);
    CHECK_STR(parts.items[0].shards.items[0].path, "d/a.csv");
    CHECK_STR(parts.items[1].ext, "csv.gz");
    CHECK_STR(parts.items[2].config, "list");
    CHECK_STR(parts.items[2].split, "train");
    CHECK_STR(parts.items[2].shards.items[0].path, "t.csv.gz");
    parts.len = 0;
    CHECK(hub_configs(STR("---\nconfigs:\n- data_files: none.csv\n---\n"), &files, (Str){0},
                      (Str){0}, &a, &parts, &err) == E_MISSING);
    CHECK(strstr(err.msg, "names \"none.csv\", but no data file fits"));
}

TEST(hub_answers_are_checked)
{
    SCOPED_ARENA(a);
    Err err = {0};
    Str commit;
    HubFiles files = {0};
    CHECK(hub_read_commit(STR("<html>"), &a, &commit, &err) == E_PARSE);
    CHECK(hub_read_commit(STR("{\"sha\": \"../x\"}"), &a, &commit, &err) == E_REMOTE);
    CHECK(hub_read_tree(STR("{}"), &a, &files, &err) == E_REMOTE);
    CHECK_OK(hub_read_tree(STR("[7, {\"type\": \"file\", \"path\": \"a/../b\"}, {\"type\": "
                               "\"file\", \"path\": \"a/b\", \"size\": 3}]"),
                           &a, &files, &err),
             err);
    CHECK_INT(files.len, 1);
}
