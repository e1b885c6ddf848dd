// Vietnamese letters carry two marks one above the other, and one below. A line that is too low, or a box that cuts, takes a mark away:
// "Ẫ" is then read as "Â", another letter. So the ink is counted in the picture itself.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startDemo } from '../env/server.mjs';
import { expectPage, launch, PHONE, signIn, visitor } from './support.mjs';

let demo;
let browser;
before(async () => { [demo, browser] = await Promise.all([startDemo(), launch()]); });
after(async () => { await browser?.close(); await demo?.stop(); });

/** The highest letters and the deepest ones. */
const LETTERS = 'ẪỰỢ';

/** Everything that shows words, by how it is styled. */
const KINDS = [
  'h1', 'h2', 'p.lead', '.hint', 'label', 'button', 'a.button', 'summary', '.site', '.authority', '.languages a', '.tabs a', 'dt', 'dd',
  '.mark', '.card-title', '.small', '.small-button', 'input[type=text]', 'footer p', '.banner p', 'legend',
];

/** Puts the letters alone into an element, and gives its place on the page. */
const place = (page, kind) => page.evaluate(([selector, letters]) => {
  const element = [...document.querySelectorAll(selector)].find((each) => each.getClientRects().length > 0);
  if (!element) return undefined;
  const target = element.matches('input') ? element : element.querySelector(':scope > .name, :scope > strong') ?? element;
  if (target.matches('input')) target.value = letters; else target.textContent = letters;
  element.scrollIntoView({ block: 'center' });
  const range = document.createRange();
  if (!target.matches('input')) range.selectNodeContents(target);
  const box = target.matches('input') ? target.getBoundingClientRect() : range.getBoundingClientRect();
  const style = getComputedStyle(target);
  const font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const inset = target.matches('input') ? 4 : -8;
  return {
    font,
    clip: {
      x: Math.floor(box.left + inset), y: Math.floor(box.top + inset), width: Math.ceil(box.width - 2 * inset), height: Math.ceil(box.height - 2 * inset),
    },
  };
}, [kind, LETTERS]);

/** Rows of a picture that hold something of another colour than its ground, counted from the first to the last. */
const rowsOfInk = (page, picture, scale) => page.evaluate(async ([base64, each]) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d');
  context.drawImage(bitmap, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  // The last columns hold no letter: what differs from them in a row is ink.
  const [left, right] = [0, width - 6];
  const ground = (y) => [0, 1, 2].map((channel) => data[(y * width + width - 3) * 4 + channel]);
  const isInk = (y) => {
    const base = ground(y);
    for (let x = left; x < right; x += 1) {
      const off = [0, 1, 2].reduce((sum, channel) => sum + Math.abs(data[(y * width + x) * 4 + channel] - base[channel]), 0);
      if (off > 120) return true;
    }
    return false;
  };
  const inked = [];
  for (let y = 0; y < height; y += 1) if (isInk(y)) inked.push(y);
  return inked.length === 0 ? 0 : (inked.at(-1) - inked[0] + 1) / each;
}, [picture.toString('base64'), scale]);

/** The height of the letters where nothing can cut them; measured large, because a box of ink is told in whole pixels. */
const wholeHeight = (page, font) => page.evaluate(([given, letters]) => {
  const enlarged = 20;
  const context = new OffscreenCanvas(10, 10).getContext('2d');
  context.font = given.replace(/([\d.]+)px/, (_, size) => `${size * enlarged}px`);
  const box = context.measureText(letters);
  return (box.actualBoundingBoxAscent + box.actualBoundingBoxDescent) / enlarged;
}, [font, LETTERS]);

const SCALE = 2;

async function shownAndWhole(page, kind) {
  const found = await place(page, kind);
  if (!found) return undefined;
  await page.evaluate(() => document.fonts.ready.then(() => true));
  const picture = await page.screenshot({ clip: found.clip });
  return { shown: await rowsOfInk(page, picture, SCALE), whole: await wholeHeight(page, found.font) };
}

test('no mark is cut off, on any kind of text', async () => {
  const citizen = await visitor(browser, { viewport: PHONE, deviceScaleFactor: SCALE });
  const page = await citizen.page();
  const seen = new Set();
  const look = async () => {
    for (const kind of KINDS.filter((each) => !seen.has(each))) {
      const url = page.url();
      const measured = await shownAndWhole(page, kind);
      if (measured) {
        seen.add(kind);
        assert.ok(measured.shown >= measured.whole - 1, `${kind} at ${url}: ${measured.shown} px of ${measured.whole} px are shown`);
      }
      await page.reload();
    }
  };
  await page.goto(`${demo.issuer}/enrol`);
  await expectPage(page, 'enrol');
  await look();
  await page.goto(demo.issuer);
  await look();
  await signIn(page, demo.portals[0], demo.people[0]);
  for (const path of ['/account/sessions', '/account/history', '/account/settings', '/account']) {
    await page.goto(`${demo.issuer}${path}`);
    await look();
  }
  const unseen = KINDS.filter((kind) => !seen.has(kind));
  assert.deepEqual(unseen.filter((kind) => kind !== 'summary'), [], 'kinds of text that no page showed');
  await citizen.leave();
});

test('the measure sees a mark that is cut off', async () => {
  const citizen = await visitor(browser, { viewport: PHONE, deviceScaleFactor: SCALE });
  const page = await citizen.page();
  await page.goto(demo.issuer);
  await page.evaluate(() => {
    const heading = document.querySelector('h1');
    heading.setAttribute('class', 'cut');
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('h1.cut { overflow: hidden; line-height: .9; }');
    document.adoptedStyleSheets = [sheet];
  });
  const { shown, whole } = await shownAndWhole(page, 'h1');
  assert.ok(shown < whole - 1.5, `${shown} px of ${whole} px are shown, though the box cuts`);
  await citizen.leave();
});
