// A citizen makes an account, is matched with the registry, and signs in with the name that the page showed.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startDemo } from '../env/server.mjs';
import { enrol, expectPage, expectSignedIn, giveName, launch, shoot, startAt, visitor } from './support.mjs';

let demo;
let browser;
before(async () => { [demo, browser] = await Promise.all([startDemo(), launch()]); });
after(async () => { await browser?.close(); await demo?.stop(); });

const newPassword = () => `mat-khau-${randomBytes(9).toString('hex')}`;

[true, false].forEach((javaScriptEnabled, index) => {
  const how = javaScriptEnabled ? 'with scripts' : 'without scripts';

  test(`a citizen enrols on the way to a portal and signs in (${how})`, async () => {
    const citizen = await visitor(browser, { javaScriptEnabled });
    const page = await citizen.page();
    const [portal] = demo.portals;
    const person = demo.may_enrol[index];
    const password = newPassword();
    await startAt(page, portal);
    await expectPage(page, 'sign-in');
    await page.locator('#enrol-link').click();
    await expectPage(page, 'enrol');
    await enrol(page, person, password);
    await expectPage(page, 'enrolled');
    assert.equal(await page.locator('#enrol-state').getAttribute('data-state'), 'matched');
    const login = (await page.locator('#login-name').innerText()).trim();
    assert.match(login, /^[a-z]+-\d+$/, 'the sign-in name is the name without marks, and digits');
    assert.ok(!login.includes(person.personal_number), 'the sign-in name gives the personal number away');
    await shoot(page, `enrolled-${javaScriptEnabled}`);

    await page.locator('#continue-link').click();
    await page.locator('#sign-in-form, a#sign-in, a#account-link').first().waitFor();
    if (await page.locator('#sign-in-form').count() === 0) await startAt(page, portal);
    await giveName(page, { login, password });
    await expectSignedIn(page, portal);
    assert.match(await page.locator('#signed-in-as').innerText(), new RegExp(person.full_name, 'i'));

    await page.goto(`${demo.issuer}/account`);
    await expectPage(page, 'account');
    await shoot(page, `account-${javaScriptEnabled}`);
    await citizen.leave();
  });
});

test('wrong input keeps what was typed, names the field and points to it', async () => {
  const citizen = await visitor(browser);
  const page = await citizen.page();
  await page.goto(`${demo.issuer}/enrol`);
  await enrol(page, { ...demo.may_enrol[2], personal_number: '12345678901' }, newPassword());
  await expectPage(page, 'enrol');
  await page.locator('#error-summary').waitFor();
  await page.locator('#personal_number-error').waitFor();
  assert.equal(await page.locator('#personal_number').getAttribute('aria-invalid'), 'true');
  assert.match(await page.locator('#personal_number').getAttribute('aria-describedby'), /personal_number-error/);
  assert.equal(await page.locator('#full_name').inputValue(), demo.may_enrol[2].full_name);
  assert.equal(await page.locator('#new_password').inputValue(), '', 'a password is never sent back');
  await shoot(page, 'enrol-error');
  await citizen.leave();
});

test('a name that the registry does not know under the number is told so, and the account is still only claimed', async () => {
  const citizen = await visitor(browser);
  const page = await citizen.page();
  await page.goto(`${demo.issuer}/enrol`);
  await enrol(page, { ...demo.may_enrol[2], full_name: 'Không Ai Cả' }, newPassword());
  await page.locator('#enrol-state, #error-summary').first().waitFor();
  assert.equal(await page.locator('#enrol-state[data-state="matched"]').count(), 0);
  await citizen.leave();
});
