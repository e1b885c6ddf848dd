// Second factors and forgotten passwords as people meet them, without scripts where nothing needs one: WCAG 2.2 AA at the width of a
// phone, pictures, and every page by what docs/contract.md promises.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { startDemo } from '../env/server.mjs';
import { appCode } from './letters.mjs';
import { expectPage, giveName, launch, PHONE, shoot, visitor } from './support.mjs';

let demo;
let browser;
before(async () => { [demo, browser] = await Promise.all([startDemo(), launch()]); });
after(async () => { await browser?.close(); await demo?.stop(); });

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const serverNow = async () => (await demo.clock({ advance_seconds: 0 })).now;

/** A page as it has to be: named, accessible, no wider than the phone, kept as a picture. */
async function look(page, name, as = name) {
  await expectPage(page, name);
  await shoot(page, `${as}-phone`);
  const { violations } = await new AxeBuilder({ page }).withTags(WCAG).setLegacyMode(true).analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)}`), [], as);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${as} scrolls sideways`);
}

test('an app for codes, from the first scan to the paper codes, and a sign-in with it', async () => {
  const person = demo.people[3];
  const citizen = await visitor(browser, { viewport: PHONE });
  const page = await citizen.page();
  await page.goto(`${demo.issuer}/account/factors`);
  await giveName(page, person);
  await look(page, 'factors');
  await page.locator('#address').fill('0234');
  await page.locator('#contact-add').click();
  await page.locator('#address-error').waitFor();
  await look(page, 'factors', 'factors-wrong');
  await page.locator('#address').fill('0912 345 678');
  await page.locator('#contact-add').click();
  await look(page, 'contact-proof');
  await page.locator('#back-link').click();
  await expectPage(page, 'factors');
  await page.locator('#app-add').click();
  await look(page, 'totp-setup');
  const key = await page.locator('#totp-key').innerText();
  await page.locator('#code').fill('000000');
  await page.locator('#totp-submit').click();
  await page.locator('#code-error').waitFor();
  await look(page, 'totp-setup', 'totp-setup-wrong');
  assert.equal(await page.locator('#totp-key').innerText(), key, 'a wrong code keeps the key');
  await page.locator('#code').fill(appCode(key, await serverNow()));
  await page.locator('#totp-submit').click();
  await look(page, 'recovery-codes');
  assert.equal(await page.locator('#recovery-codes li').count(), 10);
  await page.locator('#continue-link').click();
  await look(page, 'factors', 'factors-full');
  await citizen.leave();

  // Without scripts, in another browser.
  const other = await visitor(browser, { viewport: PHONE, javaScriptEnabled: false });
  const again = await other.page();
  await again.goto(`${demo.issuer}/account`);
  await giveName(again, person);
  await expectPage(again, 'second-factor');
  await shoot(again, 'second-factor-without-scripts-phone');
  await again.locator('#second-factor-others a').first().click();
  await expectPage(again, 'second-factor');
  await again.goBack();
  await again.locator('#code').fill(appCode(key, await serverNow(), 1));
  await again.locator('#second-factor-submit').click();
  await expectPage(again, 'account');
  await other.leave();

  const third = await visitor(browser, { viewport: PHONE });
  const asked = await third.page();
  await asked.goto(`${demo.issuer}/account`);
  await giveName(asked, person);
  await look(asked, 'second-factor');
  await asked.locator('#why summary').click();
  await asked.locator('#code').fill('000000');
  await asked.locator('#second-factor-submit').click();
  await asked.locator('#code-error').waitFor();
  await look(asked, 'second-factor', 'second-factor-wrong');
  await asked.locator('#second-factor-again').click();
  await expectPage(asked, 'sign-in');
  await third.leave();
});

test('a new password, with reasons in words', async () => {
  const citizen = await visitor(browser, { viewport: PHONE });
  const page = await citizen.page();
  await page.goto(`${demo.issuer}/account/password`);
  await giveName(page, demo.people[2]);
  await look(page, 'change-password');
  await page.locator('#new_password').fill('matkhau123456789');
  await page.locator('#new_password_again').fill('matkhau12345678');
  await page.locator('#change-password-submit').click();
  await page.locator('#new_password-error').waitFor();
  await look(page, 'change-password', 'change-password-wrong');
  await citizen.leave();
});

test('a forgotten password, as far as somebody comes who is nobody', async () => {
  const citizen = await visitor(browser, { viewport: PHONE });
  const page = await citizen.page();
  await page.goto(`${demo.issuer}/account`);
  await page.locator('#recover-link').click();
  await look(page, 'recover');
  await page.locator('#recover-submit').click();
  await page.locator('#error-summary').waitFor();
  await look(page, 'recover', 'recover-wrong');
  const who = demo.may_enrol.at(-1);
  await page.locator('#personal_number').fill(who.personal_number);
  await page.locator('#full_name').fill(who.full_name);
  await page.locator('#birthdate').fill(who.birthdate);
  await page.locator('#recover-submit').click();
  await look(page, 'recover-proof');
  await page.locator('#recover-send').click();
  await page.locator('#recover-sent').waitFor();
  await look(page, 'recover-proof', 'recover-proof-sent');
  await page.locator('#code').fill('123456');
  await page.locator('#recover-proof-submit').click();
  await page.locator('#code-error').waitFor();
  await citizen.leave();
});
