/* compare.js - paired comparisons: difference, test, what could have been found, flips. */
const FLIPS_SHOWN = 24;

function verdictCell(c) {
  const falls = LOWER.has(c.metric);
  if (!isNumber(c.p_holm) || c.p_holm >= 0.05) return td('', chip('neutral', t('no_difference')));
  const second = (c.difference.mean > 0) !== falls;
  return td('', chip('good', t('better', (second ? c.b : c.a).model)));
}

function pairCell(c, share) {
  return el('th', { scope: 'row', class: 'model' },
    el('div', null, foreign(c.a.model), el('span', { class: 'muted' }, ' ' + showValue(c.a.mean, share))),
    el('div', null, '→ ', foreign(c.b.model), el('span', { class: 'muted' }, ' ' + showValue(c.b.mean, share))));
}

/* When no item differs there is nothing to estimate a spread from: neither an interval nor a
 * detectable difference is known. */
function differenceOf(c) {
  const d = c.difference || {};
  return d.se > 0 ? d : { ...d, low: null, high: null };
}

function differenceCell(c, share) {
  const d = differenceOf(c);
  return td('num score', showSigned(d.mean, share),
    el('div', { class: 'small muted' }, isNumber(d.low) ? showSigned(d.low, share) + ' … ' + showSigned(d.high, share) : t('no_number')));
}

function flipLink(c, flip) {
  const run = runById.get(c.b.run);
  const worse = (flip.b < flip.a) !== LOWER.has(c.metric);
  const text = [foreign(flip.item), el('span', { class: 'small' }, ' ' + showValue(flip.a, false) + ' → ' + showValue(flip.b, false))];
  const sample = run && sampleAt(run, flip.item);
  const open = (e) => {
    e.preventDefault();
    openSample(sample);
  };
  /* A page may hold only some of the samples. */
  const link = sample ? el('a', { href: '#sample=' + sample.sample, onclick: open }, text) : el('span', { class: 'absent' }, text);
  return el('li', { class: worse ? 'down' : 'up' }, link);
}

function flipList(c) {
  const flips = list(c.flips);
  if (!flips.length) return null;
  const items = el('ul', { class: 'flips' });
  const box = el('details', null, el('summary', null, t('flips', showCount(flips.length))), items);
  const grow = (upTo) => {
    items.replaceChildren(...flips.slice(0, upTo).map((f) => flipLink(c, f)));
    if (upTo < flips.length)
      items.append(el('li', null, el('button', { type: 'button', class: 'small', onclick: () => grow(upTo * 4) },
        t('more', showCount(flips.length - upTo)))));
  };
  box.addEventListener('toggle', () => { if (box.open && !items.firstChild) grow(FLIPS_SHOWN); });
  return box;
}

/* What stands below a comparison's line: why it may not count, and the flipped items. */
function comparisonNotes(c) {
  const differs = list(c.protocol_differences);
  return [
    c.forced && el('div', { class: 'warn-text small' }, t('forced'), el('ul', null, differs.map((d) => el('li', null, foreign(d, 'code'))))),
    (c.only_a > 0 || c.only_b > 0) && el('div', { class: 'small muted' }, t('unpaired', showCount(c.only_a), showCount(c.only_b))),
    flipList(c),
  ].filter(Boolean);
}

function comparisonRows(c, scale, share, columns) {
  const d = differenceOf(c);
  const label = t('chart_interval', showSigned(d.mean, share), showSigned(d.low, share), showSigned(d.high, share));
  const sure = isNumber(c.p_holm) && c.p_holm < 0.05;
  const pairs = isNumber(c.a_only_right)
    ? el('span', { title: t('discordant_pair', c.a_only_right, c.b_only_right) }, showCount(c.a_only_right) + ' : ' + showCount(c.b_only_right)) : t('none');
  const notes = comparisonNotes(c);
  const rows = [el('tr', { class: notes.length ? 'with-notes' : null },
    td('', foreign(c.task), el('div', { class: 'small muted' }, foreign(metricName(c)))), pairCell(c, share), differenceCell(c, share),
    td('plot', intervalPlot(scale, d, label, sure ? 'sure' : 'unsure')), td('num', showCount(c.n)), td('num nowrap', pairs),
    td('num nowrap', showP(c.p, c.log10_p), el('div', { class: 'small muted test' }, word('test_', testName(c.test)))),
    td('num nowrap', showP(c.p_holm)),
    td('num nowrap', c.detectable > 0 ? '±' + showEnd(c.detectable, share) : t('none')), verdictCell(c))];
  if (notes.length) rows.push(el('tr', { class: 'notes' }, el('td', { colspan: columns }, notes)));
  return rows;
}

/* "mcnemar-exact" has a text of its own; unknown tests are shown as they are named. */
function testName(test) {
  return test === 'mcnemar-exact' ? 'mcnemar' : test;
}

function comparisonTable(comparisons, share) {
  const scale = differenceScale(comparisons.map((c) => c.difference || {}), share);
  const heads = [th(t('task')), th(t('pair')), th(t('difference') + (share ? ' (' + t('points') + ')' : ''), 'num'),
    el('th', { scope: 'col', class: 'plot' }, el('span', { class: 'hidden' }, t('interval')), axis(scale)),
    th(t('n'), 'num'), th(t('discordant'), 'num'), th(t('p'), 'num'), th(t('p_holm'), 'num'), th(t('detectable'), 'num'), th(t('verdict'))];
  return el('article', { class: 'card' },
    table(t('compare'), heads, comparisons.map((c) => comparisonRows(c, scale, share, heads.length)), 'board compare'));
}

function compareSection() {
  const shares = doc.comparisons.filter((c) => isShare(c.metric));
  const others = doc.comparisons.filter((c) => !isShare(c.metric));
  if (!doc.comparisons.length) return null;
  return section('compare', t('compare'),
    el('p', { class: 'note' }, t('compare_note'), doc.comparisons.some((c) => LOWER.has(c.metric)) && ' ' + t('compare_note_lower')),
    shares.length > 0 && comparisonTable(shares, true),
    others.map((c) => comparisonTable([c], false)));
}
