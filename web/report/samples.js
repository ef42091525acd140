/* samples.js - the list of samples with its filters, beside the chosen one. */
const PAGE = 50;
const view = { run: '', show: 'all', query: '', page: 0, selected: null, rows: [], parts: null };

const SHOW = {
  all: () => true,
  wrong: (s) => s.verdict === 'wrong' || s.verdict === 'partial',
  right: (s) => s.verdict === 'right',
  different: (s) => s.different,
};
for (const name of OUTCOMES) SHOW['outcome-' + name] = (s) => s.outcome === name;

/* A test for the search words. A prompt is shared by many samples, so it is searched once. */
function searcher(query) {
  if (!query) return () => true;
  const pattern = new RegExp(query.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'iu');
  const prompts = new Map();
  const inPrompt = (s) => {
    if (!prompts.has(s.promptIndex)) prompts.set(s.promptIndex, pattern.test(promptText(s.prompt)));
    return prompts.get(s.promptIndex);
  };
  return (s) => pattern.test(String(s.target)) || pattern.test(String(s.item_key)) ||
    (typeof s.output === 'string' && pattern.test(s.output)) || inPrompt(s);
}

function applyFilters() {
  const matches = searcher(view.query.trim()), show = SHOW[view.show] || SHOW.all;
  view.rows = doc.samples.filter((s) => (!view.run || String(s.run) === view.run) && show(s) && matches(s));
}

/* ---- the list ---- */
function rowText(s) {
  const j = list(s.judgements)[0] || {};
  const text = choicesOf(s) ? j.extracted : s.output;
  return String(text || s.error || '').trim().slice(0, 120) || t('none');
}

function listRow(s) {
  const run = runById.get(s.run);
  const chosen = s === view.selected;
  return el('li', { role: 'option', id: 'row-' + s.sample, 'aria-selected': String(chosen), class: chosen ? 'chosen' : null, onclick: () => openSample(s) },
    el('span', { class: 'mark v-' + (s.verdict || 'none'), title: s.verdict ? t(s.verdict) : word('', s.outcome), 'aria-label': s.verdict ? t(s.verdict) : word('', s.outcome) },
      VERDICT_MARK[s.verdict] || (s.outcome === 'error' ? '!' : '·')),
    el('span', { class: 'row-main' },
      el('span', { class: 'row-head' }, foreign(s.item_key, 'b'), s.repeat > 0 && el('span', { class: 'muted' }, ' ×' + (s.repeat + 1)),
        el('span', { class: 'muted' }, foreign(run ? runName(run) : s.run)), outcomeChip(s)),
      foreign(rowText(s), 'span', { class: 'row-text' })));
}

function drawPager() {
  const n = view.rows.length, from = view.page * PAGE;
  const turn = (step) => () => { view.page += step; drawList(); view.parts.list.scrollTop = 0; };
  const button = (key, sign, step, off) => el('button', { type: 'button', class: 'small', 'aria-label': t(key), title: t(key), disabled: off, onclick: turn(step) }, sign);
  view.parts.pager.replaceChildren(
    button('previous_page', '‹', -1, view.page === 0),
    el('span', { class: 'small' }, n ? t('page_of', showCount(from + 1), showCount(Math.min(from + PAGE, n)), showCount(n)) : ''),
    button('next_page', '›', 1, from + PAGE >= n));
}

function drawList() {
  const { list: box, count } = view.parts;
  const rows = view.rows.slice(view.page * PAGE, (view.page + 1) * PAGE);
  count.textContent = t('found', showCount(view.rows.length), showCount(doc.samples.length));
  box.replaceChildren(...rows.map(listRow));
  if (!rows.length) box.append(el('li', { class: 'muted empty' }, t('nothing_found')));
  if (view.selected && rows.includes(view.selected)) box.setAttribute('aria-activedescendant', 'row-' + view.selected.sample);
  else box.removeAttribute('aria-activedescendant');
  drawPager();
}

function drawDetail() {
  const { detail, panes } = view.parts, s = view.selected;
  panes.classList.toggle('open', Boolean(s));
  if (!s) {
    detail.replaceChildren(el('p', { class: 'muted empty' }, t('pick')));
    return;
  }
  const step = (by) => () => stepSample(by);
  detail.replaceChildren(
    el('nav', { class: 'detail-nav', 'aria-label': t('samples') },
      el('button', { type: 'button', class: 'small back', onclick: closeSample }, '‹ ' + t('back')),
      el('button', { type: 'button', class: 'small', onclick: step(-1) }, t('previous')),
      el('button', { type: 'button', class: 'small', onclick: step(1) }, t('next'))),
    ...sampleDetail(s, openSample));
  detail.scrollTop = 0;
}

function refilter() {
  applyFilters();
  view.page = 0;
  drawList();
}

/* ---- choosing ---- */
function showSelected(scroll) {
  const index = view.rows.indexOf(view.selected);
  if (index >= 0) view.page = Math.floor(index / PAGE);
  drawList();
  drawDetail();
  const row = document.getElementById('row-' + view.selected.sample);
  if (row) view.parts.list.scrollTop = Math.max(row.offsetTop - view.parts.list.clientHeight / 2, 0);
  if (scroll) view.parts.panes.scrollIntoView({ block: 'start' });
}

/* Opens a sample from anywhere on the page; filters that hide it are taken back. */
function openSample(s, replace = false) {
  if (!view.rows.includes(s)) {
    Object.assign(view, { run: '', show: 'all', query: '' });
    applyFilters();
    drawFilters();
  }
  const inside = view.parts.panes.contains(document.activeElement) && view.selected;
  view.selected = s;
  const hash = '#sample=' + s.sample;
  if (location.hash !== hash) history[replace ? 'replaceState' : 'pushState'](null, '', hash);
  showSelected(!inside);
}

function closeSample() {
  const row = view.selected && view.selected.sample;
  view.selected = null;
  history.pushState(null, '', '#samples');
  drawList();
  drawDetail();
  const element = document.getElementById('row-' + row);
  if (element) element.scrollIntoView({ block: 'center' });
}

function stepSample(by) {
  if (!view.rows.length) return;
  const index = view.rows.indexOf(view.selected);
  const next = index < 0 ? (by > 0 ? 0 : view.rows.length - 1) : index + by;
  if (view.rows[next]) openSample(view.rows[next], true);
}

function openHash() {
  const found = /^#sample=(.+)$/.exec(location.hash);
  const s = found && byId.get(decodeURIComponent(found[1]));
  if (s && s !== view.selected) openSample(s, true);
}

function onKey(e) {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName) || e.ctrlKey || e.metaKey || e.altKey;
  if (typing || !view.parts) return;
  const inList = view.parts.list.contains(e.target);
  const by = e.key === 'j' || e.key === 'ArrowRight' || (inList && e.key === 'ArrowDown') ? 1
    : e.key === 'k' || e.key === 'ArrowLeft' || (inList && e.key === 'ArrowUp') ? -1 : 0;
  const scrolls = /^Arrow/.test(e.key) && e.target.closest && e.target.closest('pre, .scroll');
  if (by && !scrolls) {
    e.preventDefault();
    stepSample(by);
  } else if (e.key === '/') {
    e.preventDefault();
    view.parts.search.focus();
  }
}

/* ---- the section ---- */
function drawFilters() {
  const counts = new Map(Object.keys(SHOW).map((name) => [name, doc.samples.filter(SHOW[name]).length]));
  const labels = { all: t('all_samples'), wrong: t('filter_wrong'), right: t('filter_right'), different: t('filter_different') };
  const shows = Object.keys(SHOW).filter((name) => name === 'all' || counts.get(name) > 0)
    .map((name) => [name, (labels[name] || t(name.slice('outcome-'.length))) + ' (' + showCount(counts.get(name)) + ')']);
  const runs = doc.runs.map((r) => [String(r.run), r.model + ' · ' + r.task + ' (' + t('run') + ' ' + r.run + ')']);
  let timer = 0;
  const search = el('input', { type: 'search', placeholder: t('search'), 'aria-label': t('search'), oninput: (e) => {
    clearTimeout(timer);
    timer = setTimeout(() => { view.query = e.target.value; refilter(); }, 120);
  } });
  search.value = view.query;
  view.parts.search = search;
  view.parts.filters.replaceChildren(
    choose(t('filter_run'), [['', t('all_runs')], ...runs], view.run, (v) => { view.run = v; refilter(); }),
    choose(t('filter_show'), shows, view.show, (v) => { view.show = v; refilter(); }),
    search, view.parts.count);
}

function samplesSection() {
  view.parts = {
    filters: el('div', { class: 'filters', role: 'search' }),
    count: el('span', { class: 'small muted', 'aria-live': 'polite' }),
    list: el('ul', { class: 'list', role: 'listbox', tabindex: '0', 'aria-label': t('samples') }),
    some: el('p', { class: 'small warn-text' }),
    pager: el('div', { class: 'pager' }),
    detail: el('article', { class: 'detail' }, el('p', { class: 'muted empty' }, t('loading'))),
  };
  view.parts.panes = el('div', { class: 'panes card' },
    el('div', { class: 'list-pane' }, view.parts.list, view.parts.pager), view.parts.detail);
  return section('samples', t('samples'),
    el('p', { class: 'note' }, t('samples_note')), view.parts.some, view.parts.filters, view.parts.panes);
}

/* Called when the samples are there, and again after the language changed. */
function fillSamples() {
  if (!doc.samples.length) {
    document.getElementById('samples').replaceChildren(el('h2', { id: 'samples-title' }, t('samples')), el('p', { class: 'muted' }, t('no_samples')));
    view.parts = null;
    return;
  }
  const all = doc.runs.reduce((sum, r) => sum + (r.n_samples || 0), 0);
  view.parts.some.textContent = doc.samples.length < all ? t('some_samples', showCount(doc.samples.length), showCount(all)) : '';
  applyFilters();
  drawFilters();
  drawList();
  drawDetail();
}
