/* detail.js - one sample: prompt, reply, what was read from it, why, and the other models. */

const VERDICT_MARK = { right: '✓', partial: '◐', wrong: '✗' };

function verdictChip(s) {
  if (s.verdict) return chip('v-' + s.verdict, VERDICT_MARK[s.verdict] + ' ' + t(s.verdict));
  return s.outcome === 'scored' ? chip('neutral', t('unjudged')) : null;
}

/* The outcome, unless it is the usual one. */
function outcomeChip(s) {
  return s.outcome === 'scored' ? null : chip('outcome o-edge-' + s.outcome, word('', s.outcome));
}

function block(title, ...children) {
  return el('section', { class: 'block' }, el('h4', null, title), children);
}

/* ---- prompt and reply ---- */
function promptBlock(s) {
  if (!Array.isArray(s.prompt)) return block(t('prompt'), longText(promptText(s.prompt)));
  return block(t('prompt'), el('ol', { class: 'turns' }, s.prompt.map((m) => {
    const role = String((m && m.role) || '');
    return el('li', { class: 'turn r-' + (['system', 'user', 'assistant', 'tool'].includes(role) ? role : 'other') },
      el('span', { class: 'role' }, word('role_', role)), longText(contentText(m && m.content)));
  })));
}

function replyBlock(s) {
  if (choicesOf(s)) return null;
  const parts = [];
  if (s.error) parts.push(el('p', { class: 'error-text' }, foreign(s.error)));
  if (s.reasoning) parts.push(el('details', null, el('summary', null, t('reasoning')), longText(String(s.reasoning))));
  if (typeof s.output !== 'string') parts.push(el('p', { class: 'muted' }, t('no_output')));
  else if (s.output === '') parts.push(el('p', { class: 'muted' }, t('empty_output')));
  else parts.push(longText(s.output));
  return block(t('output'), parts);
}

/* ---- likelihoods ---- */
function choicesOf(s) {
  const d = s.detail;
  return d && Array.isArray(d.choices) && Array.isArray(d.logprobs) && d.choices.length === d.logprobs.length ? d : null;
}

/* The index of the right choice: the target's text, else its index or letter; -1 unknown. */
function rightChoice(d, target) {
  const same = (a, b) => String(a).trim() === String(b).trim();
  const byText = d.choices.findIndex((c) => same(c, target));
  if (byText >= 0) return byText;
  if (/^\d+$/.test(target)) return Number(target) < d.choices.length ? Number(target) : -1;
  return /^[A-Z]$/.test(target) ? Math.min(target.charCodeAt(0) - 65, d.choices.length) % d.choices.length : -1;
}

/* The choice that the judgement names; else the likeliest. */
function chosenChoice(d, s) {
  const j = list(s.judgements)[0];
  const named = j && j.extracted ? d.choices.findIndex((c) => String(c).trim() === String(j.extracted).trim()) : -1;
  if (named >= 0) return named;
  const known = d.logprobs.filter(isNumber);
  return known.length ? d.logprobs.indexOf(Math.max(...known)) : -1;
}

/* Each log-probability as a share of the sum of all choices' probabilities. */
function softmax(logprobs) {
  const most = Math.max(...logprobs.filter(isNumber));
  const weights = logprobs.map((x) => (isNumber(x) ? Math.exp(x - most) : 0));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => (sum > 0 ? w / sum : 0));
}

function choicesBlock(s) {
  const d = choicesOf(s);
  if (!d) return null;
  const single = d.choices.length === 1;
  const right = single ? 0 : rightChoice(d, String(s.target)), chosen = single ? -1 : chosenChoice(d, s);
  const shares = single ? d.logprobs.map((x) => Math.exp(x)) : softmax(d.logprobs);
  const rows = d.choices.map((c, i) => el('tr', { class: (i === right ? 'is-right ' : '') + (i === chosen ? 'is-chosen' : '') },
    el('th', { scope: 'row' }, foreign(c, 'span', { class: 'choice' }), el('span', { class: 'chips' },
      i === right && !single && chip('v-right', '✓ ' + t('correct')), i === chosen && chip(i === right ? 'v-right' : 'v-wrong', '● ' + t('chosen')),
      list(d.greedy)[i] === true && chip('neutral', t('greedy')))),
    td('plot', svg('svg', { class: 'choice-bar', height: '14', 'aria-hidden': 'true' },
      svg('rect', { class: 'track', x: 0, y: 4, width: '100%', height: 6, rx: 3 }),
      svg('rect', { class: 'fill', x: 0, y: 4, width: (shares[i] * 100).toFixed(2) + '%', height: 6, rx: 3 }))),
    td('num', showValue(shares[i], true)), td('num', isNumber(d.logprobs[i]) ? d.logprobs[i].toFixed(3).replace('-', '−') : t('none'))));
  const heads = [th(t('choice')), th('', 'plot'), th(t('share'), 'num'), th(t('logprob'), 'num')];
  return block(single ? t('likelihood') : t('choices'), table(t('choices'), heads, rows, 'choices'),
    !single && el('p', { class: 'small muted' }, t('choices_note')));
}

/* ---- judgements ---- */
function answerBlock(s) {
  const first = list(s.judgements)[0] || {};
  const pairs = [[t('target'), s.target], [t('extracted'), showExtracted(first)]];
  return el('dl', { class: 'answers' }, pairs.map(([name, value]) =>
    el('div', null, el('dt', null, name),
      el('dd', null, value === undefined || value === null || value === '' ? el('span', { class: 'muted' }, t('none')) : longText(String(value))))),
    first.rule && el('div', null, el('dt', null, t('rule')), el('dd', null, foreign(showRule(first)))),
    first.why && el('div', { class: 'wide' }, el('dt', null, t('why')), el('dd', null, foreign(showWhy(first.why), 'p'))));
}

function judgementsBlock(s) {
  const rows = list(s.judgements).map((j) => el('tr', null,
    el('th', { scope: 'row' }, foreign(metricName(j))), td('num', showValue(j.value, false)),
    td('', word('', j.outcome)), td('clip', foreign(showExtracted(j) || '')), td('', foreign(showRule(j))), td('', foreign(showWhy(j.why || ''))), td('', foreign(j.judge || ''))));
  if (!rows.length) return null;
  const heads = [th(t('metric')), th(t('value'), 'num'), th(t('outcome')), th(t('extracted')), th(t('rule')), th(t('why')), th(t('judge'))];
  return block(t('judgements'), table(t('judgements'), heads, rows, 'plain'));
}

function factsBlock(s) {
  const facts = [
    [t('tokens'), showCount(s.prompt_tokens) + ' / ' + showCount(s.completion_tokens)],
    [t('time'), showSeconds(s.seconds)], [t('cost'), showCost(s.cost)],
    [t('finish'), s.finish ? word('finish_', s.finish) : t('none')], [t('attempts'), showCount(s.attempts)],
    [t('cached'), s.cached ? t('yes') : t('no')],
  ];
  return block(t('facts'), el('dl', { class: 'facts-list' },
    facts.map(([name, value]) => el('div', null, el('dt', null, name), el('dd', null, value)))));
}

/* ---- the same item elsewhere ---- */
function otherCard(s, open) {
  const run = runById.get(s.run), d = choicesOf(s), j = list(s.judgements)[0] || {};
  const text = d ? (j.extracted || '') : typeof s.output === 'string' ? s.output : s.error || '';
  return el('li', null, el('button', { type: 'button', class: 'other', onclick: () => open(s) },
    el('span', { class: 'other-head' }, foreign(run ? runName(run) : s.run, 'b'), verdictChip(s), outcomeChip(s)),
    foreign(text.length > 400 ? text.slice(0, 400) + '…' : text || t('none'), 'span', { class: 'other-text' })));
}

function othersBlock(s, open) {
  const others = list(byItem.get(s.key)).filter((o) => o !== s);
  if (!others.length) return null;
  return block(t('others'), el('ul', { class: 'others' }, others.map((o) => otherCard(o, open))));
}

function recordBlock(s) {
  if (s.item === undefined || s.item === null || s.item === '') return null;
  const text = typeof s.item === 'string' ? s.item : JSON.stringify(s.item, null, 2);
  return el('details', { class: 'block' }, el('summary', null, t('record')), longText(text));
}

function detailHead(s) {
  const run = runById.get(s.run) || {};
  return el('header', { class: 'detail-head' },
    el('h3', null, foreign(s.item_key), s.repeat > 0 && el('span', { class: 'muted' }, ' ' + t('repeat', s.repeat + 1))),
    el('p', { class: 'small muted' }, foreign(run.model || ''), ' · ', foreign(run.task || ''), ' · ' + t('run') + ' ' + s.run + ' · ',
      el('a', { href: '#sample=' + s.sample }, t('link'))),
    el('p', { class: 'chips' }, verdictChip(s), outcomeChip(s), s.different && chip('neutral', t('filter_different'))));
}

function sampleDetail(s, open) {
  return [detailHead(s), answerBlock(s), choicesBlock(s), replyBlock(s), othersBlock(s, open), promptBlock(s),
    judgementsBlock(s), factsBlock(s), recordBlock(s)].filter(Boolean);
}
