/* text.js - every text of the page in English and Chinese, and numbers as text. */
const TEXTS = {
  brand: ['Assay', '试金'],
  report: ['Evaluation report', '评测报告'],
  theme: ['Colours', '配色'],
  theme_auto: ['Auto', '自动'], theme_light: ['Light', '浅色'], theme_dark: ['Dark', '深色'],
  language: ['Language', '语言'],
  sections: ['Sections', '章节'],
  made: ['Made {0} by {1}', '{0} 由 {1} 生成'],
  n_models: ['models', '个被测模型'], n_tasks: ['tasks', '项评测任务'],
  n_runs: ['runs', '次评测'], n_samples: ['samples', '条样本'],
  n_models_one: ['model', '个被测模型'], n_tasks_one: ['task', '项评测任务'],
  n_runs_one: ['run', '次评测'], n_samples_one: ['sample', '条样本'],
  models: ['Models', '被测模型'], tasks: ['Tasks', '评测任务'],
  evaluated: ['The runs in detail', '评测明细'],
  incomplete_title: ['Not complete', '尚未完成'],
  incomplete: ['Run {0} ({1}, {2}): {3} of {4} samples have no reply. Errors are in no number; run the same command again to ask them.',
    '评测 {0}（{1}，{2}）：{4} 个样本中有 {3} 个没有作答。出错的样本不计入任何得分；再次运行同一命令即可续跑。'],
  protocols_differ: ['Task {0} was run under {1} protocols. Numbers of different protocols are not ranked together.',
    '评测任务 {0} 有 {1} 种评测口径；不同口径的得分不放在一起排名。'],
  overview: ['Overview', '总览'],
  overview_note: ['Headline score of each model on each task, with half the width of its 95 % interval.',
    '各模型在各任务上的主得分，及其 95% 置信区间半宽。'],
  radar: ['Radar', '雷达图'],
  radar_note: ['Bands are 95 % intervals; every axis runs from 0 to 100.', '色带为 95% 置信区间；每个轴均为 0 到 100。'],
  board: ['Leaderboard', '榜单'],
  board_note: ['A dot is the score, the bar its 95 % interval. The rank is a range: a model stands above another only when a paired test says so (Holm p < 0.05, see Comparison) or, where the two were not compared, when their intervals do not overlap. “≈ leader” marks a model that is not distinguishable from the leader by this rule.',
    '圆点为得分，横条为 95% 置信区间。名次是一个区间：只有配对检验显著（Holm 校正 p < 0.05，见“对比”），或未做配对检验时两者置信区间不重叠，才判定一个模型优于另一个。“≈ 领先者”表示按此规则与领先者无法区分。'],
  rank: ['Rank range', '名次区间'], model: ['Model', '被测模型'], score: ['Score', '得分'],
  interval: ['95 % interval', '95% 置信区间'], n: ['n', '题数'],
  answered: ['Among answered', '仅计已作答'], same: ['same', '相同'],
  outcomes: ['Outcomes', '结果状态'], tokens: ['Tokens in / out', '词元（输入 / 输出）'],
  latency: ['Latency p50 / p90', '时延 p50 / p90'], cost: ['Cost', '费用'],
  first_token: ['Time to first token p50 / p90', '首字时延 p50 / p90'],
  metric: ['Metric', '指标'], task: ['Task', '评测任务'], dataset: ['Dataset', '评测集'],
  split: ['Split', '切分'], version: ['version {0}', '版本 {0}'], protocol: ['Protocol', '评测口径'],
  run: ['Run', '评测'], runs: ['Runs', '评测'], items: ['Items × repeats', '题目 × 重复次数'],
  created: ['Started', '开始时间'], finished: ['Finished', '完成时间'], cached: ['From cache', '来自缓存'],
  state: ['State', '状态'], running: ['running', '进行中'], finished_state: ['finished', '已完成'],
  stopped: ['stopped', '已停止'],
  approx_leader: ['≈ leader', '≈ 领先者'],
  approx_leader_long: ['not distinguishable from the leader', '与领先者无法区分'],
  incomplete_mark: ['incomplete', '未完成'],
  n_items: ['{0} items', '{0} 题'], n_items_repeats: ['{0} items × {1}', '{0} 题 × {1} 次'],
  when: ['Evaluated', '评测时间'], from_to: ['{0} to {1}', '{0} 至 {1}'],
  method_wilson: ['Wilson interval', 'Wilson 区间'], method_t: ['t interval', 't 区间'], method_bootstrap: ['bootstrap interval', '自助法区间'],
  method_sequence: ['confidence sequence, holds whenever one stops', '置信序列，无论何时停止都成立'],
  method_cluster_t: ['cluster t interval', '聚类 t 区间'], method_none: ['no interval', '无区间'],
  of_items: ['{0} of {1}', '{0} / {1}'],
  signature: ['Signature', '签名'], signature_of: ['(run {0})', '（评测 {0}）'],
  advice: ['The references are {0}, and {1} as it is set finds next to no words in them: this score says little. Use instead (assay rescore {2} needs no new replies):',
    '参考答案是{0}，按当前设置 {1} 几乎切不出词，这个得分没有参考价值。请改用（assay rescore {2} 无需重新作答）：'],
  language_zh: ['Chinese', '中文'], language_ja: ['Japanese', '日文'], language_ko: ['Korean', '韩文'], language_th: ['Thai', '泰文'],
  higher_better: ['higher is better', '越高越好'], lower_better: ['lower is better', '越低越好'],
  clusters: ['{0} clusters', '{0} 个聚类'],
  method: ['Interval method', '置信区间方法'],
  scored: ['scored', '已评分'], no_answer: ['no answer', '未读出答案'], truncated: ['truncated', '被截断'],
  refused: ['refused', '拒答'], filtered: ['filtered', '被拦截'], error: ['error', '出错'],
  groups: ['Task groups', '任务组'],
  groups_note: ['Means over the tasks of a group, with the pooled standard error.', '任务组内各任务的均值，标准误为合并标准误。'],
  group: ['Task group', '任务组'], n_group_tasks: ['Tasks', '任务数'],
  by: ['By columns of the data', '按数据分列'],
  by_note: ['The headline score of the items of each cell. Hover for the 95 % interval and the number of items.', '各格题目的主得分；悬停可看 95% 置信区间与题数。'],
  cell_n: ['{0} items in each cell', '每格 {0} 题'], cell_n_range: ['{0} to {1} items in a cell', '每格 {0} 至 {1} 题'],
  column_length: ['length', '长度'], column_depth: ['depth', '深度'], column_language: ['language', '语言'],
  compare: ['Comparison', '对比'],
  compare_note: ['Each pair is compared item by item. The bar is the 95 % interval of the difference; left of 0 the first model is better, right of it the second. Holm’s p accounts for all comparisons of this report.',
    '逐题配对对比。横条为差值的 95% 置信区间；在 0 左侧表示前者更好，右侧表示后者更好。Holm 校正 p 已计入本报告的全部对比。'],
  compare_note_lower: ['(For metrics where lower is better it is the other way round.)', '（越低越好的指标则相反。）'],
  pair: ['First → second', '前者 → 后者'], difference: ['Difference', '差值'], p: ['p', 'p 值'],
  p_holm: ['p (Holm)', 'p 值（Holm 校正）'], detectable: ['Minimum detectable', '最小可检出差异'],
  discordant: ['Only one right', '仅一方答对'], verdict: ['Verdict', '结论'],
  better: ['{0} is better', '{0} 更好'], no_difference: ['no significant difference', '没有显著差异'],
  discordant_pair: ['{0} only first, {1} only second', '仅前者 {0}，仅后者 {1}'],
  forced: ['The protocols differ; the numbers are not strictly comparable:', '评测口径不同，得分并不严格可比：'],
  unpaired: ['{0} items only in the first run, {1} only in the second', '仅前者有 {0} 题，仅后者有 {1} 题'],
  flips: ['Items that flipped ({0})', '结果翻转的题目（{0}）'],
  more: ['{0} more', '另有 {0} 条'], show_more: ['Show more', '显示更多'], show_all: ['Show all {0} characters', '显示全部 {0} 个字符'],
  points: ['points', '个百分点'],
  test_mcnemar: ['exact McNemar', '精确 McNemar 检验'], test_sign_flip: ['sign-flip permutation', '符号翻转置换检验'],
  test_approximate_randomisation: ['approximate randomisation', '近似随机化检验'],
  samples: ['Samples', '样本'],
  samples_note: ['Keys: j and k or the arrows step through the list, / searches.', '快捷键：j、k 或方向键切换样本，/ 搜索。'],
  some_samples: ['This page holds {0} of {1} samples; the numbers above are of all.', '本页只收录 {1} 个样本中的 {0} 个；上方的得分基于全部样本。'],
  no_samples: ['This report was made without samples.', '本报告不含样本。'],
  all_runs: ['All runs', '全部评测'], all_samples: ['All samples', '全部样本'],
  filter_run: ['Run', '评测'], filter_show: ['Show', '显示'],
  filter_right: ['Right', '答对'], filter_wrong: ['Wrong', '答错'], filter_different: ['Different between models', '模型间不同'],
  search: ['Search prompt, output, target', '搜索提示词、模型输出、标准答案'],
  found: ['{0} of {1} samples', '{0} / {1} 个样本'],
  nothing_found: ['No sample matches.', '没有符合条件的样本。'],
  page_of: ['{0}–{1} of {2}', '第 {0}–{1} 条，共 {2} 条'],
  previous: ['Previous', '上一条'], next: ['Next', '下一条'],
  previous_page: ['Previous page', '上一页'], next_page: ['Next page', '下一页'],
  back: ['Back to the list', '返回列表'],
  pick: ['Choose a sample from the list.', '从列表中选择一个样本。'],
  right: ['right', '答对'], wrong: ['wrong', '答错'], partial: ['partial', '部分得分'], unjudged: ['not judged', '未评判'],
  prompt: ['Prompt', '提示词'], output: ['Output', '模型输出'], reasoning: ['Reasoning', '思考过程'],
  no_output: ['No reply was stored.', '没有存下模型输出。'], empty_output: ['(empty)', '（空）'],
  extracted: ['Extracted answer', '抽取的答案'], target: ['Target', '标准答案'], why: ['Why', '理由'],
  why_chose: ['chose "{0}" ({1}), expected "{2}"', '选了“{0}”（{1}），标准答案为“{2}”'],
  why_needles: ['found {0} of {1} needles', '找到 {0} 根针，共 {1} 根'],
  why_code_passes: ['passes its tests', '通过测试'],
  why_code_left: ['left before its tests ended', '测试结束前已退出'],
  why_code_time: ['stopped after {0} seconds', '{0} 秒后被终止'],
  why_code_signal_said: ['ended by signal {0}: {1}', '被信号 {0} 终止：{1}'],
  why_code_signal: ['ended by signal {0}', '被信号 {0} 终止'],
  why_code_status_said: ['exit status {0}: {1}', '退出状态 {0}：{1}'],
  why_code_status: ['exit status {0}', '退出状态 {0}'],
  why_follows_not: ['follows {0} of {1} instructions; not {2}', '遵循 {0} 条指令，共 {1} 条；未遵循 {2}'],
  why_follows: ['follows {0} of {1} instructions', '遵循 {0} 条指令，共 {1} 条'],
  why_json_raw: ['raw JSON', '纯 JSON'],
  why_json_fenced: ['JSON in a fence', '代码块中的 JSON'],
  why_json_not: ['is not JSON', '不是 JSON'],
  why_json_fields: ['{0} fields are right, of {1} given and {2} expected', '{0} 个字段正确，给出 {1} 个，应有 {2} 个'],
  why_answers_pass: ['{0} of {1} answers pass; {2}', '{0} 个回答通过，共 {1} 个；{2}'],
  why_answered: ['answered "{0}", expected "{1}"', '回答“{0}”，标准答案为“{1}”'],
  why_tags_right: ['{0} of the first {1} tags are right; {2} given, {3} expected', '{0} 个标签正确，比较了前 {1} 个；给出 {2} 个，应有 {3} 个'],
  why_entities: ['{0} entities found, {1} wrong, {2} missed', '找到 {0} 个实体，错 {1} 个，漏 {2} 个'],
  why_four_ratings: ['four ratings read', '读到四个评分'],
  why_not_four_ratings: ['not the four ratings that were asked for', '不是所要求的四个评分'],
  why_true_false: ['{0} against true answers, {1} against false ones', '与真实答案 {0}，与虚假答案 {1}'],
  why_likeliest_entity: ['entity {0} is the likeliest', '第 {0} 个实体最可能'],
  why_answers_right: ['{0} of {1} answers are right', '{0} 个回答正确，共 {1} 个'],
  why_orders: ['right in {0} of {1} orders of the options', '选项顺序答对 {0} 种，共 {1} 种'],
  why_not_found: ['extracted "[no answer]", expected "{0}"', '未抽取到答案，标准答案为“{0}”'],
  why_extracted: ['extracted "{0}", expected "{1}"', '抽取到“{0}”，标准答案为“{1}”'],
  why_not_greedy: ['"{0}" is not what the model would write', '模型自己不会写出“{0}”'],
  why_greedy: ['"{0}" is what the model would write', '模型自己会写出“{0}”'],
  rules_of: ['How answers were read: run {0}, {1}, {2}', '答案的抽取方式：评测 {0}，{1}，{2}'],
  pipeline: ['Pipeline', '抽取流程'], judged: ['Answers', '回答数'], score_of_read: ['Score of those read', '读出者的得分'],
  rule: ['Extraction rule', '抽取规则'],
  rule_boxed: ['boxed', '\\boxed{}'],
  rule_tag: ['tag', '<answer> 标签'],
  rule_hash: ['hash', '#### 之后'],
  rule_cue: ['cue', '“答案是”之类提示语'],
  rule_predicate: ['predicate', '“当选”“是正确答案”'],
  rule_first_line: ['first_line', '首行'],
  rule_last_line: ['last_line', '末行'],
  rule_option_text: ['option_text', '选项原文'],
  rule_conclusion: ['conclusion', '结论句'],
  rule_verdict: ['verdict', '逐项判断'],
  rule_elimination: ['elimination', '排除法'],
  rule_named_option: ['named_option', '唯一提及的选项'],
  rule_whole: ['whole', '全文'],
  rule_last_number: ['last_number', '最后一个数'],
  rule_last_number_word: ['last_number_word', '最后一个数词'],
  rule_equality: ['equality', '最后的等号之后'],
  rule_first_word: ['first_word', '首词'],
  rule_last_word: ['last_word', '末词'],
  rule_ambiguous: ['ambiguous', '答案不唯一'],
  rule_nothing: ['nothing', '没有答案'],
  rule_declined: ['declined', '表示无法回答'],
  rule_empty: ['empty', '空'],
  rule_unfinished_thinking: ['unfinished_thinking', '思考未结束'],
  rule_several_lines: ['several_lines', '多行且无提示语'],
  why_logprob: ['log-probability of "{0}"', '“{0}”的对数概率'],
  judgements: ['Judgements', '评判'], judge: ['Judge', '评判者'], value: ['Value', '分值'], outcome: ['Outcome', '结果状态'],
  choices: ['Choices', '选项'], choice: ['Choice', '选项'], logprob: ['Log-probability', '对数概率'],
  choices_note: ['The bar is a choice’s share of the probability of all choices.', '横条为该选项在所有选项概率中的占比。'],
  likelihood: ['Likelihood of the target', '标准答案的似然'],
  share: ['Share', '占比'],
  chosen: ['chosen', '所选'], correct: ['right', '正确'], greedy: ['greedy', '贪心解'],
  step_thinking: ['thinking', '去掉思考过程'], step_cut: ['cut', '思考未结束，去掉到末尾'],
  step_length: ['length', '只读末尾'], step_nfkc: ['nfkc', '全角转半角等（NFKC）'],
  step_markdown: ['markdown', '去掉 Markdown 标记'], step_latex: ['latex', '去掉 LaTeX 标记'],
  finish_stop: ['stop', '正常结束'], finish_length: ['length', '到达长度上限'], finish_refused: ['refused', '拒答'],
  finish_filtered: ['filtered', '被拦截'], finish_other: ['other', '其他'],
  facts: ['Facts', '运行信息'], seconds: ['{0} s', '{0} 秒'], milliseconds: ['{0} ms', '{0} 毫秒'], time: ['Time', '用时'], finish: ['Finish', '结束原因'],
  attempts: ['Attempts', '请求次数'], yes: ['yes', '是'], no: ['no', '否'],
  others: ['The same item under the other models', '同一题目在其他模型下'],
  record: ['Item record', '题目记录'], item: ['Item', '题目'], repeat: ['repeat {0}', '第 {0} 次重复'],
  no_number: ['no interval', '无区间'],
  role_system: ['system', '系统'], role_user: ['user', '用户'], role_assistant: ['assistant', '助手'], role_tool: ['tool', '工具'],
  none: ['–', '–'], loading: ['Reading the samples …', '正在读取样本……'],
  link: ['Link to this sample', '本样本的链接'],
  chart_interval: ['{0}, 95 % interval {1} to {2}', '{0}，95% 置信区间 {1} 至 {2}'],
  foot: ['One file, no network: everything shown here is inside this page. “Score” is the headline reading: no answer, truncated, refused and filtered count as 0; “among answered” takes scored samples alone; errors are in neither.',
    '单个文件，无需联网：所有内容都在本页之内。“得分”为主口径：未读出答案、被截断、拒答、被拦截均按 0 计；“仅计已作答”只统计已评分的样本；出错的样本两者都不计。'],
};

const settings = { chinese: false, theme: 'auto' };

/* The text `key` with {0} {1} ... replaced. */
function t(key, ...values) {
  const row = TEXTS[key];
  if (!row) return key;
  return row[settings.chinese ? 1 : 0].replace(/\{(\d)\}/g, (all, i) => String(values[i]));
}

/* A word of the document (an outcome, a role, a test) when the page has one for it. */
function word(prefix, value) {
  const key = prefix + String(value).replace(/-/g, '_');
  return Object.hasOwn(TEXTS, key) ? t(key) : String(value);
}

/* The words that stand at {0} {1} ... of a sentence, or null when it is another one. Its end may
 * be missing: long reasons are stored without it. */
function wordsOf(format, text) {
  const pieces = format.split(/\{\d\}/);
  if (!text.startsWith(pieces[0])) return null;
  let rest = text.slice(pieces[0].length);
  const words = [];
  pieces.slice(1).forEach((piece, i) => {
    if (rest === null) return;
    const last = i === pieces.length - 2;
    const at = !last ? rest.indexOf(piece) : rest.endsWith(piece) ? rest.length - piece.length : piece.length > 1 ? -1 : rest.length;
    if (at >= 0) words.push(rest.slice(0, at));
    rest = at < 0 ? null : rest.slice(at + piece.length);
  });
  return rest === null ? null : words;
}

/* Reasons are stored in English; in Chinese a known one is shown with the same words in it. */
/* What stands for an answer that a kind of --extract did not find is no answer of the model's. */
function showExtracted(j) {
  return j && j.rule && j.extracted === '[no answer]' ? '' : j && j.extracted;
}

function showRule(j) {
  if (!j || !j.rule) return '';
  const name = TEXTS['rule_' + j.rule] ? t('rule_' + j.rule) : j.rule;
  return j.steps ? name + ' ← ' + j.steps.split(' ').map((s) => word('step_', s)).join(settings.chinese ? '、' : ' ') : name;
}

function showWhy(why) {
  if (!settings.chinese) return why;
  for (const key of Object.keys(TEXTS).filter((k) => k.startsWith('why_'))) {
    const words = wordsOf(TEXTS[key][0], why);
    if (words) return t(key, ...words);
  }
  return why;
}

const isNumber = (x) => typeof x === 'number' && Number.isFinite(x);
const locale = () => (settings.chinese ? 'zh-CN' : 'en');

function showCount(n) {
  return isNumber(n) ? n.toLocaleString(locale()) : t('none');
}

function showCompact(n) {
  if (!isNumber(n)) return t('none');
  if (n < 10000) return showCount(n);
  return n.toLocaleString('en', { notation: 'compact', maximumFractionDigits: 1 });
}

/* A metric's value: percent with one decimal when it is a share, else three digits. */
function showValue(x, share) {
  if (!isNumber(x)) return t('none');
  if (share) return (x * 100).toFixed(1) + '%';
  return Math.abs(x) >= 1000 ? x.toExponential(2) : String(Number(x.toPrecision(4)));
}

/* Both ends of an interval, without a percent sign. */
function showEnd(x, share) {
  if (!isNumber(x)) return t('none');
  return share ? (x * 100).toFixed(1) : showValue(x, false);
}

function showSigned(x, share) {
  if (!isNumber(x)) return t('none');
  const text = share ? (Math.abs(x) * 100).toFixed(1) : showValue(Math.abs(x), false);
  return (Number(text) === 0 ? '' : x < 0 ? '−' : '+') + text;
}

/* Very small p come as log10, where a double would be 0. */
function showP(p, log10) {
  if (!isNumber(p)) return t('none');
  if (p >= 0.001) return p.toFixed(3);
  const exponent = p > 0 ? Math.log10(p) : log10;
  if (!isNumber(exponent)) return '< 10⁻³⁰⁰';
  const whole = Math.floor(exponent);
  const digits = String(-whole).replace(/\d/g, (d) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[d]);
  return (10 ** (exponent - whole)).toFixed(1) + ' × 10⁻' + digits;
}

function showSeconds(x) {
  if (!isNumber(x)) return t('none');
  if (x < 0.0995) return t('milliseconds', Number((x * 1000).toPrecision(2)));
  return t('seconds', x < 10 ? x.toFixed(2) : x.toFixed(1));
}

/* Money in the unit of the price list: at least two significant digits. */
function showCost(x) {
  if (!isNumber(x)) return t('none');
  return x === 0 ? '0' : x >= 0.1 ? x.toFixed(2) : String(Number(x.toPrecision(2)));
}

function showTime(iso) {
  const date = new Date(iso);
  if (typeof iso !== 'string' || Number.isNaN(date.getTime())) return t('none');
  return date.toLocaleString(settings.chinese ? 'zh-CN' : 'en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}
