/* report_browser.mjs - the report in a browser, from file://:  node report_browser.mjs FOLDER
 * FOLDER holds report-120.html and report-4000.html; screenshots go there too. */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { HOSTILE } from './report_document.mjs';

const require = createRequire(resolve('build/browser/package.json'));
const { chromium } = require('playwright-core');
const folder = resolve(process.argv[2]);
const small = 'file://' + folder + '/report-120.html', large = 'file://' + folder + '/report-4000.html';
const data = JSON.parse(readFileSync(folder + '/document-120.json', 'utf8'));
const tests = [];
const test = (name, run, options = {}) => tests.push({ name, run, options });

function check(condition, words) {
  if (!condition) throw new Error(words);
}
function same(got, want, words) {
  check(JSON.stringify(got) === JSON.stringify(want), `${words}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
}

const ready = (page) => page.waitForSelector('#samples .list li, #samples .empty + *', { state: 'attached' });
const board = (page, name) => page.locator('article.board', { has: page.locator('h3', { hasText: name }) });
const cells = (page, name, kind) => board(page, name).locator('tbody ' + kind).evaluateAll((all) => all.map((e) => e.firstChild.textContent));
const percent = (x) => (x * 100).toFixed(1) + '%';
const shot = (page, name, fullPage = false) => page.screenshot({ path: `${folder}/report-${name}.png`, fullPage });

/* ---- numbers ---- */
test('the leaderboard is sorted and shows the numbers of the document', async (page) => {
  const runs = data.runs.filter((r) => r.task === 'sums_cot').sort((a, b) => b.metrics[0].mean - a.metrics[0].mean);
  same(await cells(page, 'sums_cot', 'th.model'), runs.map((r) => r.model), 'order');
  same(await cells(page, 'sums_cot', 'td.score'), runs.map((r) => percent(r.metrics[0].mean)), 'scores');
  const n = await board(page, 'sums_cot').locator('tbody tr').evaluateAll((rows) => rows.map((r) => r.children[4].textContent));
  same(n, runs.map((r) => String(r.metrics[0].n)), 'denominators');
  await shot(page, 'light', true);
});

test('intervals are drawn where the numbers are', async (page) => {
  const m = data.runs.find((r) => r.task === 'trivia_choices' && r.model === 'tiny-3').metrics[0];
  const bar = board(page, 'trivia_choices').locator('tbody tr').last().locator('line.bar');
  const want = (x) => 3 + x * 94;
  check(Math.abs(parseFloat(await bar.getAttribute('x1')) - want(m.low)) < 0.02, 'low end');
  check(Math.abs(parseFloat(await bar.getAttribute('x2')) - want(m.high)) < 0.02, 'high end');
});

test('ranks are ranges that the tests allow', async (page) => {
  const ranks = await cells(page, 'trivia_choices', 'td.rank');
  const worse = data.comparisons.filter((c) => c.task === 'trivia_choices' && c.p_holm < 0.05 && c.difference.mean < 0).length;
  same(ranks[0], worse === 3 ? '1' : '1–' + (4 - worse), 'range of the leader');
  const tied = await board(page, 'trivia_choices').locator('.chip.tied').count();
  same(tied, 3 - worse, 'models that are not distinguishable');
});

test('a metric can be chosen, and lower can be better', async (page) => {
  await board(page, '常识问答').locator('select').selectOption('perplexity');
  const rows = await cells(page, '常识问答', 'td.score');
  check(rows.map(Number).every((x, i, all) => i === 0 || all[i - 1] <= x), 'ascending: ' + rows);
});

test('an incomplete run is announced and marked', async (page) => {
  const notice = await page.locator('.notice').textContent();
  check(notice.includes('Run 8') && notice.includes('3 of 120'), notice);
  check((await cells(page, 'sums_cot', 'td.score')).length === 4, 'four rows');
  check((await board(page, 'sums_cot').locator('tr', { hasText: 'tiny-3' }).locator('td.score').textContent()).includes('*'), 'star');
});

test('comparisons show p, and flipped items lead to their samples', async (page) => {
  const c = data.comparisons[2];
  const row = page.locator('#compare tbody tr', { hasText: 'tiny-3' }).first();
  check((await row.textContent()).includes(c.a_only_right + ' : ' + c.b_only_right), 'discordant pairs');
  const details = page.locator('#compare details').nth(2);
  await details.locator('summary').click();
  await details.locator('li a').first().waitFor(); /* drawn when the toggle event comes */
  same(await details.locator('li a').count(), 24, 'flips shown at first');
  await details.locator('li a').first().click();
  same(await page.locator('.detail h3').textContent(), c.flips[0].item, 'opened item');
});

/* ---- by columns of the data ---- */
const heat = (page, run) => page.locator('.heat-card', { hasText: 'Run ' + run });

/* Contrast of a cell's number with its colour, which is mixed and so no plain rgb(). */
const cellContrast = (cell) => {
  const parse = (text) => text.match(/[\d.]+/g).slice(0, 3).map((v) => Number(v) / (text.startsWith('rgb') ? 255 : 1));
  const light = (rgb) => rgb.map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const style = getComputedStyle(cell), a = light(parse(style.color)), b = light(parse(style.backgroundColor));
  return { ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), colour: style.backgroundColor };
};

test('a heat map has the numbers of the document where they belong', async (page) => {
  const run = data.runs.find((r) => r.dataset === '常识'), b = run.breakdown, card = heat(page, run.run).last();
  same(await card.locator('thead th').allTextContents(), ['length →depth ↓', ...b.values[0]], 'across');
  same(await card.locator('tbody th').allTextContents(), b.values[1], 'down');
  const shown = await card.locator('tbody td').evaluateAll((all) => all.map((e) => e.firstChild.textContent));
  same(shown, [...b.cells.map((c) => String(Number((c.mean * 100).toFixed(1)))), '–'], 'numbers');
  const title = await card.locator('tbody td').nth(5).getAttribute('title');
  const c = b.cells[5], end = (x) => (x * 100).toFixed(1);
  same(title, `length 4000, depth 50: 60.0%, 95 % interval ${end(c.low)} to ${end(c.high)}, n 10`, 'tooltip');
  check((await card.locator('.heat-legend').textContent()).includes('10 items in each cell'), 'how many');
  const cells = await card.locator('tbody td:not(.none)').evaluateAll((all) => all.map((e) => e.style.getPropertyValue('--heat')));
  same(cells[0], '100.0%', 'colour of the best');
  same(cells[7], '0.0%', 'colour of the worst');
});

test('numbers on a heat map can be read, and its colours differ', async (page) => {
  const run = data.runs.find((r) => r.dataset === '常识');
  for (const name of ['Light', 'Dark']) {
    await page.locator('.switch button', { hasText: name }).click();
    const cells = await Promise.all((await heat(page, run.run).last().locator('tbody td:not(.none)').all()).map((cell) => cell.evaluate(cellContrast)));
    check(cells.every((c) => c.ratio >= 4.5), name + ': ' + Math.min(...cells.map((c) => c.ratio)));
    check(new Set(cells.map((c) => c.colour)).size >= 6, name + ': colours');
  }
});

test('one column is shown as intervals, in Chinese too', async (page) => {
  const card = heat(page, 5).first();
  same(await card.locator('tbody td.score').evaluateAll((all) => all.map((e) => e.firstChild.textContent)), ['50.0%', '75.0%'], 'scores');
  same(await card.locator('tbody th').nth(1).textContent(), HOSTILE, 'a hostile value');
  await page.locator('.switch button', { hasText: '中文' }).click();
  same(await page.locator('#by h2').textContent(), '按数据分列', 'heading');
  same(await page.locator('.heat-map thead th').first().textContent(), '长度 →深度 ↓', 'columns');
  await shot(page, 'heat-zh', true);
});

test('the runs in detail say how answers were read', async (page) => {
  await page.locator('details summary', { hasText: 'The runs in detail' }).click();
  const rules = page.locator('.rules').first();
  same(await rules.locator('tbody tr').evaluateAll((rows) => rows.map((r) => [...r.children].map((c) => c.textContent))),
    [['cue', '90', '75.0%', '90.0%'], ['nothing', '30', '25.0%', 'no answer']], 'rules');
  same(await page.locator('.rules').count(), data.runs.filter((r) => r.rules).length, 'a table for each run that has rules');
  await page.locator('.switch button', { hasText: '中文' }).click();
  await page.locator('details summary', { hasText: '评测明细' }).click();
  same(await page.locator('.rules thead th').allTextContents().then((x) => x.slice(0, 4)), ['抽取规则', '回答数', '占比', '读出者的得分'], 'Chinese');
});

/* ---- samples ---- */
const counted = (page) => page.locator('.filters .small').textContent();

test('filters and search narrow the list', async (page) => {
  same(await counted(page), '1,440 of 1,440 samples', 'all');
  const refused = data.samples.filter((s) => s.outcome === 'refused').length;
  await page.locator('.filters select').nth(1).selectOption('outcome-refused');
  same(await counted(page), `${refused} of 1,440 samples`, 'refused');
  await page.locator('.filters select').nth(1).selectOption('wrong');
  await page.locator('.filters select').nth(0).selectOption('5');
  const wrong = data.samples.filter((s) => s.run === 5 && s.outcome !== 'error' && (s.judgements[0].value ?? 0) < 1).length;
  same(await counted(page), `${wrong} of 1,440 samples`, 'wrong of run 5');
  await page.locator('.filters select').nth(1).selectOption('all');
  await page.locator('input[type=search]').fill('what is 47 + 95?');
  await page.waitForFunction(() => document.querySelector('.filters .small').textContent.startsWith('1 of'));
});

test('items that differ between models can be listed', async (page) => {
  await page.locator('.filters select').nth(1).selectOption('different');
  const n = Number((await counted(page)).split(' ')[0].replace(',', ''));
  check(n > 0 && n < 1440, 'some: ' + n);
  await page.locator('.list li').first().click();
  const marks = await page.locator('.detail .other .chip, .detail-head .chip').allTextContents();
  check(new Set(marks.filter((m) => /right|wrong|partial/.test(m))).size > 1, 'different marks: ' + marks);
});

test('keys step through the list', async (page) => {
  await page.keyboard.press('j');
  same(new URL(page.url()).hash, '#sample=100000', 'first');
  await page.keyboard.press('j');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('k');
  same(new URL(page.url()).hash, '#sample=100001', 'second');
  await page.locator('.list').focus();
  await page.keyboard.press('ArrowDown');
  same(new URL(page.url()).hash, '#sample=100002', 'third');
  await page.keyboard.press('/');
  await page.keyboard.type('jk');
  same(await page.locator('input[type=search]').inputValue(), 'jk', 'typing is no command');
});

test('a link opens its sample, and history goes back to it', async (page) => {
  await page.goto(small + '#sample=500010');
  await page.reload();
  await ready(page);
  await page.waitForSelector('.detail h3');
  same(await page.locator('.detail h3').textContent(), 'sums-0010', 'item');
  same(await page.locator('.turn').count(), 4, 'messages as turns');
  same(await page.locator('.others li').count(), 3, 'other models');
  check((await page.locator('.detail').textContent()).includes('What is 47 + 95?'), 'prompt');
  await page.locator('.other').first().click();
  same(new URL(page.url()).hash, '#sample=600010', 'other model');
  await page.goBack();
  await page.waitForFunction(() => document.querySelector('.detail .muted bdi').textContent === 'qwen-72b-instruct');
  await page.emulateMedia({ colorScheme: 'dark' });
  await shot(page, 'dark-sample');
});

test('choices show probabilities, the chosen and the right one', async (page) => {
  const s = data.samples.find((x) => x.run === 1 && x.judgements[0].value === 0);
  await page.goto(small + '#sample=' + s.sample);
  await page.waitForSelector('.choices');
  const chosen = await page.locator('.choices tr.is-chosen .choice').textContent();
  same(chosen.trim(), s.judgements[0].extracted, 'chosen');
  same((await page.locator('.choices tr.is-right .choice').textContent()).trim(), s.target, 'right');
  const shares = await page.locator('.choices tbody tr').evaluateAll((rows) => rows.map((r) => parseFloat(r.children[2].textContent)));
  check(Math.abs(shares.reduce((a, b) => a + b) - 100) < 0.3, 'shares sum to 100: ' + shares);
  same(await page.locator('.choices tr.is-chosen td:last-child').textContent(), Math.max(...s.detail.logprobs).toFixed(3).replace('-', '−'), 'log-probability');
  await shot(page, 'choices');
});

test('hostile texts stay texts', async (page) => {
  await page.goto(small + '#sample=500003');
  await page.waitForSelector('.detail h3');
  same(await page.locator('.detail h3').textContent(), HOSTILE, 'item key');
  check((await page.locator('.detail .text').allTextContents()).some((x) => x === HOSTILE + '\nThe answer is 5.'), 'output');
  same(await page.locator('img').count(), 0, 'images');
  same(await page.evaluate(() => window.hacked), undefined, 'script that ran');
  await page.goto(small + '#sample=500005');
  await page.waitForFunction(() => document.querySelector('.detail h3').textContent === 'sums-0005');
  check((await page.locator('.detail .text', { hasText: 'long reply' }).first().textContent()).length < 21000, 'cut');
  await page.locator('.detail button', { hasText: 'Show all' }).click();
  check((await page.locator('.detail .text', { hasText: 'long reply' }).first().textContent()).length > 200000, 'whole');
});

/* ---- languages, colours, widths ---- */
async function headings(page) {
  return page.locator('h2, h4, thead th, .top nav a, .field span, button, summary, dt, caption').evaluateAll((all) =>
    all.filter((e) => !e.lang && !e.closest('.other, .flips')).map((e) => [...e.childNodes].filter((n) => n.nodeName !== 'BDI' && n.nodeName !== 'svg').map((n) => n.textContent).join('').trim()));
}

test('the page speaks Chinese with the words of the glossary', async (page) => {
  await page.locator('.switch button', { hasText: '中文' }).click();
  await page.goto(small + '#sample=500010');
  await page.waitForSelector('.detail h3');
  const text = await page.locator('body').innerText();
  const all = await page.locator('body').evaluate((b) => b.textContent);
  for (const word of ['榜单', '名次区间', '被测模型', '置信区间', '得分', '未读出答案', '被截断', '拒答', '被拦截', '出错', '已评分', '任务组', '对比',
    '最小可检出差异', '样本', '提示词', '模型输出', '抽取的答案', '标准答案', '评判', '时延', '费用', '评测集', '评测口径', '缓存'])
    check(all.includes(word), 'no "' + word + '"');
  check(!text.includes('undefined') && !text.includes('{0}'), 'holes');
  const allowed = /^(p( 值)?|n|Assay|.*p50.*|.*Holm.*|sums.*|trivia.*)$/;
  const english = (await headings(page)).filter((h) => /[A-Za-z]{2,}/.test(h.replace(/[（(][^）)]*[）)]/g, '')) && !allowed.test(h));
  const documentWords = ['trivia_choices', 'sums_cot', 'acc', 'f1', 'exact_match', 'everyday', 'needle_recall', 'topic'];
  same(english.filter((h) => !documentWords.some((w) => h.includes(w))), [], 'English headings');
  const thin = await page.locator('thead th').evaluateAll((all) => all.filter((e) => e.offsetHeight > 60).map((e) => e.textContent));
  same(thin, [], 'headings squeezed into a column');
  await page.reload();
  await ready(page);
  same(await page.evaluate(() => document.documentElement.lang), 'zh-CN', 'remembered');
  await shot(page, 'zh', true);
});

test('a Chinese browser gets Chinese at once, on a phone without sideways scrolling', async (page) => {
  same(await page.evaluate(() => document.documentElement.lang), 'zh-CN', 'language');
  check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'too wide');
  const wide = await page.locator('.scroll:has(.board)').evaluateAll((all) => all.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.ariaLabel));
  same(wide, [], 'boards that scroll sideways');
  const over = await page.locator('.board td, .board th').evaluateAll((all) => all.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent));
  same(over, [], 'cells that flow over their neighbours');
  await shot(page, 'phone', true);
  await page.locator('.list li').first().click();
  await page.waitForSelector('.detail h3');
  check(!(await page.locator('.list').isVisible()), 'the list makes room');
  check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'sample too wide');
  await shot(page, 'phone-sample');
  await page.locator('.back').click();
  check(await page.locator('.list').isVisible(), 'back to the list');
}, { viewport: { width: 390, height: 844 }, locale: 'zh-CN' });

/* WCAG contrast of a text against the first opaque background behind it. */
const worstContrast = () => {
  const parse = (c) => c.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => {
    for (let n = e; n; n = n.parentElement) {
      const c = getComputedStyle(n).backgroundColor;
      if (c.startsWith('rgb(')) return parse(c);
    }
    return [255, 255, 255];
  };
  let worst = [99, ''];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || e.closest('svg, script, noscript, option') || !e.getClientRects().length || e.disabled) continue;
    const a = light(parse(getComputedStyle(e).color)), b = light(behind(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < worst[0]) worst = [ratio, e.className + ' ' + e.textContent.slice(0, 30)];
  }
  return worst;
};

test('texts have contrast in light and in dark', async (page) => {
  await page.keyboard.press('j');
  for (const name of ['Light', 'Dark']) {
    await page.locator('.switch button', { hasText: name }).click();
    const [ratio, where] = await page.evaluate(worstContrast);
    check(ratio >= 4.5, `${name}: ${ratio.toFixed(2)} at ${where}`);
  }
  await page.reload();
  same(await page.evaluate(() => document.documentElement.dataset.theme), 'dark', 'remembered');
  await ready(page);
  await shot(page, 'dark', true);
});

test('tables, plots and controls have names', async (page) => {
  const bad = await page.evaluate(() => [
    ...[...document.querySelectorAll('table')].filter((x) => !x.caption || !x.caption.textContent),
    ...[...document.querySelectorAll('svg[role=img]')].filter((x) => !x.getAttribute('aria-label')),
    ...[...document.querySelectorAll('select')].filter((x) => !x.closest('label')),
    ...[...document.querySelectorAll('button')].filter((x) => !x.textContent.trim() && !x.getAttribute('aria-label')),
    ...[...document.querySelectorAll('section')].filter((x) => !x.getAttribute('aria-labelledby') && !x.matches('.block')),
  ].map((x) => x.outerHTML.slice(0, 80)));
  same(bad, [], 'without a name');
});

test('48,000 samples stay fast', async (page) => {
  const start = Date.now();
  await page.goto(large);
  await page.waitForSelector('article.board');
  const boards = Date.now() - start;
  await ready(page);
  const all = Date.now() - start;
  check((await page.locator('.list li').count()) === 50, 'one page of the list');
  const search = await page.evaluate(async () => {
    const input = document.querySelector('input[type=search]'), from = performance.now();
    input.value = 'What is 12014 +';
    input.dispatchEvent(new Event('input', { bubbles: true }));
    while (!document.querySelector('.filters .small').textContent.startsWith('4 of')) {
      if (performance.now() - from > 9000) break;
      await new Promise((done) => setTimeout(done, 20));
    }
    return performance.now() - from;
  });
  console.log(`     boards ${boards} ms, samples ${all} ms, search ${Math.round(search)} ms`);
  check(boards < 8000 && all < 15000 && search < 5000, 'too slow');
});

/* ---- sparse documents ---- */
test('a document without anything is a page that says so', async (page) => {
  await page.goto('file://' + folder + '/report-empty.html');
  await page.waitForSelector('#samples p');
  same(await page.locator('section').count(), 1, 'sections');
  check((await page.locator('#samples').textContent()).includes('without samples'), 'words');
});

test('a page with some of the samples says so and links only to those', async (page) => {
  await page.goto('file://' + folder + '/report-some.html');
  await ready(page);
  check((await page.locator('#samples').textContent()).includes('This page holds 120 of 1,440 samples'), 'words');
  const c = data.comparisons[2];
  await page.locator('#compare summary').nth(2).click();
  await page.locator('.flips li').first().waitFor();
  const first = c.flips.slice(0, 24), held = first.filter((f) => f.position < 10).length;
  same([await page.locator('.flips a').count(), await page.locator('.flips .absent').count()], [held, 24 - held], 'links and plain');
});

test('one run without samples, comparisons or groups has its board', async (page) => {
  await page.goto('file://' + folder + '/report-one.html');
  await page.waitForSelector('article.board');
  same(await page.locator('.rank').allTextContents(), ['1'], 'rank');
  same((await page.locator('.tile span').allTextContents()).slice(0, 3), ['model', 'task', 'run'], 'one of each');
  same(await page.locator('.top nav a').allTextContents(), ['Leaderboard', 'Samples'], 'sections');
  same(await page.locator('.board tbody td:nth-last-child(3)').allTextContents(), ['–'], 'tokens of imported outputs');
});

test('corpus scores have an axis to 100, their signature, and a warning where words were not found', async (page) => {
  await page.goto('file://' + folder + '/report-corpus.html');
  await page.waitForSelector('article.board');
  same(await page.locator('article.board .axis text').allTextContents(), ['0', '25', '50', '75', '100'], 'axis');
  const ends = await page.locator('#compare .axis text').allTextContents();
  same([ends[0], ends[ends.length - 1]], ['−1', '+1'], 'axis of differences that are all 0');
  same(await page.locator('article.board code').last().textContent(), 'nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0', 'signature');
  same(await page.locator('article.board [role=alert]').count(), 1, 'one warning');
  check((await page.locator('article.board [role=alert]').textContent()).includes('Chinese'), 'language');
  await page.locator('.switch button', { hasText: '中文' }).click();
  const words = await page.locator('article.board [role=alert]').textContent();
  check(words.includes('参考答案是中文') && words.endsWith('--metric bleu,tokenize=zh'), words);
  await shot(page, 'corpus-zh', true);
});

/* ---- running ---- */
async function runTest(browser, { name, run, options }) {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, locale: 'en-GB', timezoneId: 'UTC', colorScheme: 'light', ...options });
  const page = await context.newPage(), trouble = [];
  page.setDefaultTimeout(20000);
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) trouble.push(m.text()); });
  page.on('pageerror', (e) => trouble.push(e.stack));
  page.on('request', (r) => { if (!r.url().startsWith('file://' + folder)) trouble.push('asked for ' + r.url()); });
  try {
    await page.goto(small);
    await ready(page);
    await run(page);
    same(trouble, [], 'trouble in the page');
    console.log('ok   ' + name);
    return true;
  } catch (e) {
    console.log('FAIL ' + name + '\n     ' + String(e.message || e).split('\n').slice(0, 6).join('\n     '));
    return false;
  } finally {
    await context.close();
  }
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });
let passed = 0;
for (const one of tests) passed += await runTest(browser, one);
await browser.close();
console.log(`${passed} passed, ${tests.length - passed} failed`);
process.exit(passed === tests.length ? 0 : 1);
