/* text.h - every text the command line shows, in English and Chinese, in one table. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stdbool.h>

#define TEXTS(X)                                                                                   \
    X(T_HELP_DEMO, "a complete evaluation with built-in models: no key, no server",                \
      "用内置模型跑一次完整评测，无需密钥和服务器")                                                \
    X(T_HELP_RUN, "evaluate models on tasks, or what a run file says",                             \
      "在评测任务上评测模型，或按运行文件执行")                                                    \
    X(T_HELP_RUNS, "list the runs", "列出所有评测")                                                \
    X(T_HELP_SHOW, "the numbers of a run, with intervals and outcomes",                            \
      "查看一次评测的得分、置信区间与结果状态")                                                    \
    X(T_HELP_SAMPLES, "the samples of a run: prompt, output, verdict",                             \
      "查看评测的样本：提示词、模型输出、评判")                                                    \
    X(T_HELP_COMPARE, "compare runs item by item, with a test", "逐题配对对比评测并做显著性检验")  \
    X(T_HELP_RESCORE, "score stored outputs again, without inference",                             \
      "对已存输出重新评分，不再推理")                                                              \
    X(T_HELP_EXPORT, "write runs to .json .jsonl .csv .xlsx .parquet or .html",                    \
      "导出评测为 .json .jsonl .csv .xlsx .parquet 或 .html")                                      \
    X(T_HELP_IMPORT, "make runs from recorded outputs, or other frameworks' logs",                 \
      "把已有的模型输出或其他框架的日志导入为评测")                                                \
    X(T_HELP_TASK_LIST, "list tasks, groups and tags", "列出评测任务、任务组与标签")               \
    X(T_HELP_TASK_SHOW, "a task with everything resolved", "查看展开后的任务定义")                 \
    X(T_HELP_TASK_CHECK, "check a task file or a folder of them", "检查任务文件或目录")            \
    X(T_HELP_TASK_PREVIEW, "the exact prompt of an item", "预览某一题的完整提示词")                \
    X(T_HELP_DATASET_IMPORT, "store a data file as a frozen version", "导入数据文件为冻结版本")    \
    X(T_HELP_DATASET_CLEAN, "a version without duplicates and dirty items, and why",               \
      "剔除重复与脏数据，生成新版本并给出原因")                                                    \
    X(T_HELP_DATASET_RESTORE, "make an earlier version the newest again",                          \
      "将较早的版本恢复为最新版本")                                                                \
    X(T_HELP_DATASET_SPLIT, "divide a data set into parts", "将评测集切分为几部分")                \
    X(T_HELP_DATASET_EXPORT, "write a data set to .jsonl, .csv, .tsv, .xlsx or .parquet",          \
      "导出评测集为 .jsonl、.csv、.tsv、.xlsx 或 .parquet")                                        \
    X(T_HELP_DATASET_PULL, "fetch a data set from a hub into the data folder",                     \
      "从数据集站点下载到数据目录")                                                                \
    X(T_CLEANED_BY, "text: %s; label: %s", "文本列：%s；标签列：%s")                               \
    X(T_KEPT, "%zu of %zu items are kept", "保留 %2$zu 题中的 %1$zu 题")                           \
    X(T_DETAIL, "detail", "说明")                                                                  \
    X(T_EXPORTED_ITEMS, "%lld items written to %s", "%lld 题已写入 %s")                            \
    X(T_DIFFERS, "compared with version %lld: %lld added, %lld removed, %lld changed",             \
      "与版本 %lld 相比：新增 %lld，删除 %lld，修改 %lld")                                         \
    X(T_HELP_DATASET_LIST, "list data sets and versions", "列出评测集与版本")                      \
    X(T_HELP_DATASET_SHOW, "look at a data set's items", "查看评测集的题目")                       \
    X(T_HELP_DATASET_NEEDLE, "make needle-in-a-haystack tasks: facts hidden in long texts",        \
      "生成“大海捞针”任务：在长文本中藏入事实")                                                    \
    X(T_HELP_MODEL_ADD, "name a model and how it is reached", "登记模型及其接入方式")              \
    X(T_HELP_MODEL_LIST, "list the named models", "列出已登记的模型")                              \
    X(T_HELP_MODEL_TEST, "ask a model one question", "向模型发送一个测试请求")                     \
    X(T_HELP_MODEL_REMOVE, "take a model off the list", "移除模型")                                \
    X(T_HELP_DB_MIGRATE, "bring an older database up to this program",                             \
      "将旧版数据库升级到本程序的版本")                                                            \
    X(T_MIGRATED, "%s is up to date", "%s 已是最新版本")                                           \
    X(T_HELP_VERSION, "version and commit", "版本与提交")                                          \
    X(T_HELP_HELP, "this list, or help of a command", "显示命令列表或某个命令的帮助")              \
    X(T_COMPARE_TAKEN,                                                                             \
      "task %1$s: comparing runs %2$lld and %3$lld (the models have %4$zu and %5$zu finished "     \
      "ones); \"assay runs -t %6$s\" lists them, \"assay compare RUN RUN\" takes others",          \
      "任务 %1$s：对比评测 %2$lld 与 %3$lld"                                               \
      "（两个模型分别有 %4$zu 和 %5$zu 次已完成的评测）；"                       \
      "“assay runs -t %6$s” 可列出，“assay compare 评测号 评测号” 可另选")                         \
    X(T_VALUES_LEFT_OUT,                                                                           \
      "%s: %zu values are of a whole corpus, not of one item, and were left out",                  \
      "%s：%zu 个值属于整个语料而非单题，未导入")                                                  \
    X(T_READ_AS, "%s: read as %s", "%s：按 %s 编码读取")                                           \
    X(T_SHARDS, "%s: %zu shards are taken together", "%s：合并 %zu 个分片")                        \
    X(T_DELIMITED_BY, "%s: columns are taken as separated by %s (--delimiter names another)",      \
      "%s：按“%s”分隔各列（可用 --delimiter 另行指定）")                                           \
    X(T_SKIPPED, "%s: %zu malformed records were left out", "%s：跳过 %zu 条格式错误的记录")       \
    X(T_AND_MORE, "  and %zu more", "  另有 %zu 条")                                               \
    X(T_OUTPUT_LOST, "could not write the output", "无法写出结果")                                 \
    X(T_USAGE, "usage", "用法")                                                                    \
    X(T_COMMANDS, "commands", "命令")                                                              \
    X(T_OPTIONS, "options", "选项")                                                                \
    X(T_COMMON_OPTIONS, "options of every command", "通用选项")                                    \
    X(T_TAGLINE, "Assay: evaluate AI models, with error bars", "试金：带误差棒的大模型评测")       \
    X(T_MODEL, "model", "被测模型")                                                                \
    X(T_TASK, "task", "评测任务")                                                                  \
    X(T_METRIC, "metric", "指标")                                                                  \
    X(T_SCORE, "score", "得分")                                                                    \
    X(T_SE, "s.e.", "标准误")                                                                      \
    X(T_INTERVAL, "95 % interval", "95% 置信区间")                                                 \
    X(T_ITEMS, "n", "题数")                                                                        \
    X(T_ANSWERED, "among answered", "仅计已作答")                                                  \
    X(T_RUN, "run", "评测")                                                                        \
    X(T_STATE, "state", "状态")                                                                    \
    X(T_CREATED, "created", "创建时间")                                                            \
    X(T_DATASET, "data set", "评测集")                                                             \
    X(T_VERSION, "version", "版本")                                                                \
    X(T_NAME, "name", "名称")                                                                      \
    X(T_PROVIDER, "provider", "接入方式")                                                          \
    X(T_ADDRESS, "address", "接口地址")                                                            \
    X(T_KIND, "kind", "类型")                                                                      \
    X(T_FILE, "file", "文件")                                                                      \
    X(T_OUTCOMES, "outcomes", "结果状态")                                                          \
    X(T_SCORED, "scored", "已评分")                                                                \
    X(T_NO_ANSWER, "no answer", "未读出答案")                                                      \
    X(T_TRUNCATED, "truncated", "被截断")                                                          \
    X(T_REFUSED, "refused", "拒答")                                                                \
    X(T_FILTERED, "filtered", "被拦截")                                                            \
    X(T_ERROR, "error", "出错")                                                                    \
    X(T_TOKENS, "tokens", "词元")                                                                  \
    X(T_TOKENS_IN_OUT, "%lld in, %lld out", "输入 %lld，输出 %lld")                                \
    X(T_LATENCY, "latency", "时延")                                                                \
    X(T_FIRST_TOKEN, "time to first token", "首字时延")                                            \
    X(T_COLON, ": ", "：")                                                                         \
    X(T_COMMA, ", ", "，")                                                                         \
    X(T_SECONDS, "s", "秒")                                                                        \
    X(T_MILLISECONDS, "ms", "毫秒")                                                                \
    X(T_PERCENTILES, "p50 %s, p90 %s, p99 %s", "p50 %s，p90 %s，p99 %s")                           \
    X(T_COST, "cost", "费用")                                                                      \
    X(T_PROTOCOL, "protocol", "评测口径")                                                          \
    X(T_CACHED, "%lld of %lld from the cache", "%2$lld 个样本中有 %1$lld 个来自缓存")              \
    X(T_INCOMPLETE,                                                                                \
      "INCOMPLETE: %lld of %lld samples have no answer; the same command asks them again",         \
      "未完成：%2$lld 个样本中有 %1$lld 个没有作答；再次运行同一命令即可续跑")                     \
    X(T_ENDED_EARLY,                                                                               \
      "ended after %lld of %lld items, drawn at random; the interval is a confidence sequence, "   \
      "which holds whenever one stops",                                                            \
      "随机抽取 %lld/%lld 题后提前结束；区间为置信序列，无论何时停止都成立")                       \
    X(T_ASKED_ALL,                                                                                 \
      "all %lld items are asked; the interval is a confidence sequence, as --until-ci was given",  \
      "全部 %lld 题都已作答；因用了 --until-ci，区间为置信序列")                                   \
    X(T_WHY_ERRORS, "\"assay samples %lld --outcome error\" says why",                             \
      "“assay samples %lld --outcome error” 可查看原因")                                           \
    X(T_ALIKE, "%s (and alike, with other numbers)", "%s（等，数字各异）")                         \
    X(T_OTHER_ERRORS, "%lld with other errors", "另有 %lld 个样本是其他错误")                      \
    X(T_STATE_RUNNING, "running", "进行中")                                                        \
    X(T_STATE_FINISHED, "finished", "已完成")                                                      \
    X(T_STATE_STOPPED, "stopped", "已停止")                                                        \
    X(T_KIND_TASK, "task", "任务")                                                                 \
    X(T_KIND_TAG, "tag", "标签")                                                                   \
    X(T_GROUP, "group", "任务组")                                                                  \
    X(T_DIFFERENCE, "difference", "差值")                                                          \
    X(T_TEST, "test", "检验")                                                                      \
    X(T_TEST_MCNEMAR, "mcnemar-exact", "精确 McNemar")                                             \
    X(T_TEST_SIGN_FLIP, "sign-flip", "符号翻转置换")                                               \
    X(T_TEST_RANDOMISATION, "approximate-randomisation", "近似随机化")                             \
    X(T_HOLM, "p (Holm)", "p（Holm 校正）")                                                        \
    X(T_DETECTABLE, "detectable", "最小可检出差异")                                                \
    X(T_ONLY_FIRST_RIGHT, "only first right", "仅前者对")                                          \
    X(T_ONLY_SECOND_RIGHT, "only second right", "仅后者对")                                        \
    X(T_FLIPS, "items that flipped (%zu):", "结果翻转的题目（%zu）：")                             \
    X(T_CHANGES, "items whose value changed, most changed first (%zu):",                           \
      "得分有变化的题目，变化大的在前（%zu）：")                                                   \
    X(T_MORE, "... and %zu more (-n N shows N, --all every one)",                                  \
      "……另有 %zu 条（-n N 显示 N 条，--all 显示全部）")                                           \
    X(T_FORCED, "FORCED: the protocols differ, the numbers are not strictly comparable",           \
      "强制对比：评测口径不同，得分并不严格可比")                                                  \
    X(T_UNPAIRED, "%zu items only in the first run, %zu only in the second",                       \
      "仅前者有 %zu 题，仅后者有 %zu 题")                                                          \
    X(T_VERDICT_BETTER, "%s is better than %s on %s (p = %s)",                                     \
      "在 %3$s 上 %1$s 优于 %2$s（p = %4$s）")                                                     \
    X(T_LOOK_AT_ITEM, "assay samples %lld --key KEY shows one of them",                            \
      "查看其中一题：assay samples %lld --key 标识")                                               \
    X(T_VERDICT_BARE, "no significant difference on %s (p = %s)",                                  \
      "在 %s 上没有显著差异（p = %s）")                                                            \
    X(T_VERDICT_NONE,                                                                              \
      "no significant difference on %s (p = %s); a difference of %s would have been found "        \
      "with 80 %% probability",                                                                    \
      "在 %s 上没有显著差异（p = %s）；若真实差异达到 %s，有 80%% 的把握检出")                     \
    X(T_GATE_PASSED, "gate passed: %s (%s)", "通过准入门槛：%s（%s）")                             \
    X(T_GATE_FAILED, "gate FAILED: %s (%s)", "未达准入门槛：%s（%s）")                             \
    X(T_ALREADY_DONE, "already answered earlier; --fresh asks again",                              \
      "此前已完成；--fresh 重新作答")                                                              \
    X(T_STOPPED, "stopped: %s", "已停止：%s")                                                      \
    X(T_RESUME_HINT, "run the same command again to go on", "再次运行同一命令即可继续")            \
    X(T_FRESH_CONTINUED,                                                                           \
      "going on with the unfinished --fresh run; once it is finished, --fresh begins another",     \
      "继续尚未完成的 --fresh 评测；完成之后 --fresh 才会重新开始")                                \
    X(T_DRAINING, "finishing what is in flight; Ctrl-C again stops at once",                       \
      "正在等待已发出的请求；再按一次 Ctrl-C 立即停止")                                            \
    X(T_PROGRESS_ERRORS, "errors %lld", "出错 %lld")                                               \
    X(T_PROGRESS_ETA, "left %s", "剩余 %s")                                                        \
    X(T_PROGRESS_MEAN, "mean %.1f ± %.1f", "均值 %.1f ± %.1f")                                     \
    X(T_PROGRESS_RATE, "%.0f/s", "%.0f/秒")                                                        \
    X(T_NEXT, "next", "接下来")                                                                    \
    X(T_WROTE, "wrote %s", "已写入 %s")                                                            \
    X(T_NEEDLE_WROTE, "wrote %s and %s (%lld items)", "已写入 %s 和 %s（%lld 题）")                \
    X(T_NEEDLE_NEXT, "next: assay run -m MODEL --tasks %1$s --data %1$s -t %2$s",                  \
      "接下来：assay run -m MODEL --tasks %1$s --data %1$s -t %2$s")                               \
    X(T_CELL_ITEMS, "score and 95 %% interval; %zu items in each cell",                            \
      "得分与 95%% 置信区间；每格 %zu 题")                                                         \
    X(T_CELL_ITEMS_DIFFER, "score, 95 % interval and items of each cell",                          \
      "各格的得分、95% 置信区间与题数")                                                            \
    X(T_PARAMETER_HINT, "note: --gen %s goes to the model as it is; near it: %s",                  \
      "提示：--gen %s 会原样交给模型；相近的有 %s")                                                \
    X(T_BACKSLASH_HINT,                                                                            \
      "note: --prompt holds \\n as two characters; for a line break write $'...\\n...' in the "    \
      "shell",                                                                                     \
      "提示：--prompt 中的 \\n 是两个字符；需要换行时请在 shell 中写作 $'...\\n...'")              \
    X(T_ITEM, "item", "题目")                                                                      \
    X(T_PROMPT, "prompt", "提示词")                                                                \
    X(T_OUTPUT, "output", "模型输出")                                                              \
    X(T_EXTRACTED, "extracted answer", "抽取的答案")                                               \
    X(T_TARGET, "target", "标准答案")                                                              \
    X(T_WHY, "why", "理由")                                                                        \
    X(T_OUTCOME, "outcome", "结果状态")                                                            \
    X(T_REASONING, "reasoning", "思考过程")                                                        \
    X(T_NOTHING, "nothing to show", "没有可显示的内容")                                            \
    X(T_FINE, "no problems in %zu files", "检查了 %zu 个文件，没有问题")                           \
    X(T_COLUMNS, "columns", "列")                                                                  \
    X(T_VERSION_HEAD, "%s:%s, version %lld, items %lld\nsource: %s\ncolumns: %s",                  \
      "%s:%s，版本 %lld，%lld 题\n来源：%s\n列：%s")                                               \
    X(T_SOURCE, "source", "来源")                                                                  \
    X(T_ADDED, "added %s", "已登记 %s")                                                            \
    X(T_REMOVED, "removed %s", "已移除 %s")                                                        \
    X(T_KNOWN_VERSION, "this content is version %lld already", "内容与版本 %lld 相同")             \
    X(T_STORED, "stored %s:%s as version %lld, %lld items", "已存入 %s:%s 版本 %lld，共 %lld 题")  \
    X(T_RESCORED, "run %lld scored again: %lld judgements changed",                                \
      "评测 %lld 已重新评分：%lld 条评判有变化")                                                   \
    X(T_RESCORED_HOW, "values: %lld up, %lld down; answers: %lld now found, %lld no longer found", \
      "分值：%lld 条升高，%lld 条降低；答案：%lld 条由无到有，%lld 条由有到无")                    \
    X(T_RULE, "extraction rule", "抽取规则")                                                       \
    X(T_PIPELINE, "pipeline", "抽取流程")                                                          \
    X(T_SHARE, "share", "占比")                                                                    \
    X(T_NOT_FOUND, "no answer", "未抽取到答案")                                                    \
    X(T_REPLIED, "replied in %.2f s: %s", "%.2f 秒后收到回复：%s")                                 \
    X(T_NO_TASKS, "no tasks; name their folder with --tasks DIR or ASSAY_TASKS",                   \
      "没有评测任务；用 --tasks DIR 或环境变量 ASSAY_TASKS 指定任务目录")                          \
    X(T_KEY_NOT_SET,                                                                               \
      "the environment variable %s is not set yet; set it before the model is used",               \
      "环境变量 %s 尚未设置，使用该模型前请先设置")                                                \
    X(T_KEY_ENV, "key in", "密钥变量")                                                             \
    X(T_SETTINGS, "settings", "设置")                                                              \
    X(T_TASKS_COUNT, "tasks", "任务数")                                                            \
    X(T_ONLY_REASON, "only this", "仅此原因")                                                      \
    X(T_REASON, "reason", "原因")                                                                  \
    X(T_CAUSE_KEY, "key", "键")                                                                    \
    X(T_CAUSE_FILTER, "filter", "过滤器")                                                          \
    X(T_CAUSE_FUNCTION, "function", "函数")                                                        \
    X(T_CAUSE_MISSING, "missing key", "缺少键")                                                    \
    X(T_CAUSE_TEMPLATE, "template", "模板")                                                        \
    X(T_CAUSE_OUTPUT, "output_type", "输出类型")                                                   \
    X(T_CAUSE_AGGREGATION, "aggregation", "聚合方式")                                              \
    X(T_CAUSE_OTHER, "other", "其他")                                                              \
    X(T_EXAMPLE, "example", "示例")                                                                \
    X(T_MORE_REASONS, "... and %zu more reasons (--json lists all)",                               \
      "……另有 %zu 种原因（--json 列出全部）")                                                      \
    X(T_COVERAGE, "%zu of %zu tasks and %zu of %zu groups can run",                                \
      "可运行：任务 %zu/%zu，任务组 %zu/%zu")                                                      \
    X(T_PROBLEMS, "%zu problems in %zu of %zu files",                                              \
      "%3$zu 个文件中 %2$zu 个有问题，共 %1$zu 处")                                                \
    X(T_MODE, "mode", "提示方式")                                                                  \
    X(T_STOP_TEXTS, "stop", "停止符")                                                              \
    X(T_PARAMETERS, "parameters", "生成参数")                                                      \
    X(T_CONTINUATION, "continuation", "续写选项")                                                  \
    X(T_CHOICES, "choices", "选项")                                                                \
    X(T_COLUMNS_TAKEN, "columns taken by their names: %s", "按列名取用：%s")                       \
    X(T_IMPORTED, "run %lld: %s, %lld of %lld items have an output",                               \
      "评测 %1$lld：%2$s，%4$lld 题中 %3$lld 题有模型输出")                                        \
    X(T_IMPORTED_BEFORE, "run %lld: %s, imported before; nothing changed",                         \
      "评测 %lld：%s，此前已导入，未作改动")                                                       \
    X(T_LANGUAGE_ZH, "Chinese", "中文")                                                            \
    X(T_LANGUAGE_JA, "Japanese", "日文")                                                           \
    X(T_LANGUAGE_KO, "Korean", "韩文")                                                             \
    X(T_LANGUAGE_TH, "Thai", "泰文")                                                               \
    X(T_ADVICE,                                                                                    \
      "WARNING: run %1$lld: the references are %2$s, and %3$s as it is set finds next to no "      \
      "words in them; its number says little",                                                     \
      "警告：评测 %1$lld 的参考答案是%2$s，按当前设置 %3$s 几乎切不出词，这个得分没有参考价值")    \
    X(T_ADVICE_DO,                                                                                 \
      "ask with --metric %1$s, or judge the stored outputs again: assay rescore %2$lld --metric "  \
      "%3$s",                                                                                      \
      "请改用 --metric %1$s，或对已存输出重新评分：assay rescore %2$lld --metric %3$s")            \
    X(T_DEMO_INTRO,                                                                                \
      "Eleven tiny language models are built in. Five of them now answer eight question sets, "    \
      "in English and Chinese.",                                                                   \
      "程序内置了十一个微型语言模型，现在让其中五个回答八组中英文题目。")                          \
    X(T_DEMO_COMPARE, "Is %s really better than %s?", "%s 真的比 %s 好吗？")                       \
    X(T_DEMO_AUDIT,                                                                                \
      "A public benchmark against fresh twin items of the same kind (a taste of the overfitting "  \
      "audit), with the 95 % interval of the gap:",                                                \
      "公开题与同类全新孪生题的对照（过拟合审计初体验），差距附 95% 置信区间：")                   \
    X(T_DEMO_PUBLIC, "public", "公开集")                                                           \
    X(T_DEMO_TWIN, "twin", "孪生集")                                                               \
    X(T_DEMO_GAP, "gap", "差距")                                                                   \
    X(T_DEMO_HONEST, "no evidence that the public score is inflated", "未见公开得分虚高的证据")    \
    X(T_DEMO_LEAKED, "the public score does not carry over to fresh items",                        \
      "公开得分无法推广到全新题目")                                                                \
    X(T_DEMO_GAP_LINE, "  %-12s %s %s, %s %s: %s %s %s, p = %s",                                   \
      "  %-12s %s %s，%s %s：%s %s %s，p = %s")                                                    \
    X(T_DEMO_TITLE, "The tiny models on the built-in suite", "微型模型在内置评测套件上的表现")     \
    X(T_DEMO_WROTE, "wrote %s and %s: open the page in a browser",                                 \
      "已写入 %s 和 %s：用浏览器打开该报告")                                                       \
    X(T_DEMO_TYPE_NEXT, "What to type next:", "接下来可以试试：")                                  \
    X(T_DEMO_NEXT_SHOW, "one run in detail", "查看一次评测的详情")                                 \
    X(T_DEMO_NEXT_WRONG, "what a model got wrong", "看看模型答错了什么")                           \
    X(T_DEMO_NEXT_COMPARE, "two models, all tasks", "在所有任务上对比两个模型")                    \
    X(T_DEMO_NEXT_OWN, "your own model, your own data", "评测你自己的模型和数据")                  \
    X(T_DEMO_TOOK, "%lld answers in %.1f s", "%lld 个回答，用时 %.1f 秒")

typedef enum TextId {
#define TEXT_ID(id, en, zh) id,
    TEXTS(TEXT_ID)
#undef TEXT_ID
        N_TEXTS
} TextId;

/* The text; the formats of both languages take the same arguments. */
const char *text_of(TextId id, bool chinese);

#endif
