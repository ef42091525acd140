/* phrase_task.c - what task files are told is wrong with them, in Chinese. */
#include "cli/phrase.h"

/* The first row that fits counts. The texts are those of task/ after "FILE:LINE:COLUMN: ". */
static const Phrase problems[] = {
    /* keys */
    {"unknown key \"%s\"; near it: %s", "没有“%s”这个键；相近的有 %s"},
    {"unknown key \"%s\"", "没有“%s”这个键"},
    {"\"%s\" must be a function; what is declared stands in metadata, as assay: {%s: ...}",
     "“%s”只能是函数；声明式的写法放在 metadata 里，如 assay: {%s: …}"},
    {"\"%s\" must be a whole number from %s to %s", "“%s”须是 %s 到 %s 之间的整数"},
    {"\"%s\" must be a whole number from %s", "“%s”须是不小于 %s 的整数"},
    {"\"%s\" must be a number from %s to %s", "“%s”须是 %s 到 %s 之间的数"},
    {"\"%s\" must be between %s and %s", "“%s”须在 %s 到 %s 之间"},
    {"\"%s\" must be from %s to %s", "“%s”须在 %s 到 %s 之间"},
    {"\"%s\" must be above 0", "“%s”须大于 0"},
    {"\"%s\" must be 1 or more", "“%s”至少为 1"},
    {"\"%s\" must not be negative", "“%s”不能为负数"},
    {"\"%s\" is missing: %s", "缺少“%s”：%s"},
    {"it makes the prompt", "它是提示词模板"},
    {"it makes the right answer", "它给出标准答案"},
    {"multiple_choice needs the choices", "multiple_choice 需要选项"},
    {"it names the data set", "它指明评测集"},
    {"there is no test_split either to evaluate on", "也没有 test_split，没有可评测的数据"},
    {"\"%s\" is empty", "“%s”是空的"},
    {"\"kind\" must be choice, multi_choice, number, yes_no or text",
     "“kind”只能是 choice、multi_choice、number、yes_no 或 text"},
    {"\"order\" must be circular or shuffle", "“order”只能是 circular 或 shuffle"},
    {"\"form\" must be any, raw or fenced", "“form”只能是 any、raw 或 fenced"},
    {"\"code\" must be auto or raw", "“code”只能是 auto 或 raw"},
    {"\"by\" must name another metric of the list that judges single answers, not \"%s\"",
     "“by”须写列表中另一个逐个评判答案的指标，而不是“%s”"},
    {"\"process_docs\" must be a list of steps", "“process_docs”须是步骤的列表"},
    {"\"%s\" takes names of columns", "“%s”须写列名"},
    {"a step must be a mapping with one key", "每个步骤须是只有一个键的映射"},
    {"\"%s\" must stand before \"shuffle\" and \"first\"", "“%s”须写在 “shuffle” 和 “first” 之前"},
    /* filters and metrics */
    {"unknown filter \"%s\"; near it: %s", "没有过滤器“%s”；相近的有 %s"},
    {"unknown filter \"%s\"", "没有过滤器“%s”"},
    {"filter \"%s\" needs Python code, which is not run here",
     "过滤器“%s”需要 Python 代码，这里不执行"},
    {"filter \"%s\" is not supported yet", "过滤器“%s”尚不支持"},
    {"filter \"%s\" is not supported", "过滤器“%s”不受支持"},
    {"filter \"%s\" works on generated text, which this task has not",
     "过滤器“%s”作用于生成的文本，而此任务不生成文本"},
    {"a filter needs a \"function\"", "过滤器须写明“function”"},
    {"two filters are named \"%s\"", "有两个过滤器同名“%s”"},
    {"an entry of \"filter_list\" needs a \"name\" and a list \"filter\"",
     "“filter_list”的每一项须有“name”和列表“filter”"},
    {"an entry of \"metric_list\" needs a \"metric\"", "“metric_list”的每一项须有“metric”"},
    {"unknown metric \"%s\" for this output_type; near it: %s",
     "没有指标“%s”，或不适用于这类输出（output_type）；相近的有 %s"},
    {"unknown metric \"%s\" for this output_type",
     "没有指标“%s”，或不适用于这类输出（output_type）"},
    {"metric \"%s\" is not supported yet", "指标“%s”尚不支持"},
    {"metric \"command\" needs a \"program\"", "指标“command”须写明“program”"},
    {"aggregation \"%s\" is not supported yet", "聚合方式“%s”尚不支持"},
    {"tokeniser \"%s\" is not known; use 13a, zh, char, intl or none",
     "没有分词方式“%s”；可用 13a、zh、char、intl 或 none"},
    {"tokenizer \"%s\" is not known; use english, mixed or characters",
     "没有分词方式“%s”；可用 english、mixed 或 characters"},
    {"smoothing \"%s\" is not known; use exp, floor, add-k or none",
     "没有平滑方式“%s”；可用 exp、floor、add-k 或 none"},
    {"language \"%s\" is not known; use auto, en or zh", "没有语言“%s”；可用 auto、en 或 zh"},
    {"take_first_k wants %s answers, but \"repeats\" is %s",
     "take_first_k 需要 %s 个回答，而“repeats”为 %s"},
    /* the whole */
    {"unknown output_type \"%s\"; known: %s", "没有输出类型“%s”；可用 %s"},
    {"unknown sampler \"%s\"; known: %s", "没有抽样方式“%s”；可用 %s"},
    {"needs the Python function \"%s\", which is not run here, and its source (SHA-256 %s) has no "
     "native version",
     "需要 Python 函数“%s”；这里不执行 Python，其源码（SHA-256 %s）也没有对应的内置实现"},
    {"needs the Python function \"%s\", which is not run here; its file is not there to be "
     "compared with native versions",
     "需要 Python 函数“%s”；这里不执行 Python，其文件不在，无法与内置实现核对"},
    {"needs the Python function \"%s\", which is not run here", "需要 Python 函数“%s”，这里不执行"},
    {"choice %s must be text; put it in quotes", "第 %s 个选项须是文字；请加引号"},
    {"a stop text in \"until\" must be text; put it in quotes",
     "“until”中的停止符须是文字；请加引号"},
    {"a few-shot sample must be a mapping", "少样本示例须是映射"},
    {"the file has neither a \"task\" nor a \"group\" name", "文件里既没有“task”也没有“group”名称"},
    {"a task file must be a mapping of keys to values", "任务文件须是键值映射"},
    /* types of values, "text or a number; put text in quotes" */
    {"\"%s\" must be %s", "“%s”须是%s"},
    {"text or %s", "文字或%s"},
    {"a whole number or %s", "整数或%s"},
    {"a number or %s", "数或%s"},
    {"true or false or %s", "true、false 或%s"},
    {"a list or %s", "列表或%s"},
    {"text; put text in quotes", "文字；文字请加引号"},
    {"a whole number; put text in quotes", "整数；文字请加引号"},
    {"a number; put text in quotes", "数；文字请加引号"},
    {"true or false; put text in quotes", "true、false；文字请加引号"},
    {"a list; put text in quotes", "列表；文字请加引号"},
    {"a mapping; put text in quotes", "映射；文字请加引号"},
    {"text", "文字"},
    {"a whole number", "整数"},
    {"a number", "数"},
    {"true or false", "true 或 false"},
    {"a list", "列表"},
    {"a mapping", "映射"},
    {"a function", "函数"},
};

const Phrase *phrase_problem_at(size_t index)
{
    return index < COUNT(problems) ? &problems[index] : NULL;
}

static size_t digits(Str s)
{
    size_t n = 0;
    while (n < s.len && s.ptr[n] >= '0' && s.ptr[n] <= '9')
        n++;
    return n;
}

/* How much of "FILE:LINE:COLUMN: what" is place; 0 when it begins with none. */
static size_t place_len(Str text)
{
    for (ptrdiff_t at = 0; (at = str_find_from(text, STR(":"), (size_t)at)) >= 0; at++) {
        Str rest = str_after(text, (size_t)at + 1);
        size_t line = digits(rest);
        Str more = str_after(rest, line);
        size_t column = line && more.len && more.ptr[0] == ':' ? digits(str_after(more, 1)) : 0;
        if (column && str_starts(str_after(more, 1 + column), STR(": ")))
            return (size_t)at + 1 + line + 1 + column + 2;
    }
    return 0;
}

/* The text before " (and 3 more problems; ...)", and the number. */
static Str without_more(Str text, Str *more)
{
    ptrdiff_t at = str_find(text, STR(" (and "));
    *more = (Str){0};
    if (at < 0 || !str_ends(text, STR(" more problems; `assay task check` lists them)")))
        return text;
    Str number = str_after(text, (size_t)at + strlen(" (and "));
    *more = str_slice(number, 0, digits(number));
    return str_slice(text, 0, (size_t)at);
}

Str phrase_problem(const App *app, Arena *arena, Str text)
{
    size_t place = app->chinese ? place_len(text) : 0;
    if (!app->chinese)
        return text;
    Str more, what = without_more(str_after(text, place), &more);
    Str shown = phrase_translate(arena, problems, COUNT(problems), what, false);
    Str rest = more.len
                   ? str_printf(arena, "（另有 " STR_FMT " 处问题；“assay task check” 可列出全部）",
                                STR_ARG(more))
                   : STR("");
    return str_printf(arena, STR_FMT STR_FMT STR_FMT, STR_ARG(str_slice(text, 0, place)),
                      STR_ARG(shown), STR_ARG(rest));
}
