#!/bin/sh
# Errors and reasons as a Chinese user meets them.
. "$(dirname "$0")/lib.sh"

title "frequent errors are in Chinese"
zh() { # STATUS PATTERN COMMAND...
    status=$1 pattern=$2
    shift 2
    expect_status "$status" "$@" --lang zh
    expect_err "$pattern"
}
zh 1 '无法打开“no\.csv”：没有该文件或目录' assay run -m local:tiny-4 --data no.csv --prompt x --target y
zh 1 '没有名为“tiny_compar”的.*相近的有 "tiny_compare"' assay run -m local:tiny-4 -t tiny_compar
zh 1 '无法打开模型“local:tiny-99”：没有文件“tiny-99”' assay run -m local:tiny-99 -t tiny_compare
zh 2 '无法识别模型“nothing”' assay run -m nothing -t tiny_compare
zh 2 '缺少密钥：请设置环境变量 OPENAI_API_KEY' assay run -m openai:x -t tiny_compare
zh 1 '已停止：无法连接服务器：' assay run -q -m 'http://127.0.0.1:9/v1#m' -t tiny_sum_public -n 1
zh 1 '没有数据库“no\.db”；.*--db' assay show 9 --db no.db
zh 1 '没有评测 9；' assay show 9
zh 1 '没有评测集“nope”；' assay dataset show nope
zh 1 '没有登记模型“nope”；' assay model test nope
zh 1 '无法打开数据库“/nope/x\.db”；请检查' assay run -m local:tiny-4 -t tiny_compare --db /nope/x.db
zh 2 '没有选项 --nope；' assay runs --nope
zh 2 '选项 --limit 需要整数，而不是“x”' assay runs -n x
zh 2 '没有命令“nope”；' assay nope
zh 2 '没有指定评测任务' assay run -m local:tiny-4
zh 2 '没有指定模型' assay run -t tiny_compare
zh 2 '--concurrency 须在 1 到' assay run -m local:tiny-4 -t tiny_compare --concurrency 0
zh 2 '评测集“tiny/compare”没有可用于聚类的列“nope”' \
    assay run -m local:tiny-4 -t tiny_compare --cluster nope
sqlite3 assay.db 'INSERT INTO schema_version VALUES (9999, 0)'
zh 1 '数据库“assay\.db”的结构版本为 9999' assay runs
rm assay.db
expect_ok assay run -q -m local:tiny-4 -t tiny_capital_choice -t tiny_sum_public -n 2
expect_ok assay samples 1 --lang zh
expect_out '选了“.*”（.*），标准答案为“'
expect_ok assay samples 2 --lang zh
expect_out '抽取到“.*”，标准答案为“'
expect_ok assay samples 2 --lang en
expect_out 'extracted ".*", expected "'

finish
