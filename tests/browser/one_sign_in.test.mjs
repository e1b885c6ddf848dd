// One sign-in reaches two portals, and one sign-out leaves both; with scripts and without.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startDemo } from '../env/server.mjs';
import { expectSignedIn, expectSignedOut, launch, pagesSeen, shoot, signIn, signOut, startAt, visitor } from './support.mjs';

let demo;
let browser;
before(async () => { [demo, browser] = await Promise.all([startDemo(), launch()]); });
after(async () => { await browser?.close(); await demo?.stop(); });

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with scripts' : 'without scripts';

  test(`a citizen signs in at one portal and is known at the other (${how})`, async () => {
    const citizen = await visitor(browser, { javaScriptEnabled });
    const page = await citizen.page();
    const [first, second] = demo.portals;
    await signIn(page, first, demo.people[0]);
    assert.match(await page.locator('#signed-in-as').innerText(), new RegExp(demo.people[0].name));
    const sub = await page.locator('#sub').innerText();
    await shoot(page, `portal-signed-in-${javaScriptEnabled}`);

    const seen = await pagesSeen(page, demo, async () => {
      await startAt(page, second);
      await expectSignedIn(page, second);
    });
    assert.deepEqual(seen.filter((path) => path.startsWith('/sign-in/')), [], 'the second portal asked again');
    assert.equal(await page.locator('#sub').innerText(), sub, 'the public subject differs between the portals');
    await citizen.leave();
  });

  test(`signing out of one portal signs out of the other (${how})`, async () => {
    const citizen = await visitor(browser, { javaScriptEnabled });
    const page = await citizen.page();
    const [first, second] = demo.portals;
    await signIn(page, first, demo.people[0]);
    await startAt(page, second);
    await expectSignedIn(page, second);
    await signOut(page, first);
    await expectSignedOut(page, demo, second);

    await startAt(page, first);
    await page.locator('#sign-in-form').waitFor(); // the provider forgot as well: it asks again
    await citizen.leave();
  });
}

test('two citizens in two browsers do not meet', async () => {
  const [one, other] = [await visitor(browser), await visitor(browser)];
  const [a, b] = [await one.page(), await other.page()];
  await signIn(a, demo.portals[0], demo.people[0]);
  await signIn(b, demo.portals[0], demo.people[1]);
  assert.notEqual(await a.locator('#sub').innerText(), await b.locator('#sub').innerText());
  await signOut(a, demo.portals[0]);
  await b.reload();
  await expectSignedIn(b, demo.portals[0]);
  await one.leave();
  await other.leave();
});
