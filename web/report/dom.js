/* dom.js - making elements. Text only ever becomes text nodes. */
const SVG = 'http://www.w3.org/2000/svg';

function fill(node, options, children) {
  for (const [name, value] of Object.entries(options || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'text') node.textContent = value;
    else if (name === 'style') for (const [k, v] of Object.entries(value)) node.style.setProperty(k, v);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat(Infinity))
    if (child !== null && child !== undefined && child !== false && child !== '') node.append(child);
  return node;
}

/* el('p', {class: 'note', onclick: f}, child, 'text', ...) */
function el(name, options, ...children) {
  return fill(document.createElement(name), options, children);
}

function svg(name, options, ...children) {
  return fill(document.createElementNS(SVG, name), options, children);
}

/* Text from outside: isolated, so that right-to-left marks in it turn nothing around it. */
function foreign(text, name = 'bdi', options = {}) {
  return el(name, { dir: 'auto', ...options, text: String(text) });
}

/* A name that may be broken behind its underscores and the like. */
function breakable(text) {
  return el('bdi', { dir: 'auto' }, String(text).split(/(?<=[_/.-])/).flatMap((piece, i) => (i ? [el('wbr'), piece] : [piece])));
}

function chip(kind, text, title) {
  return el('span', { class: 'chip ' + kind, title }, text);
}

/* A heading cell; `note` is read out and shown on hover. */
function th(text, kind, note) {
  return el('th', { scope: 'col', class: kind, title: note }, text);
}

function td(kind, ...children) {
  return el('td', { class: kind }, children);
}

/* Narrow screens show a table's cells one below the other: each says what it is. */
function labelCells(heads, rows) {
  const names = heads.map((h) => h.textContent);
  for (const row of rows)
    if (row.children.length === names.length)
      [...row.children].forEach((cell, i) => { if (names[i]) cell.dataset.label = names[i]; });
}

/* A table that scrolls sideways inside its own box. */
function table(label, someHeads, someRows, kind) {
  const heads = someHeads.flat(Infinity), rows = someRows.flat(Infinity);
  labelCells(heads, rows);
  return el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label },
    el('table', { class: kind },
      el('caption', { class: 'hidden' }, label),
      el('thead', null, el('tr', null, heads)),
      el('tbody', null, rows)));
}

function section(id, title, ...children) {
  return el('section', { id, 'aria-labelledby': id + '-title' },
    el('h2', { id: id + '-title' }, title), children);
}

/* One of several values, as a drop-down with a label. */
function choose(label, values, current, change) {
  const list = el('select', { onchange: (e) => change(e.target.value) },
    values.map(([value, text]) => el('option', { value, selected: value === current }, text)));
  return el('label', { class: 'field' }, el('span', null, label), list);
}

const CUT = 20000;

/* A long text in a box of its own; past CUT characters only on request. */
function longText(text, options = {}) {
  const box = el('pre', { dir: 'auto', tabindex: '0', class: 'text', ...options });
  if (text.length <= CUT) {
    box.textContent = text;
    return box;
  }
  box.textContent = text.slice(0, CUT) + '…';
  const button = el('button', { type: 'button', class: 'small', onclick: () => {
    box.textContent = text;
    button.remove();
  } }, t('show_all', showCount(text.length)));
  return el('div', null, box, button);
}

/* Reads and keeps settings; file:// pages may have no storage. */
function remember(name, value) {
  try { localStorage.setItem('assay-report-' + name, value); } catch { /* not kept, no harm */ }
}

function remembered(name) {
  try { return localStorage.getItem('assay-report-' + name); } catch { return null; }
}
