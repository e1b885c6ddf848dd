// What people do that no diagram shows: back, two tabs, a long lunch, no cookies. Each ends in a page with a way on.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startDemo } from '../env/server.mjs';
import {
  expectPage, expectSignedIn, expectWayOn, giveName, launch, pageName, shoot, startAt, visitor, visitorWithoutCookies,
} from './support.mjs';

let demo;
let browser;
before(async () => { [demo, browser] = await Promise.all([startDemo(), launch()]); });
after(async () => { await browser?.close(); await demo?.stop(); });

const ours = (page) => page.url().startsWith(demo.issuer);

test('back to the sign-in page after signing in, and sending it again', async () => {
  const citizen = await visitor(browser);
  const page = await citizen.page();
  await startAt(page, demo.portals[0]);
  await expectPage(page, 'sign-in');
  const signInPage = page.url();
  await giveName(page, demo.people[0]);
  await expectSignedIn(page, demo.portals[0]);
  for (let steps = 0; steps < 4 && page.url() !== signInPage; steps += 1) await page.goBack({ waitUntil: 'domcontentloaded' });
  if (ours(page) && await page.locator('#sign-in-form').count() > 0) {
    await giveName(page, demo.people[0]);
    await page.locator('#signed-in-as, body[data-page]').first().waitFor();
  }
  if (ours(page)) await expectWayOn(page);
  await page.goto(demo.portals[0].url);
  await expectSignedIn(page, demo.portals[0]);
  await citizen.leave();
});

test('the address of a finished sign-in, opened again, has a way on', async () => {
  const citizen = await visitor(browser);
  const page = await citizen.page();
  await startAt(page, demo.portals[0]);
  await expectPage(page, 'sign-in');
  const finished = page.url();
  await giveName(page, demo.people[0]);
  await expectSignedIn(page, demo.portals[0]);
  await page.goto(finished);
  if (ours(page)) await expectWayOn(page);
  await citizen.leave();
});

test('two tabs at two portals: signing in in one carries the other', async () => {
  const citizen = await visitor(browser);
  const [first, second] = demo.portals;
  const [a, b] = [await citizen.page(), await citizen.page()];
  await startAt(a, first);
  await startAt(b, second);
  await expectPage(a, 'sign-in');
  await expectPage(b, 'sign-in');
  await giveName(a, demo.people[0]);
  await expectSignedIn(a, first);
  await b.reload();
  await b.locator('#signed-in-as, #sign-in-form, #account-continue, #next-step').first().waitFor();
  if (ours(b)) {
    await expectWayOn(b);
    if (await b.locator('#account-continue').count() > 0) await b.locator('#account-continue').click();
    else await giveName(b, demo.people[0]);
  }
  await expectSignedIn(b, second);
  await citizen.leave();
});

test('two tabs, both answered: the later one arrives too', async () => {
  const citizen = await visitor(browser);
  const [first, second] = demo.portals;
  const [a, b] = [await citizen.page(), await citizen.page()];
  await startAt(a, first);
  await startAt(b, second);
  await giveName(a, demo.people[0]);
  await expectSignedIn(a, first);
  await giveName(b, demo.people[0]);
  await b.locator('#signed-in-as, body[data-page]').first().waitFor();
  if (ours(b) && await pageName(b) !== 'continue') {
    await expectWayOn(b);
    await startAt(b, second);
  }
  await expectSignedIn(b, second);
  await citizen.leave();
});

test('somebody else\'s sign-in address is refused, with a way on', async () => {
  const [attacker, victim] = [await visitor(browser), await visitor(browser)];
  const [theirs, mine] = [await attacker.page(), await victim.page()];
  await startAt(theirs, demo.portals[0]);
  await expectPage(theirs, 'sign-in');
  const response = await mine.goto(theirs.url());
  assert.ok(response.status() >= 400, `a transaction of another browser answered ${response.status()}`);
  await expectPage(mine, 'error');
  await expectWayOn(mine);
  await attacker.leave();
  await victim.leave();
});

test('a browser that refuses cookies is told so, with a way on', async () => {
  const citizen = await visitorWithoutCookies();
  const page = await citizen.page();
  await startAt(page, demo.portals[0]);
  await page.locator('body').waitFor();
  if (ours(page) && await page.locator('#sign-in-form').count() > 0) {
    await giveName(page, demo.people[0]);
    await page.locator('#error-code, #signed-in-as').first().waitFor();
  }
  if (ours(page)) {
    await expectPage(page, 'error');
    await expectWayOn(page);
    await shoot(page, 'cookies-refused');
  }
  assert.equal(await page.locator('#signed-in-as').count(), 0);
  await citizen.leave();
});

// Last, because it moves the clock of this server for good.
test('a sign-in page left open for a day is answered with a way on, and a new start works', async () => {
  const citizen = await visitor(browser);
  const page = await citizen.page();
  await startAt(page, demo.portals[0]);
  await expectPage(page, 'sign-in');
  await demo.clock({ advance_seconds: 86_400 });
  await giveName(page, demo.people[0]);
  await expectPage(page, 'error');
  await expectWayOn(page);
  await shoot(page, 'expired');
  await startAt(page, demo.portals[0]);
  await giveName(page, demo.people[0]);
  await expectSignedIn(page, demo.portals[0]);
  await citizen.leave();
});
