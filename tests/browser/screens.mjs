// Makes the pictures in docs/screens: every page at the width of a phone and of a desk, in Vietnamese, with the demo's invented people.
// Run by `tests/run screens`; the pictures are small, and a test sees that none is missing. Words on the command line: these pages alone.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDemo } from '../env/server.mjs';
import { DESKTOP, launch, PHONE, visitor } from './support.mjs';
import { register, ways } from './ways.mjs';

const folder = join(import.meta.dirname, '../../docs/screens');
const [demo, browser] = await Promise.all([startDemo(), launch()]);
mkdirSync(folder, { recursive: true });
await register(demo);
const goTo = ways(demo);
const wanted = process.argv.slice(2);
for (const [name, way] of Object.entries(goTo).filter(([each]) => wanted.length === 0 || wanted.some((word) => each.startsWith(word)))) {
  for (const [device, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
    const citizen = await visitor(browser, { viewport });
    const page = await citizen.page();
    await way(page);
    await page.locator('main').waitFor();
    await page.evaluate(() => document.fonts.ready.then(() => true));
    const session = await citizen.context.newCDPSession(page);
    const { cssContentSize } = await session.send('Page.getLayoutMetrics');
    const clip = { x: 0, y: 0, width: viewport.width, height: Math.min(Math.ceil(cssContentSize.height), 2_600), scale: 1 };
    const picture = await session.send('Page.captureScreenshot', { format: 'webp', quality: 60, captureBeyondViewport: true, clip });
    writeFileSync(join(folder, `${name.replace(' ', '-')}-${device}.webp`), Buffer.from(picture.data, 'base64'));
    await citizen.leave();
  }
}
await browser.close();
await demo.stop();
