/* main.js - the page as a whole: head, language and colours, order of the sections. */

/* A mark of our own: a streak of gold on a touchstone. */
function brandMark() {
  return svg('svg', { class: 'mark-brand', viewBox: '0 0 32 32', 'aria-hidden': 'true' },
    svg('rect', { class: 'stone', x: 2, y: 2, width: 28, height: 28, rx: 8 }),
    svg('path', { class: 'streak', d: 'M9 22 L21 8' }),
    svg('path', { class: 'streak thin', d: 'M15 24 L24 13' }));
}

function switchButtons(label, values, current, change) {
  return el('div', { class: 'switch', role: 'group', 'aria-label': label },
    values.map(([value, text, language]) => el('button', {
      type: 'button', lang: language, 'aria-pressed': String(value === current), onclick: () => change(value),
    }, text)));
}

function setTheme(theme) {
  settings.theme = ['light', 'dark'].includes(theme) ? theme : 'auto';
  document.documentElement.dataset.theme = settings.theme;
  remember('theme', settings.theme);
}

function setLanguage(language) {
  settings.chinese = language === 'zh';
  document.documentElement.lang = settings.chinese ? 'zh-CN' : 'en';
  remember('language', language);
}

function topBar(sections) {
  return el('div', { class: 'top' }, el('div', { class: 'wrap' },
    el('span', { class: 'brand' }, brandMark(), t('brand')),
    el('nav', { 'aria-label': t('sections') }, sections.filter(Boolean).map((s) =>
      el('a', { href: '#' + s.id }, s.querySelector('h2').textContent))),
    switchButtons(t('theme'), [['auto', t('theme_auto')], ['light', t('theme_light')], ['dark', t('theme_dark')]],
      settings.theme, (v) => { setTheme(v); draw(); }),
    switchButtons(t('language'), [['en', 'English', 'en'], ['zh', '中文', 'zh-CN']],
      settings.chinese ? 'zh' : 'en', (v) => { setLanguage(v); draw(); })));
}

function draw() {
  document.title = (doc.title || t('report')) + ' · ' + t('brand');
  const sections = [overviewSection(), boardSection(), groupSection(), heatSection(), compareSection(), samplesSection()];
  const title = el('header', { class: 'title' },
    el('p', { class: 'eyebrow' }, t('report')), el('h1', null, foreign(doc.title || t('report'))),
    el('p', { class: 'muted' }, t('made', showTime(doc.created), doc.program)), whatList(), summaryTiles());
  document.getElementById('app').replaceChildren(
    topBar(sections),
    el('main', { class: 'wrap' }, [title, incompleteNotice(), evaluatedTable(), sections].flat().filter(Boolean)),
    el('footer', { class: 'wrap small muted' }, t('foot')));
  if (doc.ready) fillSamples();
}

function start() {
  const language = remembered('language') || doc.language || ((navigator.language || '').toLowerCase().startsWith('zh') ? 'zh' : 'en');
  settings.chinese = language === 'zh';
  document.documentElement.lang = settings.chinese ? 'zh-CN' : 'en';
  settings.theme = remembered('theme') || 'auto';
  document.documentElement.dataset.theme = settings.theme;
  draw();
  document.addEventListener('keydown', onKey);
  addEventListener('hashchange', openHash);
  /* The boards are on the screen before a large file's samples are read. */
  requestAnimationFrame(() => setTimeout(() => {
    readSamples();
    doc.ready = true;
    fillSamples();
    openHash();
  }, 0));
}

start();
