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

title "what a user types next"
printf '问题,答案\n二加二？,四\n' > q.csv
iconv -f UTF-8 -t GB18030 q.csv > gbk.csv
expect_ok assay dataset import gbk.csv --name gbk --lang zh
expect_ok assay dataset show gbk
expect_out '二加二？'
zh 1 '评测任务“q”第 0 题：提示词模板.*第 1 行第 3 列：没有“问”；现有的列为 \["问题","答案"\]' \
    assay run -m local:tiny-4 --data q.csv --prompt '{{问}}' --target '{{答案}}'
zh 2 '还需要 --target 模板' assay run -m local:tiny-4 --data q.csv --prompt '{{问题}}'
zh 2 '格式只有 json、jsonl、csv、xlsx' assay export 1 x.docx
zh 1 '“gbk:test”只有一个版本，没有更早的版本可恢复' assay dataset restore gbk
printf '题号,问题,答案\n1,一加一？,二\n2,二加二？,四,五\n3,,六\n4,一加一,二\n' > bad.csv
expect_ok assay dataset import bad.csv --on-bad-line skip --lang zh
expect_err '该行有 4 个字段，首行有 3 列'
expect_ok assay dataset clean bad --lang zh
expect_out '空文本 +1 +1 \(3\)'
expect_out '重复 +1 +2 \(4\) +第 0 题（1）'
expect_ok assay dataset show bad --removed --lang zh
expect_out '重复 +第 0 题（1）'
printf '题号,问题,答案\n1,一加一？,贰\n9,三加三？,六\n' > next.csv
expect_ok assay dataset import next.csv --name bad --lang zh
expect_out '新增 1，删除 0，修改 1'
expect_ok assay dataset show bad --lang zh
expect_out '^bad:test，版本 3，2 题$'
expect_ok assay dataset list --lang zh
expect_out '^bad:test +2 +1 +20[0-9-]+ [0-9:]{5} +清洗自 bad:test@1$'
zh 2 '选项写在命令之后' assay --tasks x runs
zh 2 '准入门槛“acc>0”：没有这样的指标；现有 tiny_capital:exact_match' assay run -q -m local:tiny-4 -t tiny_capital -n 1 --gate 'acc>0'
zh 2 '应为一个字符' assay dataset import gbk.csv --delimiter ab
printf 'a,,\n1,2,3\n' > unnamed.csv
zh 1 'unnamed\.csv 第 1 行：首行中第 2 列与第 3 列没有列名' assay dataset import unnamed.csv
expect_ok assay runs --lang zh
expect_out '已完成'
expect_ok assay task list --lang zh
expect_out '任务组 .*tiny\.yaml'
printf '%s\n' '{"id":"1","prompt":"?","output":"不知道。","target":"D"}' \
    '{"id":"2","prompt":"?","output":"选 D。","target":"D"}' > mc.jsonl
expect_ok assay import mc.jsonl --extract choice
expect_ok assay samples 3 --wrong --lang zh
expect_out 'exact_match \(extract\): 0  未抽取到答案，标准答案为“D”'
expect_ok assay show 3 --lang zh
expect_out '提示语 .* 50\.0 % .* 100\.0'
expect_ok assay import mc.jsonl --extract choice --metric chrf -m a --name t
expect_ok assay import mc.jsonl --extract choice --metric chrf -m b --name t
expect_ok assay compare a b --lang zh
expect_out '近似随机化'

title "a misspelt kind or metric is not taken for a regex or silently refused"
zh 2 '没有“chioce”这种抽取方式；相近的有 "choice"；若是正则，请写成 \(chioce\)' \
    assay import mc.jsonl --extract chioce
zh 2 '没有“numbr”这种抽取方式；相近的有 "number"' \
    assay run -m local:tiny-4 --data q.csv --prompt x --target y --extract numbr
expect_status 2 assay rescore 3 --extract yesno
expect_err 'near it: "yes_no"'
zh 1 '没有指标“belu”.*相近的有 "bleu"' assay import mc.jsonl --metric belu
expect_ok assay import mc.jsonl --extract '(chioce)' --name regex
expect_ok assay import mc.jsonl --extract 'answer' --name word

title "what task check says, and where"
printf 'task: t\ndataset_path: d\noutput_type: generate_until\ndoc_to_txt: q\n' > t.yaml
expect_status 1 assay task check t.yaml --lang zh
expect_out 't\.yaml:4:13: 没有“doc_to_txt”这个键；相近的有 "doc_to_text"'
zh 2 '服务器“http://h/v1”上的模型叫什么？请用 -m（--model）写明' assay model add x --address http://h/v1

title "options of a metric on the command line: Chinese BLEU"
printf '%s\n' '{"id":"1","prompt":"?","output":"猫坐在垫子上面。","target":"猫坐在垫子上。"}' > mt.jsonl
expect_ok assay import mt.jsonl --metric bleu,tokenize=zh --name zh --json
expect_json 'round(o[0]["metrics"][0]["mean"], 4)' 70.7107
expect_ok assay import mt.jsonl --metric bleu,tokenize=zh,lowercase --name lower
expect_out 'case:lc\|eff:no\|tok:zh'
expect_ok assay run -q -m command:'head -n1 > /dev/null; echo "{\"text\": \"猫坐在垫子上面。\"}"' --data mt.jsonl \
    --prompt prompt --target target --metric bleu,tokenize=zh
expect_out 'tok:zh'
zh 1 'tokenise' assay import mt.jsonl --metric bleu,tokenise=zh --name wrong

title "a program that gives no answers: where the reason is"
expect_status 4 assay run -q -m command:/bin/cat --data q.csv --prompt x --target y --lang zh
expect_out '“assay samples [0-9]+ --outcome error” 可查看原因'
expect_ok assay samples "$(sqlite3 assay.db "SELECT max(id) FROM run")" --outcome error --lang zh
expect_ok assay samples 2 --lang en
expect_not_out '\(none\)'

finish
