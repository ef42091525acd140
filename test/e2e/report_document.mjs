/* report_document.mjs - invented documents for the browser test of the report.
 *   node report_document.mjs ITEMS|some|empty|one > DOCUMENT.json
 * Three tasks (questions with choices, sums, Chinese questions), four models, every outcome,
 * texts that try to become markup. Seeded: the same call gives the same document. */

let seed = 12345;
function random() {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
  return seed / 0x7fffffff;
}

export const HOSTILE = '</script><script>window.hacked=1</script><img src="http://127.0.0.1:9/x" onerror="window.hacked=1">';
const RTL = 'abc \u202Edesrever si siht\u202C, \u0645\u0631\u062D\u0628\u0627 \u2028 line';

/* Wilson's interval, as the program has it for shares. */
function wilson(k, n) {
  const z = 1.959964, p = k / n, d = 1 + z * z / n;
  const middle = (p + z * z / (2 * n)) / d, half = z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / d;
  return { n, mean: p, se: Math.sqrt(p * (1 - p) / n), low: middle - half, high: middle + half };
}

const MODELS = [
  ['qwen-72b-instruct', 0.86], ['llama-70b', 0.84], ['mistral-small', 0.7], ['tiny-3', 0.41],
];
const TASKS = [
  { name: 'trivia_choices', dataset: 'trivia', kind: 'choices', hard: 0 },
  { name: 'sums_cot', dataset: 'sums', kind: 'sums', hard: 0.08 },
  { name: '常识问答', dataset: '常识', kind: 'chinese', hard: 0.03 },
];

function outcomeOf(kind, incomplete, i) {
  if (incomplete && i % 40 === 7) return 'error';
  if (kind === 'choices') return 'scored';
  const r = random();
  return r < 0.02 ? 'no_answer' : r < 0.035 ? 'truncated' : r < 0.045 ? 'refused' : r < 0.05 ? 'filtered' : 'scored';
}

function choiceSample(s, i, right) {
  const words = [' Paris', ' Lyon', ' Marseille', ' Nice'];
  const gold = i % 4, pick = right ? gold : (gold + 1 + (i % 3)) % 4;
  s.prompt = `Question ${i}: which of these cities is number ${gold}?\nAnswer:`;
  s.target = words[gold].trim();
  s.output = null;
  s.detail = {
    choices: words,
    logprobs: words.map((w, k) => (k === pick ? -0.4 - random() : -2 - 3 * random())),
    greedy: words.map((w, k) => k === pick),
  };
  s.judgements = [judgement('acc', 'none', right ? 1 : 0, words[pick].trim(), 'scored', `chose "${words[pick]}", right is "${words[gold]}"`)];
}

function judgement(metric, filter, value, extracted, outcome, why) {
  return { metric, filter, judge: 'rules-1', value, extracted, outcome, why };
}

const REPLIES = {
  no_answer: 'Let me think about it. There are several ways to see this, and none is final.',
  truncated: 'First we add the tens, then the ones, then we check the carry, and then',
  refused: 'I am sorry, but I cannot help with that.',
  filtered: '',
};

function sumSample(s, i, right) {
  const a = 17 + i * 3, b = 25 + i * 7, answer = right ? a + b : a + b + 10;
  s.prompt = [
    { role: 'system', content: 'You are a careful calculator. Think, then write "The answer is N".' },
    { role: 'user', content: 'What is 2 + 3?' }, { role: 'assistant', content: 'The answer is 5' },
    { role: 'user', content: `What is ${a} + ${b}?` },
  ];
  s.target = String(a + b);
  s.output = REPLIES[s.outcome] ?? `${a} + ${b}: ${a} + ${b} = ${answer}.\nThe answer is ${answer}.`;
  if (i % 5 === 0) s.reasoning = `The user wants ${a} plus ${b}. I add the tens first.`;
  const read = s.outcome === 'scored' ? String(answer) : '';
  s.judgements = ['strict-match', 'flexible-extract'].map((filter) =>
    judgement('exact_match', filter, s.outcome === 'scored' ? (right ? 1 : 0) : null, read, s.outcome,
      `extracted "${read}", expected "${a + b}"`));
}

function chineseSample(s, i, right) {
  s.prompt = [{ role: 'user', content: `第 ${i + 1} 题：水在标准大气压下的沸点是多少摄氏度？请给出数字。` }];
  s.target = '100';
  s.output = s.outcome === 'scored' ? (right ? '水的沸点是 100 摄氏度。' : '水的沸点是 90 摄氏度。') : REPLIES[s.outcome];
  const read = s.outcome === 'scored' ? (right ? '100' : '90') : '';
  s.judgements = [judgement('f1', 'none', s.outcome !== 'scored' ? null : right ? (i % 6 === 0 ? 0.5 : 1) : 0, read, s.outcome, `抽取 "${read}"，标准答案 "100"`)];
}

const MAKE = { choices: choiceSample, sums: sumSample, chinese: chineseSample };

/* The items that carry the hostile texts, in the sums task. */
function makeHostile(s, i) {
  if (i === 3) Object.assign(s, { item_key: HOSTILE, output: HOSTILE + '\nThe answer is 5.', target: HOSTILE });
  if (i === 4) Object.assign(s, { output: RTL });
  if (i === 5) Object.assign(s, { output: 'long reply, word by word. '.repeat(8000) });
}

function mean(values) {
  const n = values.length, m = values.reduce((a, b) => a + b, 0) / n;
  const se = Math.sqrt(values.reduce((a, v) => a + (v - m) ** 2, 0) / (n - 1) / n);
  return { n, mean: m, se, low: m - 1.96 * se, high: m + 1.96 * se };
}

function metricSummary(samples, k) {
  const counted = samples.filter((s) => s.outcome !== 'error'), first = counted[0].judgements[k];
  const value = (s) => s.judgements[k].value ?? 0;
  const scored = counted.filter((s) => s.outcome === 'scored').map(value);
  const all = counted.map(value), whole = all.every((v) => v === 0 || v === 1);
  const stats = (v) => (whole ? wilson(v.filter((x) => x === 1).length, v.length) : mean(v));
  return {
    filter: first.filter, metric: first.metric, aggregation: 'mean', higher_is_better: true, ...stats(all),
    method: whole ? 'wilson' : 't', clusters: 0, design_effect: null, answered: stats(scored),
  };
}

function perplexity(base) {
  return {
    filter: 'none', metric: 'perplexity', aggregation: 'perplexity', higher_is_better: false, n: 60, mean: base, se: 0.2,
    low: base - 0.4, high: base + 0.4, method: 'bootstrap', clusters: 0, design_effect: null,
    answered: { n: 60, mean: base, se: 0.2, low: base - 0.4, high: base + 0.4 },
  };
}

function makeRun(document, number, model, skill, task, items) {
  const incomplete = model === 'tiny-3' && task.kind === 'sums';
  const outcomes = { scored: 0, no_answer: 0, truncated: 0, refused: 0, filtered: 0, error: 0 };
  const samples = [];
  for (let i = 0; i < items; i++) {
    const s = {
      sample: number * 100000 + i, run: number, position: i, repeat: 0, item_key: `${task.dataset}-${String(i).padStart(4, '0')}`,
      outcome: outcomeOf(task.kind, incomplete, i), finish: 'stop', error: '', cached: i % 11 === 0,
      prompt_tokens: 60 + (i % 40), completion_tokens: 12 + (i % 25), seconds: 0.2 + random() * 2, cost: 0.00012, attempts: 1,
      item: { id: i, difficulty: i % 3 },
    };
    const hard = ((i * 7919) % 100) / 100;
    MAKE[task.kind](s, i, random() < skill - task.hard + (0.5 - hard) * 0.25);
    if (task.kind === 'sums') makeHostile(s, i);
    if (s.outcome === 'error') Object.assign(s, { output: null, judgements: [], error: 'the endpoint answered 503: overloaded', seconds: null, cost: null });
    outcomes[s.outcome]++;
    samples.push(s);
  }
  document.samples.push(...samples);
  const n_metrics = samples.find((s) => s.judgements.length).judgements.length;
  const metrics = Array.from({ length: n_metrics }, (_, k) => metricSummary(samples, k));
  if (task.kind === 'chinese') metrics.push(perplexity(4 + (1 - skill) * 10));
  document.runs.push({
    run: number, model, task: task.name, dataset: task.dataset, split: 'test', version: 1, state: 'finished', stop_reason: '',
    created: '2026-11-20T09:00:00Z', finished: '2026-11-20T09:12:00Z', program: '0.1.0 (abc1234)',
    protocol_hash: '9f86d081884c7d659a2feaa0c55ad015'.slice(0, 30) + String(10 + TASKS.indexOf(task)), n_items: items, n_repeats: 1, n_samples: items,
    incomplete, outcomes, metrics, tokens: { prompt: items * 81, completion: items * 23 }, attempts: items, cached: Math.ceil(items / 11),
    cost: model === 'tiny-3' ? null : items * 0.00012, latency: { p50: model === 'tiny-3' ? 0.00045 : 1.2, p90: 2.01, p99: 2.2 }, first_token: { p50: 0.21, p90: 0.4, p99: 0.6 },
  });
  addDetails(document.runs[document.runs.length - 1]);
}

/* A heat map of lengths by depths with a cell that has no item, one column of texts, and how the
 * answers of the sums were read. */
function addDetails(run) {
  const cell = (at, k, n) => ({ at, ...wilson(k, n), se: undefined });
  if (run.dataset === '常识') {
    const lengths = ['1000', '4000', '16000', '64000'], depths = ['0', '50', '100'];
    const cells = depths.flatMap((_, y) => lengths.map((__, x) => cell([x, y], Math.max(10 - x * (y === 1 ? 4 : 1), 0), 10)));
    run.breakdown = { metric: 'needle_recall', filter: 'none', higher_is_better: true, columns: ['length', 'depth'], values: [lengths, depths], cells: cells.slice(0, 11) };
  }
  if (run.dataset !== 'sums') return;
  run.breakdown = { metric: 'exact_match', filter: 'strict-match', higher_is_better: true, columns: ['topic'], values: [['algebra', HOSTILE]],
    cells: [cell([0], 40, 80), cell([1], 30, 40)] };
  run.rules = [{ filter: 'strict-match', rule: 'cue', n: 90, found: 90, mean: 0.9 }, { filter: 'strict-match', rule: 'nothing', n: 30, found: 0, mean: null }];
}

function logChoose(n, k) {
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += Math.log((n - k + i) / i);
  return sum;
}

function mcnemar(b, c) {
  let p = 0;
  for (let i = 0; i <= Math.min(b, c); i++) p += Math.exp(logChoose(b + c, i) - (b + c) * Math.LN2);
  return Math.min(1, 2 * p);
}

function compareRuns(document, a, b) {
  const of = (run) => document.samples.filter((s) => s.run === run.run && s.outcome !== 'error');
  const other = new Map(of(b).map((s) => [s.item_key, s])), flips = [], differences = [];
  for (const s of of(a)) {
    const o = other.get(s.item_key);
    if (!o) continue;
    const x = s.judgements[0].value ?? 0, y = o.judgements[0].value ?? 0;
    differences.push(y - x);
    if (x !== y) flips.push({ item: s.item_key, position: s.position, a: x, b: y });
  }
  const binary = flips.every((f) => Math.abs(f.a - f.b) === 1), d = mean(differences);
  const only = (v) => flips.filter((f) => f.a === v).length;
  const p = mcnemar(only(1), only(0));
  return {
    task: a.task, filter: a.metrics[0].filter, metric: a.metrics[0].metric, a: { run: a.run, model: a.model, mean: a.metrics[0].mean },
    b: { run: b.run, model: b.model, mean: b.metrics[0].mean }, n: differences.length, only_a: of(a).length - differences.length,
    only_b: of(b).length - differences.length, difference: d, test: binary ? 'mcnemar-exact' : 'sign-flip',
    a_only_right: binary ? only(1) : null, b_only_right: binary ? only(0) : null, p, log10_p: Math.log10(p), mid_p: null,
    p_holm: Math.min(1, p * 9), detectable: 2.8 * d.se, forced: false, protocol_differences: [], flips,
  };
}

export function makeDocument(items = 120) {
  const document = { program: 'assay 0.1.0', created: '2026-11-20T10:00:00Z', title: 'Autumn models, 秋季模型对比', runs: [], groups: [], comparisons: [], samples: [] };
  let number = 1;
  for (const task of TASKS) for (const [model, skill] of MODELS) makeRun(document, number++, model, skill, task, items);
  for (const [model] of MODELS) {
    const of = document.runs.filter((r) => r.model === model);
    const m = of.reduce((sum, r) => sum + r.metrics[0].mean, 0) / of.length, se = 0.02;
    document.groups.push({ group: 'everyday', alias: 'Everyday questions', model, filter: 'none', metric: 'acc', tasks: 3, n: items * 3, mean: m, se, low: m - 1.96 * se, high: m + 1.96 * se });
  }
  for (const task of TASKS) {
    const of = document.runs.filter((r) => r.task === task.name);
    for (const b of of.slice(1)) document.comparisons.push(compareRuns(document, of[0], b));
  }
  return document;
}

/* Documents with parts left out. */
function someSamples() {
  const document = makeDocument(120);
  document.samples = document.samples.filter((s) => s.position < 10);
  return document;
}

/* Corpus scores: one far from 100, one of 0 that the tokeniser is to blame for. */
function corpusScores() {
  const document = { ...makeDocument(20), title: 'Translations', groups: [], comparisons: [], samples: [] };
  document.runs = document.runs.slice(0, 2);
  const scores = [{ mean: 41.2, se: 1.5, low: 38.1, high: 44.4 }, { mean: 0, se: 0, low: 0, high: 0 }];
  document.runs.forEach((run, i) => {
    const score = { n: 20, ...scores[i] };
    run.metrics = [{ filter: 'none', metric: 'bleu', aggregation: 'bleu', higher_is_better: true, method: 'bootstrap', clusters: 0, ...score,
      signature: 'nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0', answered: score }];
  });
  const [a, b] = document.runs.map((r) => ({ run: r.run, model: r.model, mean: 0 }));
  document.comparisons = [{ task: document.runs[0].task, filter: 'none', metric: 'bleu', a, b, n: 20, only_a: 0, only_b: 0,
    difference: { n: 20, mean: 0, se: 0, low: 0, high: 0 }, test: 'approximate-randomisation', a_only_right: null, b_only_right: null,
    p: 1, log10_p: 0, mid_p: null, p_holm: 1, detectable: null, forced: false, protocol_differences: [], flips: [] }];
  document.runs[1].metrics[0].advice = { language: 'zh', metric: 'bleu,tokenize=zh' };
  return document;
}

const SPARSE = {
  corpus: corpusScores,
  some: someSamples,
  empty: () => ({}),
  one: () => ({ program: 'assay 0.1.0', created: '2026-11-20T10:00:00Z', title: 'One', runs: makeDocument(20).runs.slice(0, 1).map((r) => ({ ...r, tokens: { prompt: 0, completion: 0 } })) }),
};

if (process.argv[1] && process.argv[1].endsWith('report_document.mjs')) {
  const kind = process.argv[2] || '120';
  process.stdout.write(JSON.stringify(SPARSE[kind] ? SPARSE[kind]() : makeDocument(Number(kind))));
}
