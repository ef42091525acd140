/* overview.js - all models on all tasks: a table of scores, and a radar of shares. */

/* The headline number of a model on a task: its best-placed run on the first board. */
function headline(model, task) {
  const board = boards.find((b) => b.task === task);
  const run = board && board.runs.find((r) => r.model === model);
  return run && metricOf(run, board.metrics[0]);
}

function shade(m) {
  if (!m || !isNumber(m.mean) || !areShares([m])) return {};
  const good = m.higher_is_better === false ? 1 - m.mean : m.mean;
  return { '--heat': Math.round(Math.min(Math.max(good, 0), 1) * 100) + '%' };
}

function overviewCell(m) {
  if (!m || !isNumber(m.mean)) return td('num', t('none'));
  const share = areShares([m]);
  const half = isNumber(m.low) ? ' ±' + showEnd((m.high - m.low) / 2, share) : '';
  return el('td', { class: 'num heat', style: shade(m) }, showValue(m.mean, share), el('span', { class: 'small' }, half));
}

/* Models in the order of their mean share over the tasks that all of them did. */
function overviewOrder() {
  const common = tasks.filter((task) => models.every((model) => {
    const m = headline(model, task);
    return m && isNumber(m.mean) && areShares([m]);
  }));
  const mean = (model) => common.reduce((sum, task) => sum + headline(model, task).mean, 0);
  return common.length ? [...models].sort((a, b) => mean(b) - mean(a)) : models;
}

function radarCard(order) {
  const MOST_MODELS = 5, MOST_TASKS = 9;
  const usable = tasks.filter((task) => order.every((model) => {
    const m = headline(model, task);
    return m && areShares([m]) && isNumber(m.low) && isNumber(m.high);
  }));
  if (usable.length < 3 || usable.length > MOST_TASKS) return null;
  const shown = order.slice(0, MOST_MODELS);
  const rows = shown.map((name) => ({ name, ms: usable.map((task) => headline(name, task)) }));
  return el('figure', { class: 'card radar-card' }, radar(usable, rows),
    el('figcaption', null,
      el('ul', { class: 'legend' }, rows.map((r, i) => el('li', null, el('span', { class: 'swatch s' + i }), foreign(r.name)))),
      el('span', { class: 'small muted' }, t('radar_note'))));
}

function overviewSection() {
  if (tasks.length < 2) return null;
  const order = overviewOrder();
  const heads = [th(t('model')), tasks.map((task) => el('th', { scope: 'col', class: 'num' }, breakable(task)))];
  const rows = order.map((model) => el('tr', null,
    el('th', { scope: 'row', class: 'model' }, foreign(model)), tasks.map((task) => overviewCell(headline(model, task)))));
  return section('overview', t('overview'), el('p', { class: 'note' }, t('overview_note')),
    el('div', { class: tasks.length > 4 ? 'pair wide' : 'pair' },
      el('article', { class: 'card' }, table(t('overview'), heads, rows, 'plain')), radarCard(order)));
}
