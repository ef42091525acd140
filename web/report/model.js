/* model.js - the document, and what the page works out from it: boards, ranks, verdicts. */
const OUTCOMES = ['scored', 'no_answer', 'truncated', 'refused', 'filtered', 'error'];
/* Metrics whose values are no share of 1. */
const NO_SHARE = new Set(['perplexity', 'word_perplexity', 'byte_perplexity', 'bits_per_byte', 'bleu', 'chrf', 'ter']);
const LOWER = new Set(['perplexity', 'word_perplexity', 'byte_perplexity', 'bits_per_byte', 'brier_score', 'ter']);

const list = (x) => (Array.isArray(x) ? x : []);
const isShare = (metric) => !NO_SHARE.has(metric);
const beyond = (x) => typeof x === 'number' && (x < 0 || x > 1);
/* Summaries whose numbers can be shown in percent: none is of another kind, or outside 0 .. 1. */
const areShares = (ms) => ms.every((m) => isShare(m.metric) && !beyond(m.mean) && !beyond(m.low) && !beyond(m.high));

function readJson(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

const head = readJson('head-data');
const doc = {
  program: head.program || 'assay',
  created: head.created,
  title: typeof head.title === 'string' ? head.title : '',
  runs: list(head.runs),
  groups: list(head.groups),
  comparisons: list(head.comparisons),
  samples: [], /* filled by readSamples, after the first view is drawn */
};
const runById = new Map(doc.runs.map((r) => [r.run, r]));

/* "exact_match", "exact_match (strict-match)" */
function metricName(m) {
  return m.filter && m.filter !== 'none' ? m.metric + ' (' + m.filter + ')' : m.metric;
}

const unique = (values) => [...new Set(values)];
const models = unique(doc.runs.map((r) => r.model));
const tasks = unique(doc.runs.map((r) => r.task));

/* Models with several runs of one task are told apart by the run's number. */
function runName(run) {
  const twin = doc.runs.some((r) => r !== run && r.model === run.model && r.task === run.task);
  return twin ? run.model + ' #' + run.run : run.model;
}

/* ---- boards: one for each task and protocol ---- */
function makeBoards() {
  const boards = new Map();
  for (const run of doc.runs) {
    const key = JSON.stringify([run.task, run.protocol_hash]);
    if (!boards.has(key)) boards.set(key, { task: run.task, protocol: run.protocol_hash, runs: [], metric: 0 });
    boards.get(key).runs.push(run);
  }
  for (const board of boards.values()) {
    board.metrics = unique(board.runs.flatMap((r) => list(r.metrics).map(metricName)));
    board.protocols = [...boards.values()].filter((b) => b.task === board.task).length;
  }
  return [...boards.values()];
}
const boards = makeBoards();

function metricOf(run, name) {
  return list(run.metrics).find((m) => metricName(m) === name);
}

/* Whether `a` is statistically better than `b`: by the paired test when there is one, else
 * by intervals that do not overlap. */
function isBetter(a, b, name) {
  for (const c of doc.comparisons) {
    if (metricName(c) !== name || c.forced || !isNumber(c.p_holm)) continue;
    const straight = c.a.run === a.run.run && c.b.run === b.run.run;
    const crossed = c.a.run === b.run.run && c.b.run === a.run.run;
    if (!straight && !crossed) continue;
    const gain = (straight ? -1 : 1) * c.difference.mean * (a.m.higher_is_better === false ? -1 : 1);
    return c.p_holm < 0.05 && gain > 0;
  }
  return a.m.higher_is_better === false ? a.m.high < b.m.low : a.m.low > b.m.high;
}

/* Runs of a board, best first: {run, m, first, last, tied}. Those without a number come last. */
function ranked(board, name) {
  const rows = board.runs.map((run) => ({ run, m: metricOf(run, name) }));
  const known = rows.filter((r) => r.m && isNumber(r.m.mean));
  const sign = known.some((r) => r.m.higher_is_better === false) ? 1 : -1;
  known.sort((a, b) => sign * (a.m.mean - b.m.mean) || a.run.run - b.run.run);
  for (const row of known) {
    const others = known.filter((o) => o !== row);
    row.first = 1 + others.filter((o) => isBetter(o, row, name)).length;
    row.last = known.length - others.filter((o) => isBetter(row, o, name)).length;
    row.tied = row !== known[0] && !isBetter(known[0], row, name);
  }
  return known.concat(rows.filter((r) => !known.includes(r)));
}

/* ---- samples ---- */

/* What a sample came to by its first judgement: right, partial, wrong; null when there is no
 * judgement, no number that says right or wrong, or an error. A readable answer that is
 * missing is wrong: so counts the headline score. */
function verdictOf(sample) {
  if (sample.outcome === 'error') return null;
  const j = list(sample.judgements)[0];
  if (!j || !isShare(j.metric) || LOWER.has(j.metric)) return null;
  if (sample.outcome !== 'scored' || !isNumber(j.value)) return 'wrong';
  return j.value >= 1 ? 'right' : j.value > 0 ? 'partial' : 'wrong';
}

function itemId(sample) {
  const run = runById.get(sample.run);
  return JSON.stringify([run ? run.task : '', sample.item_key, sample.repeat || 0]);
}

const byId = new Map();
const byItem = new Map();

function isDifferent(group) {
  const seen = new Set(group.map((s) => s.verdict === 'partial'
    ? String(s.judgements[0].value) : s.verdict || s.outcome));
  return seen.size > 1;
}

/* Reads the samples; prompts and item records come as indices into the shared texts. */
function readSamples() {
  const data = readJson('sample-data');
  const texts = list(data.texts);
  for (const s of list(data.samples)) {
    s.promptIndex = s.prompt;
    s.prompt = texts[s.prompt];
    s.item = texts[s.item];
    s.verdict = verdictOf(s);
    s.key = itemId(s);
    byId.set(String(s.sample), s);
    if (!byItem.has(s.key)) byItem.set(s.key, []);
    byItem.get(s.key).push(s);
    doc.samples.push(s);
  }
  /* They come in the order of their replies; people read them in the order of the items. */
  const order = new Map(doc.runs.map((r, i) => [r.run, i]));
  doc.samples.sort((a, b) => order.get(a.run) - order.get(b.run) || a.position - b.position || a.repeat - b.repeat);
  for (const group of byItem.values()) {
    const different = group.length > 1 && isDifferent(group);
    for (const s of group) s.different = different;
  }
}

/* The sample of a run at an item, first repeat; for links from flipped items. */
function sampleAt(run, itemKey) {
  return list(byItem.get(JSON.stringify([run ? run.task : '', itemKey, 0]))).find((s) => s.run === run.run);
}

/* A message's content may be text or parts. */
function contentText(content) {
  if (typeof content === 'string') return content;
  return list(content).map((p) => (p && typeof p.text === 'string' ? p.text : JSON.stringify(p))).join('\n');
}

function promptText(prompt) {
  if (typeof prompt === 'string') return prompt;
  if (!Array.isArray(prompt)) return prompt ? JSON.stringify(prompt) : '';
  return prompt.map((m) => contentText(m && m.content)).join('\n');
}
