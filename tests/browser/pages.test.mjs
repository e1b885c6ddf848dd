// Every page, at the width of a phone and of a desk: WCAG 2.2 AA by axe-core, sizes of targets, no sideways scrolling,
// and the weight that an old phone on a slow line can carry.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { startDemo } from '../env/server.mjs';
import { DESKTOP, expectPage, giveName, launch, PHONE, shoot, startAt, visitor } from './support.mjs';
import { changedRequest, register, ways } from './ways.mjs';

let demo;
let browser;
let goTo;
before(async () => {
  [demo, browser] = await Promise.all([startDemo(), launch()]);
  goTo = ways(demo);
  await register(demo);
});
after(async () => { await browser?.close(); await demo?.stop(); });

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Bytes on the wire with headers, for one page with an empty cache. */
const MOST = { text: 20 * 1024, script: 5 * 1024, font: 70 * 1024, requests: 8 };
const TARGET_PX = 44;

async function expectAccessible(page, what) {
  const { violations } = await new AxeBuilder({ page }).withTags(WCAG).setLegacyMode(true).analyze();
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
  assert.deepEqual(told, [], what);
}

/** A key without a sentence is shown between these brackets. */
async function expectSentences(page, what) {
  const text = `${await page.title()} ${await page.locator('body').innerText()}`;
  assert.doesNotMatch(text, /[⟦⟧]/, `${what} has a key without a sentence`);
}

/** Targets that a thumb can hit, and nothing that makes a phone scroll sideways. */
async function expectFits(page, what) {
  const problems = await page.evaluate((least) => {
    const small = [...document.querySelectorAll('button, input:not([type=hidden]), select')]
      .map((element) => [element, element.getBoundingClientRect()])
      .filter(([, box]) => box.width > 0 && (box.height < least || box.width < least))
      .map(([element, box]) => `#${element.id} is ${Math.round(box.width)} × ${Math.round(box.height)} px`);
    const { scrollWidth } = document.documentElement;
    return scrollWidth > window.innerWidth ? [...small, `scrolls sideways: ${scrollWidth} px wide`] : small;
  }, TARGET_PX);
  assert.deepEqual(problems, [], what);
}

/** What the page and its parts weigh as they were sent, also those that an earlier page had loaded already. */
async function expectLight(page, what) {
  const weights = await page.evaluate(async () => {
    await document.fonts.ready;
    const parts = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    const sum = (fits) => parts.filter((part) => fits(new URL(part.name).pathname, part)).reduce((all, part) => all + part.encodedBodySize, 0);
    const isScript = (path) => path.endsWith('.js');
    const isText = (path, part) => part.entryType === 'navigation' || isScript(path) || path.endsWith('.css');
    return { text: sum(isText), script: sum(isScript), font: sum((path) => path.endsWith('.woff2')), requests: parts.length };
  });
  assert.ok(weights.text > 0, `${what}: nothing was weighed`);
  for (const [kind, most] of Object.entries(MOST)) assert.ok(weights[kind] <= most, `${what}: ${kind} is ${weights[kind]}, more than ${most}`);
}

/** The smallest width that WCAG 2.2 asks for (1.4.10 Reflow). */
const NARROW = { width: 320, height: 740 };

/** Devices, languages and looks: each page is looked at in all of these. `dark` follows the system, as the style sheet does. */
const LOOKS = [
  { name: 'phone', options: { viewport: PHONE } },
  { name: 'desktop', options: { viewport: DESKTOP } },
  { name: 'English dark desktop', options: { viewport: DESKTOP, colorScheme: 'dark', locale: 'en-GB' } },
  { name: 'English phone, large and high contrast', options: { viewport: PHONE, locale: 'en-GB' }, display: 'large.contrast' },
  { name: 'dark phone, high contrast', options: { viewport: PHONE, colorScheme: 'dark' }, display: 'contrast' },
];

/** The cookie that the links in the head of every page set. */
const keepDisplay = (citizen, display) => citizen.context.addCookies([{ name: 'prefs', value: display, url: demo.issuer }]);

const PAGES = Object.keys(ways({ portals: [{}, {}], people: [{}], officials: [], may_enrol: [] }));

for (const name of PAGES) {
  test(`${name}: WCAG 2.2 AA, targets and widths`, async () => {
    for (const look of LOOKS) {
      const citizen = await visitor(browser, look.options);
      if (look.display) await keepDisplay(citizen, look.display);
      const page = await citizen.page();
      await goTo[name](page);
      await expectPage(page, name.split(' ')[0]);
      assert.equal(await page.locator('main#main').count(), 1);
      assert.equal(await page.locator('a#lang-vi, a#lang-en, a#display-large, a#display-contrast').count(), 4);
      await shoot(page, `${name.replace(' ', '-')}-${look.name.replaceAll(/[^a-z]+/gi, '-')}`);
      await expectSentences(page, `${name}: ${look.name}`);
      await expectAccessible(page, `${name}: ${look.name}`);
      await expectFits(page, `${name}: ${look.name}`);
      await expectLight(page, `${name}: ${look.name}`);
      await page.setViewportSize(NARROW);
      await expectFits(page, `${name}: ${look.name}, at 320 px`);
      await expectAccessible(page, `${name}: ${look.name}, at 320 px`);
      await citizen.leave();
    }
  });
}

test('docs/screens holds a picture of every page, and they are small together', () => {
  const folder = join(import.meta.dirname, '../../docs/screens');
  const pictures = PAGES.flatMap((name) => ['phone', 'desktop'].map((device) => `${name.replace(' ', '-')}-${device}.webp`));
  const missing = pictures.filter((picture) => !existsSync(join(folder, picture)));
  assert.deepEqual(missing, [], 'tests/run screens makes them');
  assert.deepEqual(readdirSync(folder).filter((file) => !pictures.includes(file)), [], 'pictures of pages that are gone');
  const bytes = pictures.reduce((sum, picture) => sum + statSync(join(folder, picture)).size, 0);
  assert.ok(bytes < 7 * 1024 * 1024, `${bytes} bytes`);
});

test('every template of a page is looked at', () => {
  const folder = join(import.meta.dirname, '../../idp/templates');
  const templates = readdirSync(folder).filter((file) => file.endsWith('.html') && file !== 'layout.html');
  const names = templates.map((file) => readFileSync(join(folder, file), 'utf8').match(/{% block page %}(.*?){% endblock %}/)?.[1]);
  const times = (list, name) => list.filter((each) => each === name).length;
  const looked = PAGES.map((name) => name.split(' ')[0]);
  // Templates that share a name are states of one page, and each is looked at.
  const unseen = templates.filter((_, index) => times(looked, names[index]) < times(names, names[index]));
  assert.deepEqual(unseen, [], 'ways.mjs and ways_factors.mjs lead to every page');
});

/** What the page with its parts weighs, by kind. */
async function weigh(context, page, url) {
  const session = await context.newCDPSession(page);
  const kinds = new Map();
  const asked = new Set();
  const weights = { text: 0, script: 0, font: 0, other: 0, requests: 0, hosts: new Set() };
  session.on('Network.requestWillBeSent', ({ requestId }) => asked.add(requestId));
  session.on('Network.responseReceived', ({ requestId, type, response }) => {
    if (!asked.has(requestId)) return;
    kinds.set(requestId, type);
    weights.hosts.add(new URL(response.url).host);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (!kinds.has(requestId)) return;
    const kind = kinds.get(requestId);
    weights.requests += 1;
    if (['Document', 'Stylesheet', 'Script'].includes(kind)) weights.text += encodedDataLength;
    if (kind === 'Script') weights.script += encodedDataLength;
    if (kind === 'Font') weights.font += encodedDataLength;
  });
  // The icon of the page before may still be on its way; it is not this page's weight.
  await page.goto('about:blank', { waitUntil: 'networkidle' });
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  await page.goto(url, { waitUntil: 'networkidle' });
  await page.evaluate(() => document.fonts.ready.then(() => true));
  return weights;
}

test('the pages stay within their weight', async (context) => {
  const citizen = await visitor(browser);
  const page = await citizen.page();
  await startAt(page, demo.portals[0]);
  await expectPage(page, 'sign-in');
  const signedOut = [page.url(), `${demo.issuer}/enrol`, demo.issuer, `${demo.issuer}/oauth2/authorize?client_id=nobody`];
  await weighAll(context, citizen, page, signedOut);
  await startAt(page, demo.portals[0]);
  await giveName(page, demo.people[0]);
  const own = ['', '/services', '/history', '/sessions', '/access', '/settings'].map((path) => `${demo.issuer}/account${path}`);
  await weighAll(context, citizen, page, own);
  await citizen.leave();
});

async function weighAll(context, citizen, page, urls) {
  for (const url of urls) {
    const weights = await weigh(citizen.context, page, url);
    const path = new URL(url).pathname.replace(/tx_.*/, '…');
    context.diagnostic(`${path}: ${weights.text} bytes of text, ${weights.script} of them script, ${weights.font} of fonts, ${weights.requests} requests`);
    assert.ok(weights.text > 0, 'nothing was weighed');
    assert.deepEqual([...weights.hosts], [new URL(demo.issuer).host], `${path} loads from another host`);
    for (const [kind, most] of Object.entries(MOST)) assert.ok(weights[kind] <= most, `${path}: ${kind} is ${weights[kind]}, more than ${most}`);
  }
}

test('a response by form_post goes on with scripts, and by a button without', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const citizen = await visitor(browser, { javaScriptEnabled });
    const page = await citizen.page();
    await changedRequest(page, demo, demo.portals[0], 'response_mode', 'form_post');
    const posted = page.waitForRequest((request) => request.url().startsWith(demo.portals[0].url) && request.method() === 'POST');
    await giveName(page, demo.people[0]);
    if (!javaScriptEnabled) {
      await expectPage(page, 'form-post');
      await shoot(page, 'form-post');
      await page.locator('#form-post-submit').click();
    }
    const answer = new URLSearchParams((await posted).postData());
    assert.ok(answer.get('code') && answer.get('iss') === demo.issuer);
    await citizen.leave();
  }
});
