// A break-glass account in Chromium: its key is registered at the operator's link, opens a portal and the console, and somebody hears of it.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { operate, startDemo } from '../env/server.mjs';
import { device, expectPage, expectSignedIn, launch, PHONE, shoot, startAt, visitor } from './support.mjs';

let demo;
let browser;
before(async () => { [demo, browser] = await Promise.all([startDemo(), launch()]); });
after(async () => { await browser?.close(); await demo?.stop(); });

const create = () => operate(demo, 'admin', 'break-glass', 'create').link;
const USB = { transport: 'usb' };

async function alarms() {
  await demo.clock({ run_jobs: true });
  const file = join(demo.state_dir, 'messages.jsonl');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  return lines.map((line) => JSON.parse(line)).filter(({ template }) => template.startsWith('break-glass'));
}

test('a copied key is refused, a security key is sealed, opens portal and console, and is heard of', async () => {
  const link = create();
  const copying = await visitor(browser, { viewport: PHONE });
  const refused = await copying.page();
  await device(refused, { ...USB, defaultBackupEligibility: true, defaultBackupState: true });
  await refused.goto(link);
  await expectPage(refused, 'break-glass');
  await shoot(refused, 'break-glass-phone');
  assert.equal(await refused.locator('#passkey-missing').isVisible(), false);
  await refused.locator('#passkey-submit').click();
  await refused.locator('#error-summary').waitFor();
  await expectPage(refused, 'break-glass');
  assert.match(await refused.locator('#error-summary').innerText(), /sao chép/);
  await shoot(refused, 'break-glass-refused-phone');
  await copying.leave();

  const keeper = await visitor(browser);
  const page = await keeper.page();
  const key = await device(page, USB);
  await page.goto(link);
  assert.ok(!page.url().includes('bg_'), page.url());
  await shoot(page, 'break-glass-desktop');
  await page.locator('#passkey-submit').click();
  await expectPage(page, 'break-glass-done');
  await shoot(page, 'break-glass-done-desktop');
  const [credential] = await key.keys();
  assert.equal(credential.isResidentCredential, true);
  assert.equal((await alarms()).length, 0);
  await keeper.leave();

  const emergency = await visitor(browser);
  const inside = await emergency.page();
  await (await device(inside, USB)).take(credential);
  await startAt(inside, demo.portals[0]);
  // Browsers list only the keys of the device itself under the field: whoever comes with one that was carried here presses the button.
  await expectPage(inside, 'sign-in');
  await inside.locator('#passkey-submit').click();
  await expectSignedIn(inside, demo.portals[0]);
  const told = await alarms();
  assert.deepEqual(told.map(({ template, to }) => [template, to]), [['break-glass-used', 'truc-ban@tinh.example']]);
  await inside.goto(`${demo.issuer}/console/sign-in`);
  await inside.waitForURL('**/console/');
  const me = await inside.evaluate(() => fetch('/api/v1/me', { headers: { 'x-csrf': '1' } }).then((answer) => answer.json()));
  assert.equal(me.appointments[0].role, 'platform-owner');
  await inside.goto(`${demo.issuer}/account`);
  await expectPage(inside, 'account');
  await inside.locator('#break-glass-strip').waitFor();
  assert.equal(await inside.locator('#passkeys-link, #factors-link').count(), 0, 'no link to what such an account may not have');
  await shoot(inside, 'break-glass-account-desktop');
  assert.equal((await alarms()).length, 1, 'one session, one alarm');
  const { accounts, concerns } = operate(demo, 'admin', 'break-glass', 'status');
  assert.equal(accounts[0].state, 'opened');
  assert.deepEqual(concerns, ['opened', 'missing', 'undrilled']);
  operate(demo, 'admin', 'break-glass', 'seal', '1', '--because', 'thử xong');
  await inside.goto(`${demo.issuer}/account`);
  await expectPage(inside, 'sign-in', 'account');
  await emergency.leave();
});

test('without scripts the page says what to do, and the link stays good', async () => {
  const link = create();
  const plain = await visitor(browser, { javaScriptEnabled: false, viewport: PHONE });
  const page = await plain.page();
  await page.goto(link);
  await expectPage(page, 'break-glass');
  assert.equal(await page.locator('#passkey-missing').isVisible(), true);
  assert.equal(await page.locator('#passkey-submit').isVisible(), false);
  await shoot(page, 'break-glass-no-script-phone');
  await plain.leave();
  const later = await visitor(browser);
  const again = await later.page();
  await again.goto(link);
  await expectPage(again, 'break-glass');
  await later.leave();
});
