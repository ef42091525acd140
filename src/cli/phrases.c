/* phrases.c - the sentences of lower rooms in Chinese. The first row that fits counts, so what
 * says more stands before what says less. A sentence without a row is shown in English. */
#include "cli/phrase.h"

/* task/metric_*.c. The report page has the same rows in web/report/text.js (a test compares). */
static const Phrase whys[] = {
    {"chose \"%s\" (%s), expected \"%s\"", "选了“%s”（%s），标准答案为“%s”"},
    {"found %s of %s needles", "找到 %s 根针，共 %s 根"},
    {"passes its tests", "通过测试"},
    {"left before its tests ended", "测试结束前已退出"},
    {"stopped after %s seconds", "%s 秒后被终止"},
    {"ended by signal %s: %s", "被信号 %s 终止：%s"},
    {"ended by signal %s", "被信号 %s 终止"},
    {"exit status %s: %s", "退出状态 %s：%s"},
    {"exit status %s", "退出状态 %s"},
    {"follows %s of %s instructions; not %s", "遵循 %s 条指令，共 %s 条；未遵循 %s"},
    {"follows %s of %s instructions", "遵循 %s 条指令，共 %s 条"},
    {"raw JSON", "纯 JSON"},
    {"JSON in a fence", "代码块中的 JSON"},
    {"is not JSON", "不是 JSON"},
    {"%s fields are right, of %s given and %s expected", "%s 个字段正确，给出 %s 个，应有 %s 个"},
    {"%s of %s answers pass; %s", "%s 个回答通过，共 %s 个；%s"},
    {"answered \"%s\", expected \"%s\"", "回答“%s”，标准答案为“%s”"},
    {"%s of the first %s tags are right; %s given, %s expected",
     "%s 个标签正确，比较了前 %s 个；给出 %s 个，应有 %s 个"},
    {"%s entities found, %s wrong, %s missed", "找到 %s 个实体，错 %s 个，漏 %s 个"},
    {"four ratings read", "读到四个评分"},
    {"not the four ratings that were asked for", "不是所要求的四个评分"},
    {"%s against true answers, %s against false ones", "与真实答案 %s，与虚假答案 %s"},
    {"entity %s is the likeliest", "第 %s 个实体最可能"},
    {"%s of %s answers are right", "%s 个回答正确，共 %s 个"},
    {"right in %s of %s orders of the options", "选项顺序答对 %s 种，共 %s 种"},
    {"extracted \"[no answer]\", expected \"%s\"", "未抽取到答案，标准答案为“%s”"},
    {"extracted \"%s\", expected \"%s\"", "抽取到“%s”，标准答案为“%s”"},
    {"\"%s\" is not what the model would write", "模型自己不会写出“%s”"},
    {"\"%s\" is what the model would write", "模型自己会写出“%s”"},
    {"log-probability of \"%s\"", "“%s”的对数概率"},
};

/* The rules of text/extract_*.c; the same in web/report/text.js. */
static const Phrase rules[] = {
    {"boxed", "\\boxed{}"},
    {"tag", "<answer> 标签"},
    {"hash", "#### 之后"},
    {"cue", "“答案是”之类提示语"},
    {"predicate", "“当选”“是正确答案”"},
    {"first_line", "首行"},
    {"last_line", "末行"},
    {"option_text", "选项原文"},
    {"conclusion", "结论句"},
    {"verdict", "逐项判断"},
    {"elimination", "排除法"},
    {"named_option", "唯一提及的选项"},
    {"whole", "全文"},
    {"last_number", "最后一个数"},
    {"last_number_word", "最后一个数词"},
    {"equality", "最后的等号之后"},
    {"first_word", "首词"},
    {"last_word", "末词"},
    {"ambiguous", "答案不唯一"},
    {"nothing", "没有答案"},
    {"declined", "表示无法回答"},
    {"empty", "空"},
    {"unfinished_thinking", "思考未结束"},
    {"several_lines", "多行且无提示语"},
};

/* The steps before them (text/extract.c); the same in web/report/text.js. */
static const Phrase steps[] = {
    {"thinking", "去掉思考过程"},
    {"cut", "思考未结束，去掉到末尾"},
    {"length", "只读末尾"},
    {"nfkc", "全角转半角等（NFKC）"},
    {"markdown", "去掉 Markdown 标记"},
    {"latex", "去掉 LaTeX 标记"},
};

static const Phrase errors[] = {
    /* files */
    {"could not open \"%s\": %s", "无法打开“%s”：%s"},
    {"could not open the task folder \"%s\": %s", "无法打开任务目录“%s”：%s"},
    {"could not read \"%s\": %s", "无法读取“%s”：%s"},
    {"could not write \"%s\": %s", "无法写入“%s”：%s"},
    {"could not create \"%s\": %s", "无法创建“%s”：%s"},
    {"No such file or directory", "没有该文件或目录"},
    {"there is no such file", "没有该文件"},
    {"Permission denied", "没有权限"},
    {"Is a directory", "这是一个目录"},
    {"No space left on device", "磁盘空间不足"},
    {"Read-only file system", "文件系统只读"},
    {"\"%s\" is larger than the limit of %s bytes", "“%s”超过 %s 字节的上限"},
    {"\"%s\" has no items; nothing was stored", "“%s”中没有题目，未存入任何内容"},
    {"cannot read \"%s\": its name must end in .jsonl, .json, .csv or .tsv",
     "无法读取“%s”：文件名须以 .jsonl、.json、.csv 或 .tsv 结尾"},
    /* databases */
    {"there is no database \"%s\"; run an evaluation first or name it with --db",
     "没有数据库“%s”；请先运行一次评测，或用 --db 指定"},
    {"database \"%s\": database or disk is full; free some disk space and run the same command "
     "again",
     "数据库“%s”：磁盘已满；请清理磁盘空间后再次运行同一命令"},
    {"database \"%s\": attempt to write a readonly database; check who may write the file and its "
     "folder",
     "数据库“%s”是只读的；请检查该文件及其目录的写权限"},
    {"database \"%s\": unable to open database file; check who may write the file and its folder",
     "无法打开数据库“%s”；请检查该文件及其目录的写权限"},
    {"database \"%s\": database is locked; another program is writing to it, try again later",
     "数据库“%s”正被另一个程序写入；请稍后再试"},
    {"database \"%s\": %s; free some disk space and run the same command again",
     "数据库“%s”：%s；请清理磁盘空间后再次运行同一命令"},
    {"database \"%s\": %s; check the disk, its space and limits, and run the same command again",
     "数据库“%s”：%s；请检查磁盘、剩余空间与限额，然后再次运行同一命令"},
    {"database \"%s\": %s; name another file with --db, or restore it from a backup",
     "数据库“%s”：%s；请用 --db 另指定文件，或从备份恢复"},
    {"database \"%s\": %s", "数据库“%s”：%s"},
    {"database \"%s\" has schema version %s, this program knows %s; use a newer assay",
     "数据库“%s”的结构版本为 %s，本程序只认识到 %s；请使用更新的 assay"},
    {"database \"%s\" has the older schema version %s; run \"assay db migrate\" first",
     "数据库“%s”的结构版本 %s 较旧；请先运行“assay db migrate”"},
    {"\"%s\" is not a database of assay: %s", "“%s”不是 assay 的数据库：%s"},
    {"PostgreSQL needs the library libpq.so.5; install the package libpq5",
     "使用 PostgreSQL 需要动态库 libpq.so.5；请安装软件包 libpq5"},
    /* names */
    {"there is no task, group or tag \"%s\"; near it: %s; `assay task list` shows all",
     "没有名为“%s”的评测任务、任务组或标签；相近的有 %s；“assay task list” 可列出全部"},
    {"there is no task, group or tag \"%s\"; `assay task list` shows all",
     "没有名为“%s”的评测任务、任务组或标签；“assay task list” 可列出全部"},
    {"there is no data set \"%s\"; near it: %s; \"assay dataset list\" shows them",
     "没有评测集“%s”；相近的有 %s；“assay dataset list” 可列出全部"},
    {"there is no data set \"%s\"; \"assay dataset list\" shows them",
     "没有评测集“%s”；“assay dataset list” 可列出全部"},
    {"there is no model \"%s\"; near it: %s; \"assay model list\" shows them",
     "没有登记模型“%s”；相近的有 %s；“assay model list” 可列出全部"},
    {"there is no model \"%s\"; \"assay model list\" shows them",
     "没有登记模型“%s”；“assay model list” 可列出全部"},
    {"run %s has no item with the key \"%s\"", "评测 %s 中没有标识为“%s”的题目"},
    {"there is no run %s; \"assay runs\" shows them", "没有评测 %s；“assay runs” 可列出全部"},
    {"\"%s\" is not a run number; \"assay runs\" lists them",
     "“%s”不是评测号；“assay runs” 可列出全部"},
    {"\"%s\" is not a run number", "“%s”不是评测号"},
    {"there is no command \"%s\"; \"assay help\" lists them",
     "没有命令“%s”；“assay help” 可列出全部"},
    {"data set \"%s\" has no column \"%s\" to cluster by; it has %s",
     "评测集“%s”没有可用于聚类的列“%s”；它的列为 %s"},
    {"there is no column \"target\"; say with --target where the right answer is; the columns are "
     "%s",
     "没有标准答案列“target”；请用 --target 指明标准答案在哪一列；现有的列为 %s"},
    {"there is no column \"output\"; say with --output where the output is; the columns are %s",
     "没有模型输出列“output”；请用 --output 指明模型输出在哪一列；现有的列为 %s"},
    {"there is no column \"%s\" to keep; the columns are %s",
     "没有可存入题目的列“%s”；现有的列为 %s"},
    {"there is no column \"%s\" in the data; the columns are %s",
     "数据中没有列“%s”；现有的列为 %s"},
    {"model \"%s\" has a second output for this item; one id, one output; --model-column names the "
     "column that says whose output it is",
     "模型“%s”对这道题有第二条输出，而一个题目标识只能有一条；请用 --model-column "
     "指明模型名在哪一列"},
    {"outputs of %s models need a column \"id\" that says which item each answers; --id names "
     "another "
     "column or a template",
     "%s 个模型的输出需要“id”列来说明各自回答哪道题；可用 --id 指定其他列或模板"},
    {"item \"%s\" has two different targets: %s and %s", "题目“%s”有两个不同的标准答案：%s 与 %s"},
    {"there are no records; nothing was imported", "没有记录，未导入任何内容"},
    {"\"%s\" is one object, not an array of records; say where in it the array stands, as "
     "--records "
     "data.items",
     "“%s”是一个对象，不是记录的数组；请用 --records 指明数组在哪里，如 --records data.items"},
    {"there is no column \"%s\"; the columns are %s", "没有列“%s”；现有的列为 %s"},
    {"task \"%s\", item %s: %s", "评测任务“%s”第 %s 题：%s"},
    /* models */
    {"model \"%s\": %s", "模型“%s”：%s"},
    {"could not open model \"%s\": %s", "无法打开模型“%s”：%s"},
    {"there is no file \"%s\", and built in are only %s", "没有文件“%s”，内置模型只有 %s"},
    {"no key: set the environment variable %s", "缺少密钥：请设置环境变量 %s"},
    {"cannot read the model \"%s\": it is neither a known name nor one of the inline forms; write "
     "%s",
     "无法识别模型“%s”：既不是已登记的名称，也不是可直接使用的写法；请写成 %s"},
    {"could not reach the server: %s", "无法连接服务器：%s"},
    {"Failed to connect to %s port %s after %s ms: %s", "连接 %s 端口 %s 失败（%s 毫秒）：%s"},
    {"Connection refused (%s)", "连接被拒绝（%s）"},
    {"Couldn't connect to server (%s)", "连接失败（Couldn't connect to server）（%s）"},
    {"Could not resolve host: %s (%s)", "无法解析主机名 %s（%s）"},
    {"Operation timed out after %s milliseconds with %s (%s)", "%s 毫秒后超时，收到 %s（%s）"},
    {"Connection timed out (%s)", "连接超时（%s）"},
    {"Connection reset by peer (%s)", "连接被对方重置（%s）"},
    {"Network is unreachable (%s)", "网络不可达（%s）"},
    {"SSL certificate problem: %s (%s)", "TLS 证书有问题：%s（%s）"},
    {"SSL %s (%s)", "TLS 连接失败：SSL %s（%s）"},
    {"the connection was closed (%s)", "连接被关闭（%s）"},
    {"the program gave no answer within %s seconds", "程序在 %s 秒内没有作答"},
    {"the program ended (exit status %s): %s", "程序已退出（退出码 %s）：%s"},
    {"the program ended (exit status %s)", "程序已退出（退出码 %s）"},
    {"the program ended (signal %s)", "程序被信号 %s 终止"},
    {"the program closed its output", "程序关闭了输出"},
    {"the program's answer is no JSON object: %s", "程序的回答不是 JSON 对象：%s"},
    {"the program's answer has no \"text\"", "程序的回答里没有“text”"},
    {"the program's answer has the \"id\" of another question", "程序的回答带的是另一道题的“id”"},
    {"none of %s replies could be judged: %s", "%s 个回答无一能够评判：%s"},
    {"could not judge the reply: %s", "无法评判模型输出：%s"},
    {"item %s: item %s: %s", "第 %2$s 题：%3$s"},
    {"item %s: %s", "第 %s 题：%s"},
    {"no reply", "没有回复"},
    {"the prompt has %s tokens but the model's context is %s",
     "提示词有 %s 个词元，超过模型的上下文长度 %s"},
    {"the text has %s tokens but the model's context is %s",
     "文本有 %s 个词元，超过模型的上下文长度 %s"},
    {"the program's answer has no \"logprob\" of at most 0",
     "程序的回答里没有不大于 0 的“logprob”"},
    {"no output of this item was recorded", "这道题没有记录模型输出"},
    {"run %s keeps its scores: %s", "评测 %s 的得分保持不变：%s"},
    {"run %s holds the scores of %s, which cannot be made again here; import its outputs as "
     "records "
     "(--from records) to judge them by other rules",
     "评测 %s 的得分由 %s 给出，这里无法重新计算；若要换规则评分，请把其输出作为记录导入（--from "
     "records）"},
    {"runs %s and %s have no metric in common", "评测 %s 与 %s 没有共同的指标"},
    {"no reply in time: %s", "服务器未及时响应：%s"},
    {"the connection ended before the reply was complete: %s", "回复尚未完整，连接就中断了：%s"},
    {"HTTP 401: %s; the key was taken from %s", "HTTP 401（密钥无效）：%s；密钥取自环境变量 %s"},
    {"HTTP 401: %s; set the key in %s", "HTTP 401（缺少密钥）：%s；请在环境变量 %s 中设置密钥"},
    {"HTTP 404: %s; check the address (it usually ends in /v1) and the model's name",
     "HTTP 404：%s；请检查接口地址（通常以 /v1 结尾）与模型名"},
    {"run %s is being worked on by process %s; wait for it or stop it first",
     "评测 %s 正由进程 %s 执行；请等它结束或先停止它"},
    {"the budget of %s is reached (%s spent)", "已达到预算 %s（已花费 %s）"},
    {"the limit of %s requests is reached", "已达到 %s 次请求的上限"},
    {"interrupted", "被中断"},
    {"model \"%s\" is named twice; name each model once", "模型“%s”重复；每个模型只写一次"},
    {"what is the model called at the server \"%s\"? Name it with -m (--model)",
     "服务器“%s”上的模型叫什么？请用 -m（--model）写明"},
    {"what shall the model be called? Give one NAME", "模型取什么名称？请给出一个名称"},
    /* usage */
    {"there is no option %s; --help lists them", "没有选项 %s；--help 可列出全部"},
    {"option %s needs a value: %s", "选项 %s 需要取值：%s"},
    {"option %s needs a whole number, not \"%s\"", "选项 %s 需要整数，而不是“%s”"},
    {"option %s needs a number, not \"%s\"", "选项 %s 需要数字，而不是“%s”"},
    {"option %s takes no value", "选项 %s 不带取值"},
    {"which command? Options stand behind it, as in assay run %s",
     "哪个命令？选项写在命令之后，如 assay run %s"},
    {"gate \"%s\": no task has that metric; there are %s", "准入门槛“%s”：没有这样的指标；现有 %s"},
    {"cannot read gate \"%s\"; write [TASK:]METRIC[@FILTER][.low|.high] OP NUMBER, such as "
     "acc>=0.8",
     "无法读懂准入门槛“%s”；格式为 [任务:]指标[@抽取流程][.low|.high] 比较符 数值，如 acc>=0.8"},
    {"--option-order is circular or shuffle, or with columns as circular:A,B,C,D:answer, not "
     "\"%s\"",
     "--option-order 只能是 circular 或 shuffle，可带列名如 circular:A,B,C,D:answer，而不是“%s”"},
    {"task \"%s\" does not say which columns its options are; give --option-order "
     "circular:COLUMN,COLUMN...:ANSWER (the columns of the options and the one of the answer)",
     "评测任务“%s”没有说明选项在哪些列；请写 --option-order circular:选项列,选项列…:答案列"},
    {"--outcome is scored, no_answer, truncated, refused, filtered or error",
     "--outcome 只能是 "
     "scored（已评分）、no_answer（未读出答案）、truncated（被截断）、refused（拒答）、"
     "filtered（被拦截）或 error（出错）"},
    {"export what where? Give run numbers and then a file, such as 1 2 report.html, or - for the "
     "output",
     "导出什么，写到哪里？请先写评测号再写文件，如 1 2 report.html；写 - 则输出到终端"},
    {"the shares of --part add up to %s, not to 1; give two parts or more, such as -p train=0.8 -p "
     "test=0.2",
     "--part 的占比之和为 %s，应为 1；请给出两个以上的切分，如 -p train=0.8 -p test=0.2"},
    {"model \"%s\" has the unknown provider \"%s\"; known are %s",
     "模型“%s”的接入方式“%s”未知；可用 %s"},
    {"--set looks like a key; keys are never stored: put it in an environment variable and give "
     "that "
     "variable's name with --key-env (and --set key_header=NAME when it goes into another header "
     "than "
     "Authorization)",
     "--set 的值像是密钥，而密钥从不保存：请放进环境变量，再用 --key-env 写明变量名（若不经 "
     "Authorization "
     "请求头发送，另加 --set key_header=名称）"},
    {"the data of task \"%s\" has %s items, numbered from 0",
     "评测任务“%s”的数据有 %s 题，从 0 起编号"},
    {"--lang is zh or en", "--lang 只能是 zh 或 en"},
    {"no model: name one with -m, such as -m local:tiny-4",
     "没有指定模型：请用 -m 指定，例如 -m local:tiny-4"},
    {"no task: name one with -t (\"assay task list\" shows them), or give --data FILE --prompt "
     "TEMPLATE --target TEMPLATE",
     "没有指定评测任务：请用 -t 指定（“assay task list” 可列出），或给出 --data 文件 --prompt 模板 "
     "--target 模板"},
    {"which run? Give its number; \"assay runs\" lists them",
     "哪一次评测？请给出评测号；“assay runs” 可列出"},
    {"which model? Give one name; \"assay model list\" shows them",
     "哪个模型？请给出一个名称；“assay model list” 可列出"},
    {"which task? Give one name; \"assay task list\" shows them",
     "哪个评测任务？请给出一个名称；“assay task list” 可列出"},
    {"which data set? Give NAME, NAME:SPLIT or NAME:SPLIT@VERSION; \"assay dataset list\" shows "
     "them",
     "哪个评测集？请给出 名称、名称:切分 或 名称:切分@版本；“assay dataset list” 可列出"},
    {"compare what? Two or more run numbers, or two models",
     "对比什么？请给出两个以上的评测号，或两个模型"},
    {"models \"%s\" and \"%s\" have no finished task in common",
     "模型“%s”与“%s”没有共同完成的评测任务"},
    {"model \"%s\" has no runs; \"assay runs\" lists them",
     "模型“%s”没有评测；“assay runs” 可列出全部"},
    {"runs %s and %s follow different protocols, their numbers are not comparable (--force "
     "compares all the same):%s",
     "评测 %s 与 %s 的评测口径不同，得分不可比（--force 可强制对比）：%s"},
    {"cannot write \"%s\": the formats are json, jsonl, csv, xlsx, parquet and html "
     "(--format names one)",
     "无法写成“%s”：格式只有 json、jsonl、csv、xlsx、parquet 和 html（可用 --format 指定）"},
    {"--limit must not be negative", "--limit 不能为负数"},
    {"--%s must be from %s to %s", "--%s 须在 %s 到 %s 之间"},
    {"--until-ci must be a width below 1, such as 0.05", "--until-ci 须为小于 1 的宽度，如 0.05"},
    {"--until-ci needs items that do not share a source: leave out --cluster",
     "--until-ci 要求各题互不同源：请去掉 --cluster"},
    {"--until-ci needs a first metric that is a mean of values from 0 to 1, and \"%s\" of task "
     "\"%s\" is none",
     "--until-ci 要求首个指标是 0 到 1 之间取值的均值，而任务“%2$s”的“%1$s”不是"},
    {"--prompt needs one --data FILE, the file with the items",
     "--prompt 还需要一个 --data 文件，即题目所在的文件"},
    {"--prompt needs --target TEMPLATE, the right answer, such as '{{answer}}'",
     "--prompt 还需要 --target 模板（标准答案），如 '{{answer}}'"},
    {"--extract knows no kind \"%s\"; near it: %s; if it is a regex, write (%s)",
     "--extract 没有“%s”这种抽取方式；相近的有 %s；若是正则，请写成 (%s)"},
    {"unknown metric \"%s\" for this output_type; near it: %s",
     "没有指标“%s”，或不适用于这类输出（output_type）；相近的有 %s"},
    {"unknown metric \"%s\" for this output_type",
     "没有指标“%s”，或不适用于这类输出（output_type）"},
    {"command line:1:1: %s", "命令行：%s"},
    {"configuration:1:1: %s", "命令行：%s"},
    /* texts and templates, from the outside in */
    {"task \"%s\", document %s: %s", "评测任务“%s”第 %s 题：%s"},
    {"doc_to_text: line %s column %s: %s", "提示词模板（doc_to_text）第 %s 行第 %s 列：%s"},
    {"--%s: line %s column %s: %s", "--%s 的模板第 %s 行第 %s 列：%s"},
    {"expected the end of the tag, found \"%s\"", "此处应为标签的结尾，却是“%s”"},
    {"doc_to_target: line %s column %s: %s", "标准答案模板（doc_to_target）第 %s 行第 %s 列：%s"},
    {"\"%s\" is undefined; the columns are %s", "没有“%s”；现有的列为 %s"},
    {"the quoted field is not closed", "引号没有闭合"},
    {"%s:%s: columns %s and %s have no name in the first line",
     "%s 第 %s 行：首行中第 %s 列与第 %s 列没有列名"},
    {"%s:%s: its lines seem to end with CR alone; save it with LF or CR LF",
     "%s 第 %s 行：各行似乎只以 CR 结尾；请另存为 LF 或 CR LF 换行"},
    {"--delimiter is \"%s\"; it is one character, such as ';', or tab",
     "--delimiter 为“%s”；应为一个字符（如 ';'）或 tab"},
    {"cell %s has %s characters, a workbook holds %s in a cell; write .jsonl or .csv instead",
     "单元格 %s 有 %s 个字符，工作簿的单元格最多 %s 个；请改用 .jsonl 或 .csv"},
    {"\"%s:%s\" has one version, there is none before it to restore",
     "“%s:%s”只有一个版本，没有更早的版本可恢复"},
    {"\"%s:%s\" holds the items of version %s already (version %s)",
     "“%s:%s”的内容已与版本 %s 相同（版本 %s）"},
    {"part \"%s\" would be empty; the data set is too small, or its groups are too large",
     "切分“%s”将为空；评测集太小，或分组太大"},
    {"Parquet needs the library of DuckDB, which is not there; \"tools/install-deps parquet\" "
     "installs "
     "it, or name it in ASSAY_DUCKDB (docs/DATA.md)",
     "Parquet 需要 DuckDB 的库，但没有找到；可用 “tools/install-deps parquet” 安装，或用 "
     "ASSAY_DUCKDB 指定（见 docs/DATA.md）"},
    {"%s:%s: the record has %s fields, the first line names %s columns",
     "%s 第 %s 行：该行有 %s 个字段，首行有 %s 列"},
    {"the record has %s fields, the first line names %s columns", "该行有 %s 个字段，首行有 %s 列"},
    /* data sets on a hub */
    {"the hub refuses data set \"%s\" at revision \"%s\" (status %s): %s; a private or gated data "
     "set "
     "needs a token in HF_TOKEN whose owner may read it",
     "站点拒绝访问评测集“%s”（版本 %s，状态码 %s）：%s；私有或受限的评测集需要在 HF_TOKEN "
     "中提供有权限的令牌"},
    {"the hub has no data set \"%s\" at revision \"%s\": %s",
     "站点上没有评测集“%s”（版本 %s）：%s"},
    {"could not fetch data set \"%s\" at revision \"%s\" from %s: %s",
     "无法下载评测集“%s”（版本 %s），站点 %s：%s"},
    /* where a version comes from */
    {"clean of %s", "清洗自 %s"},
    {"restore of %s", "恢复自 %s"},
    {"split of %s, seed %s", "切分自 %s，随机种子 %s"},
    /* why cleaning removes an item */
    {"empty", "空文本"},
    {"encoding", "乱码"},
    {"language", "语言不符"},
    {"conflict", "标签冲突"},
    {"duplicate", "重复"},
    {"near_duplicate", "近似重复"},
    {"length", "长度异常"},
    {"label \"%s\"; item %s (%s)", "标签“%s”；第 %s 题（%s）"},
    {"item %s (%s)", "第 %s 题（%s）"},
    {"%s: record %s: %s", "%s：第 %s 条记录：%s"},
    {"%s: line %s: %s", "%s：第 %s 行：%s"},
    {"line %s: %s", "第 %s 行：%s"},
};

const Phrase *phrase_why_at(size_t index)
{
    return index < COUNT(whys) ? &whys[index] : NULL;
}

const Phrase *phrase_rule_at(size_t index)
{
    return index < COUNT(rules) ? &rules[index] : NULL;
}

const Phrase *phrase_step_at(size_t index)
{
    return index < COUNT(steps) ? &steps[index] : NULL;
}

const Phrase *phrase_error_at(size_t index)
{
    return index < COUNT(errors) ? &errors[index] : NULL;
}

Str phrase_why(const App *app, Arena *arena, Str why)
{
    return app->chinese ? phrase_translate(arena, whys, COUNT(whys), why, true) : why;
}

Str phrase_rule(const App *app, Str rule)
{
    for (size_t i = 0; app->chinese && i < COUNT(rules); i++)
        if (str_eqc(rule, rules[i].english))
            return str_from(rules[i].chinese);
    return rule;
}

Str phrase_steps(const App *app, Arena *arena, Str names)
{
    StrBuf out = strbuf_make(arena, 1 << 10);
    while (app->chinese && names.len) {
        Str name = str_split(&names, ' ');
        for (size_t i = 0; i < COUNT(steps); i++)
            if (str_eqc(name, steps[i].english))
                name = str_from(steps[i].chinese);
        strbuf_addf(&out, "%s" STR_FMT, out.len ? "、" : "", STR_ARG(name));
    }
    return app->chinese ? strbuf_str(&out) : names;
}

/* A task file's problem that ends a command is one of its messages too. */
Str phrase_error(const App *app, Arena *arena, Str message)
{
    if (!app->chinese)
        return message;
    Str shown = phrase_translate(arena, errors, COUNT(errors), message, false);
    return shown.ptr == message.ptr ? phrase_problem(app, arena, message) : shown;
}
