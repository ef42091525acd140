/* board.js - the top of the page: what was evaluated, what is incomplete, the leaderboards. */

function factTile(n, text) {
  return el('div', { class: 'tile' }, el('b', null, showCount(n)), el('span', null, text));
}

function summaryTiles() {
  const samples = doc.runs.reduce((sum, r) => sum + (r.n_samples || 0), 0);
  return el('div', { class: 'tiles' },
    [['n_models', models.length], ['n_tasks', tasks.length], ['n_runs', doc.runs.length], ['n_samples', samples]].map(
      ([name, n]) => factTile(n, t(n === 1 ? name + '_one' : name))));
}

/* A few names, each isolated; the rest as a number. */
function nameList(names) {
  const MOST = 12;
  const shown = names.slice(0, MOST).flatMap((name, i) => [i ? ', ' : '', foreign(name)]);
  return names.length > MOST ? [shown, ' … +' + showCount(names.length - MOST)] : shown;
}

/* Who was asked what, and when. */
function whatList() {
  const starts = doc.runs.map((r) => r.created).filter(Boolean).sort();
  const ends = doc.runs.map((r) => r.finished).filter(Boolean).sort();
  const from = showTime(starts[0]), to = showTime(ends[ends.length - 1]);
  const when = ends.length && from !== to ? t('from_to', from, to) : from;
  return el('dl', { class: 'what' },
    el('dt', null, t('models')), el('dd', null, nameList(models)),
    el('dt', null, t('tasks')), el('dd', null, nameList(tasks)),
    el('dt', null, t('when')), el('dd', null, when));
}

/* Samples that are missing or errors, of those a run should have. */
function missingSamples(run) {
  const wanted = (run.n_items || 0) * (run.n_repeats || 1);
  const errors = (run.outcomes && run.outcomes.error) || 0;
  return { wanted, missing: Math.max(wanted - (run.n_samples || 0), 0) + errors };
}

function incompleteNotice() {
  const runs = doc.runs.filter((r) => r.incomplete);
  if (!runs.length) return null;
  return el('div', { class: 'notice', role: 'alert' },
    el('strong', null, t('incomplete_title')),
    el('ul', null, runs.map((r) => {
      const { wanted, missing } = missingSamples(r);
      const errors = list(r.errors);
      return el('li', null, t('incomplete', r.run, r.model, r.task, showCount(missing), showCount(wanted)),
        errors.length > 0 && el('ul', { class: 'small' }, errors.map((e) => el('li', null, showCount(e.n) + ' × ', foreign(e.error)))));
    })));
}

/* One line for each run: what exactly was asked of whom. */
function evaluatedTable() {
  const heads = [th(t('run'), 'num'), th(t('model')), th(t('task')), th(t('dataset')), th(t('items'), 'num'),
    th(t('state')), th(t('created')), th(t('protocol'))];
  const states = { finished: t('finished_state'), running: t('running'), stopped: t('stopped') };
  const rows = doc.runs.map((r) => el('tr', null,
    td('num', String(r.run)), td('', foreign(r.model)), td('', foreign(r.task)),
    td('', foreign(r.dataset + ' : ' + r.split), ' ', el('span', { class: 'muted' }, t('version', r.version))),
    td('num', showCount(r.n_items) + ' × ' + showCount(r.n_repeats)),
    td('', states[r.state] || r.state, r.stop_reason ? [' (', foreign(r.stop_reason), ')'] : ''),
    td('nowrap', showTime(r.created)), td('', el('code', { title: r.protocol_hash }, String(r.protocol_hash || '').slice(0, 12)))));
  return el('details', { class: 'card' }, el('summary', null, t('evaluated')),
    table(t('evaluated'), heads, rows, 'plain'), doc.runs.map(rulesOfRun));
}

/* Which rule read how many of a run's answers, and how often that was right. */
function rulesOfRun(run) {
  const rules = list(run.rules);
  if (!rules.length) return null;
  const several = unique(rules.map((r) => r.filter)).length > 1;
  const total = (filter) => rules.filter((r) => r.filter === filter).reduce((sum, r) => sum + r.n, 0);
  const heads = [several && th(t('pipeline')), th(t('rule')), th(t('judged'), 'num'), th(t('share'), 'num'), th(t('score_of_read'), 'num')].filter(Boolean);
  const rows = rules.map((r) => el('tr', null, several && td('', foreign(r.filter)),
    el('th', { scope: 'row' }, foreign(showRule(r))), td('num', showCount(r.n)), td('num', showValue(r.n / total(r.filter), true)),
    td('num', r.found ? showValue(r.mean, true) : t('no_answer'))));
  const title = t('rules_of', run.run, run.model, run.task);
  return el('div', { class: 'rules' }, el('h4', null, foreign(title)), table(title, heads, rows, 'plain'));
}

/* ---- one leaderboard ---- */
function rankText(row) {
  if (!row.first) return t('none');
  return row.first === row.last ? String(row.first) : row.first + '–' + row.last;
}

function answeredCell(m, share) {
  const a = m && m.answered;
  if (!a || !isNumber(a.mean)) return td('num', t('none'));
  if (a.n === m.n) return td('num muted', t('same'));
  return td('num', showValue(a.mean, share), el('div', { class: 'small muted nowrap' }, t('of_items', showCount(a.n), showCount(m.n))));
}

function latencyText(p) {
  if (!p || !isNumber(p.p50)) return t('none');
  return showSeconds(p.p50) + ' / ' + showSeconds(p.p90);
}

function modelCell(row) {
  const r = row.run;
  return el('th', { scope: 'row', class: 'model' }, foreign(r.model),
    el('div', { class: 'small muted' }, t('run') + ' ' + r.run + ' ',
      row.tied && chip('tied', t('approx_leader'), t('approx_leader_long')), ' ',
      r.incomplete && chip('warn', t('incomplete_mark'))));
}

function boardRow(row, scale, share) {
  const { run, m } = row;
  const label = m && t('chart_interval', showValue(m.mean, share), showEnd(m.low, share), showEnd(m.high, share));
  const tokens = run.tokens || {};
  const differs = m && m.answered && m.answered.n !== m.n ? m.answered.mean : null;
  return el('tr', { class: row.tied === false && row.first === 1 ? 'leader' : null },
    td('num rank', rankText(row)), modelCell(row),
    td('num score', m ? showValue(m.mean, share) : t('none'), run.incomplete && '*',
      m && el('div', { class: 'small muted' }, isNumber(m.low) ? showEnd(m.low, share) + '–' + showEnd(m.high, share) : t('no_number'))),
    td('plot', m && intervalPlot(scale, m, label, '', differs)),
    td('num', m ? showCount(m.n) : t('none')),
    answeredCell(m, share),
    td('bar', outcomeBar(run)),
    td('num nowrap', tokens.prompt || tokens.completion ? showCompact(tokens.prompt) + ' / ' + showCompact(tokens.completion) : t('none')),
    td('num nowrap', latencyText(run.latency)),
    td('num', showCost(run.cost)));
}

function boardHeads(scale) {
  return [th(t('rank'), 'num'), th(t('model')), th(t('score'), 'num'),
    el('th', { scope: 'col', class: 'plot' }, el('span', { class: 'hidden' }, t('interval')), axis(scale)),
    th(t('n'), 'num'), th(t('answered'), 'num'), th(t('outcomes'), 'bar'),
    th(t('tokens'), 'num'), th(t('latency'), 'num'), th(t('cost'), 'num')];
}

/* "gsm8k:test · version 3 · 200 items · exact_match, higher is better" */
function boardFacts(board, rows) {
  const run = board.runs[0], m = rows[0] && rows[0].m;
  const facts = [
    foreign(run.dataset + ' : ' + run.split), t('version', run.version),
    run.n_repeats > 1 ? t('n_items_repeats', showCount(run.n_items), run.n_repeats) : t('n_items', showCount(run.n_items)),
    m && (m.higher_is_better === false ? t('lower_better') : t('higher_better')),
    m && m.clusters > 0 && t('clusters', showCount(m.clusters)),
    m && m.method && el('span', { title: t('method') }, word('method_', m.method)),
    el('span', null, t('protocol') + ' ', el('code', { title: board.protocol }, String(board.protocol || '').slice(0, 8))),
  ];
  return el('p', { class: 'facts small muted' }, facts.filter(Boolean).map((f) => el('span', null, f)));
}

/* How a corpus score was computed, as its program prints it; the same for all rows as a rule. */
function signatureLines(rows) {
  const signed = rows.filter((r) => r.m && r.m.signature);
  const texts = unique(signed.map((r) => r.m.signature));
  return texts.map((text) => el('p', { class: 'small muted' }, t('signature') + ' ', foreign(text, 'code'),
    texts.length > 1 && ' ' + t('signature_of', signed.filter((r) => r.m.signature === text).map((r) => r.run.run).join(', '))));
}

/* Numbers that say little because the metric found no words in texts of this language. */
function adviceLines(rows) {
  const advised = rows.filter((r) => r.m && r.m.advice && r.m.advice.language);
  return unique(advised.map((r) => r.m.advice.metric)).map((metric) => {
    const row = advised.find((r) => r.m.advice.metric === metric);
    return el('p', { class: 'small warn-text', role: 'alert' },
      t('advice', word('language_', row.m.advice.language), row.m.metric, row.run.run) + ' ', foreign('--metric ' + metric, 'code'));
  });
}

function boardCard(board) {
  const name = board.metrics[board.metric];
  const rows = ranked(board, name);
  const ms = rows.filter((r) => r.m).map((r) => r.m);
  const share = areShares(ms);
  const scale = scoreScale(ms, share);
  const card = el('article', { class: 'card board' });
  const redraw = (value) => {
    board.metric = board.metrics.indexOf(value);
    const fresh = boardCard(board);
    card.replaceWith(fresh);
    fresh.querySelector('select').focus();
  };
  return fill(card, null, [
    el('div', { class: 'card-head' }, el('h3', null, foreign(board.task)),
      board.metrics.length > 1 ? choose(t('metric'), board.metrics.map((x) => [x, x]), name, redraw)
        : el('span', { class: 'muted' }, t('metric') + ': ', foreign(name || t('none')))),
    boardFacts(board, rows),
    board.protocols > 1 && el('p', { class: 'small warn-text' }, t('protocols_differ', board.task, board.protocols)),
    adviceLines(rows),
    table(t('board') + ': ' + board.task, boardHeads(scale), rows.map((r) => boardRow(r, scale, share)), 'board'),
    signatureLines(rows),
  ]);
}

function boardSection() {
  if (!boards.length) return null;
  return section('board', t('board'),
    el('p', { class: 'note' }, t('board_note')), outcomeLegend(), boards.map(boardCard));
}

/* ---- task groups ---- */
function groupSection() {
  if (!doc.groups.length) return null;
  const share = areShares(doc.groups);
  const scale = scoreScale(doc.groups, share);
  const names = unique(doc.groups.map((g) => JSON.stringify([g.group, metricName(g)])));
  const lines = names.flatMap((name) => doc.groups
    .filter((g) => JSON.stringify([g.group, metricName(g)]) === name)
    .sort((a, b) => b.mean - a.mean));
  const rows = lines.map((g, i) => {
    const label = t('chart_interval', showValue(g.mean, share), showEnd(g.low, share), showEnd(g.high, share));
    const first = i === 0 || lines[i - 1].group !== g.group || metricName(lines[i - 1]) !== metricName(g);
    return el('tr', { class: first && i ? 'apart' : null },
      td('', first ? foreign(g.alias || g.group) : ''), td('', foreign(metricName(g))),
      el('th', { scope: 'row', class: 'model' }, foreign(g.model)),
      td('num score', showValue(g.mean, share), el('div', { class: 'small muted' }, showEnd(g.low, share) + '–' + showEnd(g.high, share))),
      td('plot', intervalPlot(scale, g, label)), td('num', showCount(g.n)), td('num', showCount(g.tasks)));
  });
  const heads = [th(t('group')), th(t('metric')), th(t('model')), th(t('score'), 'num'),
    el('th', { scope: 'col', class: 'plot' }, el('span', { class: 'hidden' }, t('interval')), axis(scale)),
    th(t('n'), 'num'), th(t('n_group_tasks'), 'num')];
  return section('groups', t('groups'), el('p', { class: 'note' }, t('groups_note')),
    el('article', { class: 'card' }, table(t('groups'), heads, rows, 'board')));
}
