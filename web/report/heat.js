/* heat.js - a run's score by columns of its data: a heat map of two, intervals of one. */

const columnName = (name) => word('column_', name);

/* Where a mean stands between the worst and the best colour, 0 to 1. */
function heatShare(b, range, mean) {
  const share = range.high > range.low ? (mean - range.low) / (range.high - range.low) : 1;
  return Math.min(Math.max(b.higher_is_better === false ? 1 - share : share, 0), 1);
}

/* 0 to 1 for shares, else from the least to the largest mean. */
function heatRange(b) {
  if (isShare(b.metric)) return { low: 0, high: 1 };
  const means = b.cells.map((c) => c.mean).filter(isNumber);
  return { low: Math.min(...means), high: Math.max(...means) };
}

function cellWords(b, c, share) {
  const where = b.columns.map((name, i) => columnName(name) + ' ' + b.values[i][c.at[i]]).join(', ');
  const what = isNumber(c.low) ? t('chart_interval', showValue(c.mean, share), showEnd(c.low, share), showEnd(c.high, share))
    : showValue(c.mean, share);
  return where + ': ' + what + ', ' + t('n') + ' ' + showCount(c.n);
}

/* In a cell: percent without its sign, which the legend says. */
function cellNumber(x, share) {
  return share ? String(Number((x * 100).toFixed(1))) : showValue(x, false);
}

function heatCell(b, c, range, share) {
  if (!c || !isNumber(c.mean)) return td('heat-cell none', t('none'));
  const words = cellWords(b, c, share);
  return el('td', { class: 'heat-cell', title: words, style: { '--heat': (heatShare(b, range, c.mean) * 100).toFixed(1) + '%' } },
    el('span', { 'aria-hidden': 'true' }, cellNumber(c.mean, share)), el('span', { class: 'hidden' }, words));
}

function heatLegend(b, range, share) {
  const ends = [cellNumber(range.low, share), cellNumber(range.high, share) + (share ? '%' : '')];
  if (b.higher_is_better === false) ends.reverse();
  const counts = unique(b.cells.map((c) => c.n));
  const n = counts.length === 1 ? t('cell_n', showCount(counts[0]))
    : t('cell_n_range', showCount(Math.min(...counts)), showCount(Math.max(...counts)));
  return el('p', { class: 'heat-legend small muted' }, el('span', null, ends[0]),
    el('span', { class: 'heat-scale', 'aria-hidden': 'true' }), el('span', null, ends[1]), el('span', { class: 'heat-n' }, n));
}

/* The first column's values from left to right, the second's from top to bottom. */
function heatMap(b, label) {
  const share = isShare(b.metric), range = heatRange(b), [across, down] = b.values;
  const at = new Map(b.cells.map((c) => [c.at.join(), c]));
  const rows = down.map((value, y) => el('tr', null, el('th', { scope: 'row' }, foreign(value)),
    across.map((_, x) => heatCell(b, at.get(x + ',' + y), range, share))));
  const corner = el('th', { class: 'heat-corner' },
    el('div', null, columnName(b.columns[0]) + ' →'), el('div', null, columnName(b.columns[1]) + ' ↓'));
  return [
    el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label },
      el('table', { class: 'heat-map' }, el('caption', { class: 'hidden' }, label),
        el('thead', null, el('tr', null, corner, across.map((v) => el('th', { scope: 'col' }, foreign(v))))),
        el('tbody', null, rows))),
    heatLegend(b, range, share)];
}

function oneColumn(b, label) {
  const share = isShare(b.metric), scale = scoreScale(b.cells, share);
  const rows = b.cells.map((c) => el('tr', null,
    el('th', { scope: 'row' }, foreign(b.values[0][c.at[0]])),
    td('num score', showValue(c.mean, share),
      isNumber(c.low) && el('div', { class: 'small muted' }, showEnd(c.low, share) + '–' + showEnd(c.high, share))),
    td('plot', intervalPlot(scale, c, cellWords(b, c, share))), td('num', showCount(c.n))));
  const heads = [th(columnName(b.columns[0])), th(t('score'), 'num'),
    el('th', { scope: 'col', class: 'plot' }, el('span', { class: 'hidden' }, t('interval')), axis(scale)), th(t('n'), 'num')];
  return table(label, heads, rows, 'plain');
}

function heatCard(run) {
  const b = run.breakdown, label = runName(run) + ', ' + run.task + ': ' + metricName(b);
  return el('article', { class: 'card heat-card' },
    el('h3', null, foreign(runName(run))),
    el('p', { class: 'small muted' }, foreign(run.task), ' · ', foreign(metricName(b)), ' · ' + t('run') + ' ' + run.run),
    b.columns.length === 2 ? heatMap(b, label) : oneColumn(b, label));
}

function heatSection() {
  const runs = doc.runs.filter((r) => r.breakdown && list(r.breakdown.cells).length);
  if (!runs.length) return null;
  return section('by', t('by'), el('p', { class: 'note' }, t('by_note')),
    el('div', { class: 'heat-cards' }, runs.map(heatCard)));
}
