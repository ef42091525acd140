/* plot.js - the drawings: intervals on a common axis, outcome bars, the radar.
 *
 * Horizontal places are percentages of the drawing's width, so that a row's drawing grows
 * with its cell and needs no redrawing. */
const EDGE = 3; /* percent left free at both ends, for dots and end labels */

function niceStep(range, steps) {
  const rough = range / steps;
  const unit = 10 ** Math.floor(Math.log10(rough));
  return unit * [1, 2, 2.5, 5, 10].find((k) => k * unit >= rough);
}

/* A scale from `low` to `high` with about four steps. */
function niceScale(low, high, show) {
  if (!(high > low)) [low, high] = [low - 1, high + 1];
  const step = niceStep(high - low, 4);
  const from = Math.floor(low / step + 1e-9) * step;
  const to = Math.ceil(high / step - 1e-9) * step;
  const ticks = [];
  for (let i = 0; from + i * step <= to + step / 2; i++) ticks.push(from + i * step);
  return { low: from, high: to, ticks, show };
}

const OF_HUNDRED = new Set(['bleu', 'chrf', 'ter']);

/* 0..100 for shares and corpus scores, from 0 where nothing is below it and 0 is not far away;
 * else what the rows need. */
function scoreScale(ms, share) {
  if (share) return { low: 0, high: 1, ticks: [0, 0.25, 0.5, 0.75, 1], show: (x) => String(x * 100) };
  const show = (x) => String(Number(x.toPrecision(3)));
  const ends = ms.flatMap((m) => [m.low, m.high, m.mean]).filter(isNumber);
  const low = Math.min(...ends), high = Math.max(...ends);
  if (ms.every((m) => OF_HUNDRED.has(m.metric)) && !(low < 0)) return niceScale(0, Math.max(100, high), show);
  if (!ends.length) return niceScale(0, 1, show);
  return niceScale(low >= 0 && low < high * 0.75 ? 0 : low, low === 0 && high === 0 ? 1 : high, show);
}

/* Symmetric around 0, wide enough for every difference. */
function differenceScale(differences, share) {
  const most = Math.max(...differences.flatMap((d) => [d.low, d.high, d.mean]).filter(isNumber).map(Math.abs)) || (share ? 0.1 : 1);
  const unit = share ? 100 : 1;
  const step = niceStep(2 * most * unit, 6) / unit;
  const edge = Math.ceil(most / step - 1e-9) * step;
  const ticks = [];
  for (let x = -edge; x <= edge + step / 2; x += step) ticks.push(Math.abs(x) < step / 2 ? 0 : x);
  const show = (x) => (x > 0 ? '+' : x < 0 ? '−' : '') + Number((Math.abs(x) * unit).toPrecision(3));
  return { low: -edge, high: edge, ticks, show, zero: true };
}

function at(scale, x) {
  const share = (Math.min(Math.max(x, scale.low), scale.high) - scale.low) / (scale.high - scale.low);
  return (EDGE + share * (100 - 2 * EDGE)).toFixed(2) + '%';
}

/* The axis labels, for a heading cell. */
function axis(scale) {
  return svg('svg', { class: 'axis', height: '14', 'aria-hidden': 'true' },
    scale.ticks.map((x) => svg('text', { x: at(scale, x), y: '11', 'text-anchor': 'middle' }, scale.show(x))));
}

function grid(scale, height) {
  return scale.ticks.map((x) => svg('line', {
    x1: at(scale, x), x2: at(scale, x), y1: '0', y2: height,
    class: scale.zero && x === 0 ? 'zero' : 'grid',
  }));
}

/* Dot and 95 % interval. `answered` draws the second reading as a hollow dot. */
function intervalPlot(scale, m, label, kind = '', answered = null) {
  const middle = '50%';
  const has = isNumber(m.low) && isNumber(m.high);
  return svg('svg', { class: 'interval ' + kind, role: 'img', 'aria-label': label },
    svg('title', null, label),
    grid(scale, '100%'),
    has && svg('line', { class: 'bar', x1: at(scale, m.low), x2: at(scale, m.high), y1: middle, y2: middle }),
    has && [m.low, m.high].map((x) => svg('line', { class: 'end', x1: at(scale, x), x2: at(scale, x), y1: '36%', y2: '64%' })),
    isNumber(answered) && svg('circle', { class: 'hollow', cx: at(scale, answered), cy: middle, r: '4' }),
    isNumber(m.mean) && svg('circle', { class: 'dot', cx: at(scale, m.mean), cy: middle, r: '5' }));
}

/* ---- outcomes ---- */
function outcomeShares(run) {
  const counts = OUTCOMES.map((o) => (run.outcomes && run.outcomes[o]) || 0);
  const total = counts.reduce((a, b) => a + b, 0);
  return OUTCOMES.map((name, i) => ({ name, count: counts[i], share: total ? counts[i] / total : 0, total }));
}

function outcomeBar(run) {
  const parts = outcomeShares(run).filter((p) => p.count);
  const say = (p) => t(p.name) + ' ' + showCount(p.count) + ' (' + showValue(p.share, true) + ')';
  let from = 0;
  const bars = parts.map((p) => {
    const bar = svg('rect', { class: 'o-' + p.name, x: from * 100 + '%', width: p.share * 100 + '%', y: '0', height: '10' },
      svg('title', null, say(p)));
    from += p.share;
    return bar;
  });
  const label = parts.map(say).join(', ');
  const rest = parts.filter((p) => p.name !== 'scored');
  return [
    svg('svg', { class: 'outcomes', height: '10', role: 'img', 'aria-label': label }, bars),
    el('div', { class: 'small muted' },
      rest.length ? rest.map((p) => el('span', { class: 'part' }, t(p.name) + ' ' + showCount(p.count)))
        : t('scored') + ' ' + showCount(parts.length ? parts[0].count : 0)),
  ];
}

function outcomeLegend() {
  const used = OUTCOMES.filter((o) => o === 'scored' || doc.runs.some((r) => r.outcomes && r.outcomes[o]));
  return el('ul', { class: 'legend', 'aria-label': t('outcomes') },
    used.map((o) => el('li', null, el('span', { class: 'swatch o-' + o }), t(o))));
}

/* ---- radar ---- */
const RADAR = 118; /* radius in units of the drawing */

function spoke(i, n, share) {
  const angle = (2 * Math.PI * i) / n - Math.PI / 2;
  return [Math.cos(angle) * RADAR * share, Math.sin(angle) * RADAR * share];
}

function ring(shares) {
  return shares.map((s, i) => spoke(i, shares.length, s).map((x) => x.toFixed(1)).join(',')).join(' ');
}

/* The band between the low and the high ring, as one path with a hole. */
function band(lows, highs) {
  return 'M' + ring(highs) + 'Z M' + ring(lows) + 'Z';
}

/* `rows`: {name, ms: one metric summary a task}. */
function radar(names, rows) {
  const n = names.length;
  const bottom = Math.max(...names.map((name, i) => spoke(i, n, 1.09)[1])) + 24;
  return svg('svg', { class: 'radar', viewBox: `-225 -150 450 ${bottom + 150}`, role: 'img', 'aria-label': t('radar') },
    [0.25, 0.5, 0.75, 1].map((s) => svg('polygon', { class: 'grid', points: ring(names.map(() => s)) })),
    names.map((name, i) => {
      const [x, y] = spoke(i, n, 1), [lx, ly] = spoke(i, n, 1.09);
      const anchor = Math.abs(lx) < 12 ? 'middle' : lx > 0 ? 'start' : 'end';
      return [
        svg('line', { class: 'grid', x1: 0, y1: 0, x2: x, y2: y }),
        svg('text', { x: lx, y: ly, 'text-anchor': anchor, dy: ly > 12 ? '0.8em' : ly < -12 ? '0' : '0.35em' },
          name.length > 18 ? name.slice(0, 17) + '…' : name),
      ];
    }),
    rows.map((row, i) => [
      svg('path', { class: 'band s' + i, 'fill-rule': 'evenodd', d: band(row.ms.map((m) => m.low), row.ms.map((m) => m.high)) }),
      svg('polygon', { class: 'line s' + i, points: ring(row.ms.map((m) => m.mean)) }, svg('title', null, row.name)),
    ]));
}
