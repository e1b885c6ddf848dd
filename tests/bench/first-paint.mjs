// How long a citizen with an old phone on a slow line looks at nothing: the first paint of pages with an empty cache, at 400 kbit/s,
// 150 ms there and back, and a processor slowed six times. Prints figures and judges none: a busy machine paints later.
//
//   IDP_BIN=target/release/idp node tests/bench/first-paint.mjs [PAGE…]       (after `npm ci --prefix tests`)
//
// The line is Chromium's own emulation: it delays requests and answers, and leaves the handshakes of TCP and TLS out.

import { startDemo } from '../env/server.mjs';
import { expectPage, launch, PHONE, visitor } from '../browser/support.mjs';
import { register, ways } from '../browser/ways.mjs';

const LINE = { offline: false, latency: 150, downloadThroughput: 400_000 / 8, uploadThroughput: 400_000 / 8 };
const SLOWED = 6;
const ROUNDS = 5;
/** What the project promises itself, in milliseconds (docs/performance.md). */
const CEILING_MS = 2_500;
/** Pages that a GET shows again. */
const PAGES = [
  'sign-in', 'home', 'enrol', 'recover', 'consent optional', 'account', 'account-services', 'account-history', 'account-sessions',
  'account-settings', 'second-factor',
];

/** Milliseconds from asking for the page to its first text, with an empty cache. */
async function firstPaint(citizen, url) {
  const page = await citizen.page();
  const session = await citizen.context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  await session.send('Network.emulateNetworkConditions', LINE);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWED });
  await page.goto(url, { waitUntil: 'load', timeout: 60_000 });
  const paint = await page.evaluate(() => new Promise((resolve) => {
    const observer = new PerformanceObserver((list) => {
      const [entry] = list.getEntriesByName('first-contentful-paint');
      if (entry) resolve(entry.startTime);
    });
    observer.observe({ type: 'paint', buffered: true });
  }));
  await page.close();
  return paint;
}

const middle = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const [demo, browser] = await Promise.all([startDemo(), launch()]);
try {
  await register(demo);
  const goTo = ways(demo);
  for (const name of process.argv.length > 2 ? process.argv.slice(2) : PAGES) {
    const citizen = await visitor(browser, { viewport: PHONE });
    const page = await citizen.page();
    await goTo[name](page);
    await expectPage(page, name.split(' ')[0]);
    const url = page.url();
    await page.close();
    const paints = [];
    for (let round = 0; round < ROUNDS; round += 1) paints.push(await firstPaint(citizen, url));
    const [best, usual, worst] = [Math.min(...paints), middle(paints), Math.max(...paints)].map(Math.round);
    const share = Math.round((100 * usual) / CEILING_MS);
    console.log(`${name.padEnd(18)} middle ${usual} ms, best ${best}, worst ${worst}: ${share} % of ${CEILING_MS} ms`);
    await citizen.leave();
  }
} finally {
  await browser.close();
  await demo.stop();
}
