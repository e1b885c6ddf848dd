// Passkeys in Chromium with its virtual authenticator (WebDriver's, through CDP): made, used by the button and from the list of names,
// refused on another origin and when shown twice, and every edge of the way there without one.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { startDemo } from '../env/server.mjs';
import {
  authorizationRequest, buttonOnly, DESKTOP, device, expectPage, expectSignedIn, giveName, launch, makePasskey, PHONE, shoot, startAt, visitor, weaken,
} from './support.mjs';
import { drawPassword } from './walker.mjs';

let demo;
let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });
// Each journey has a server of its own: a passkey of one must not help another.
beforeEach(async () => { demo = await startDemo(); });
afterEach(async () => { await demo?.stop(); });

const person = () => demo.people[0];

test('a passkey is offered after a password, made, and then enough by itself', async () => {
  const citizen = await visitor(browser, { viewport: PHONE });
  const page = await citizen.page();
  const phone = await device(page);
  const who = person();
  await startAt(page, demo.portals[0]);
  await page.waitForFunction(() => document.querySelector('input[name=passkeys]').value === 'yes');
  await shoot(page, 'sign-in-passkey-phone');
  await giveName(page, who);
  await expectPage(page, 'passkey-create');
  await shoot(page, 'passkey-create-phone');
  assert.equal(await page.locator('#passkey-missing').isVisible(), false);
  await page.locator('#label').fill('Điện thoại của An');
  await page.locator('#passkey-submit').click();
  await expectSignedIn(page, demo.portals[0]);
  const [key] = await phone.keys();
  assert.equal(key.isResidentCredential, true);
  assert.equal(key.rpId, 'localhost');

  const elsewhere = await visitor(browser);
  const other = await elsewhere.page();
  const same = await device(other);
  await buttonOnly(other);
  await same.take(key);
  await startAt(other, demo.portals[1]);
  await expectPage(other, 'sign-in');
  await other.locator('#passkey-submit').click();
  await expectSignedIn(other, demo.portals[1]);
  await other.goto(`${demo.issuer}/account/passkeys`);
  assert.equal(await other.locator('#passkeys .label').innerText(), 'Điện thoại của An');
  await shoot(other, 'passkeys-desktop');
  await elsewhere.leave();
  await citizen.leave();
});

test('the browser offers the passkey in its list of names, without any button', async () => {
  const citizen = await visitor(browser);
  const page = await citizen.page();
  await device(page);
  const who = person();
  await makePasskey(page, demo, who);
  await page.goto(`${demo.issuer}/account`);
  await page.locator('#sign-out-submit').click();
  // The virtual authenticator answers a conditional question as soon as it comes: the page leads on by itself.
  await startAt(page, demo.portals[0]);
  await expectSignedIn(page, demo.portals[0]);
  await citizen.leave();
});

test('a device that says no leads to two choices, and both lead on', async () => {
  const citizen = await visitor(browser, { viewport: PHONE });
  const page = await citizen.page();
  const phone = await device(page);
  // Else the list of names would answer by itself, now and then before the button is pressed.
  await buttonOnly(page);
  const who = person();
  await makePasskey(page, demo, who);
  await page.goto(`${demo.issuer}/account`);
  await page.locator('#sign-out-submit').click();
  await phone.verifies(false);
  await startAt(page, demo.portals[0]);
  await expectPage(page, 'sign-in');
  await page.locator('#passkey-submit').click();
  await expectPage(page, 'passkey-failed');
  await shoot(page, 'passkey-failed-phone');
  await page.locator('#passkey-other').click();
  await expectPage(page, 'sign-in');
  assert.equal(await page.locator('#passkey-form').count(), 0, 'another way is another way');
  await page.goBack();
  await page.locator('#passkey-again').click();
  await expectPage(page, 'sign-in');
  await phone.verifies(true);
  await page.locator('#passkey-submit').click();
  await expectSignedIn(page, demo.portals[0]);
  await citizen.leave();
});

test('a party that insists on more gets it: made on the way, then used', async () => {
  const citizen = await visitor(browser);
  const page = await citizen.page();
  await device(page);
  const who = person();
  const request = await authorizationRequest(page, demo, demo.portals[0]);
  request.searchParams.set('claims', JSON.stringify({ id_token: { acr: { essential: true, values: ['urn:idp:aal2'] } } }));
  await page.goto(request.href);
  await giveName(page, who);
  await expectPage(page, 'passkey-create');
  assert.equal(await page.locator('#passkey-later').count(), 0);
  await page.locator('#passkey-submit').click();
  await expectPage(page, 'step-up');
  await shoot(page, 'step-up-desktop');
  await page.locator('#passkey-submit').click();
  await expectSignedIn(page, demo.portals[0]);
  await citizen.leave();
});

test('an answer given on another origin, and one shown twice, open nothing', async () => {
  const citizen = await visitor(browser);
  const page = await citizen.page();
  const phone = await device(page);
  const who = person();
  await makePasskey(page, demo, who);
  const [key] = await phone.keys();
  await page.goto(`${demo.issuer}/account`);
  await page.locator('#sign-out-submit').click();
  await buttonOnly(page);

  // The attacker's page asks for our passkeys: the browser itself refuses, because they belong to another name.
  const evil = demo.portals[1].url;
  await page.goto(evil);
  const refused = await page.evaluate(async () => {
    const publicKey = { challenge: new Uint8Array(32), rpId: 'localhost', userVerification: 'required' };
    return navigator.credentials.get({ publicKey }).then(() => 'given', (error) => error.name);
  });
  assert.equal(refused, 'SecurityError');

  // The right page, but the answer is caught, shown once, and shown again by a thief with the same cookies.
  await startAt(page, demo.portals[0]);
  await expectPage(page, 'sign-in');
  const address = page.url();
  const caught = [];
  await page.route('**/passkey', async (route) => {
    caught.push({ url: route.request().url(), body: route.request().postData() });
    await route.continue();
  });
  await page.locator('#passkey-submit').click();
  await expectSignedIn(page, demo.portals[0]);
  assert.equal(caught.length, 1);
  const thief = await visitor(browser);
  const cookies = (await citizen.context.cookies(demo.issuer)).filter(({ name }) => name === 'browser');
  await thief.context.addCookies(cookies);
  const shown = await thief.context.request.post(caught[0].url, {
    data: caught[0].body, headers: { 'content-type': 'application/x-www-form-urlencoded', origin: demo.issuer }, maxRedirects: 0,
  });
  assert.ok([401, 410].includes(shown.status()), `the same answer again: ${shown.status()}`);
  assert.ok(!(await thief.context.cookies(demo.issuer)).some(({ name }) => name === 'sid'));
  assert.ok(key.credentialId && address.includes('/sign-in/'));
  await thief.leave();
  await citizen.leave();
});

test('removing the passkey of this session signs out; another name is kept', async () => {
  const citizen = await visitor(browser, { viewport: DESKTOP });
  const page = await citizen.page();
  await device(page);
  const who = person();
  await makePasskey(page, demo, who);
  await page.locator('#passkeys summary').click();
  await page.locator('form.rename input[type=text]').fill('Máy tính ở nhà');
  await page.locator('form.rename button').click();
  await page.locator('#done').waitFor();
  assert.equal(await page.locator('#passkeys .label').innerText(), 'Máy tính ở nhà');
  await page.locator('#passkeys summary').click();
  await page.locator('a.remove').click();
  await expectPage(page, 'step-up');
  await page.locator('#passkey-submit').click();
  await expectPage(page, 'passkey-remove');
  await page.locator('#last-passkey').waitFor();
  await page.locator('#ends-this').waitFor();
  await shoot(page, 'passkey-remove-desktop');
  await page.locator('#remove-submit').click();
  // The device still has the key and offers it at once; to us it is nobody's.
  await expectPage(page, 'passkey-failed');
  assert.equal(await page.locator('#passkey-reason').getAttribute('data-reason'), 'unknown');
  await citizen.leave();
});

/** At the page for a new password, on which none can be set: whoever only guessed the old one must not. */
async function refusedNewPassword(page, who) {
  await startAt(page, demo.portals[0]);
  await giveName(page, who);
  await expectPage(page, 'new-password');
  assert.equal(await page.locator('#new-password-passkey').isVisible(), true);
  assert.equal(await page.locator('#new-password-form, #new_password').count(), 0);
}

test('where a password is too weak and there is a passkey, the passkey leads on, and no password without it', async () => {
  const citizen = await visitor(browser);
  const page = await citizen.page();
  await device(page);
  await buttonOnly(page);
  const who = person();
  await makePasskey(page, demo, who);
  weaken(demo, who);
  await page.goto(`${demo.issuer}/account`);
  await page.locator('#sign-out-submit').click();

  // Without scripts no passkey can be asked for: the page says what is missing and who helps, and lets go.
  const without = await visitor(browser, { javaScriptEnabled: false, viewport: PHONE });
  const plain = await without.page();
  await refusedNewPassword(plain, who);
  await plain.locator('#new-password-again').click();
  await expectPage(plain, 'sign-in');
  assert.equal(await plain.locator('#passkey-form').isVisible(), false);
  await refusedNewPassword(plain, who);
  assert.match(await plain.locator('main').innerText(), /\d{4}/, 'a number to call');
  await plain.locator('#cancel').click();
  await plain.waitForURL((url) => url.href.startsWith(demo.portals[0].url));
  assert.ok(!(await without.context.cookies(demo.issuer)).some(({ name }) => name === 'sid'));
  await without.leave();

  await refusedNewPassword(page, who);
  await page.locator('#new-password-again').click();
  await expectPage(page, 'sign-in');
  await page.locator('#passkey-submit').click();
  await expectSignedIn(page, demo.portals[0]);
  // In that session the password is changed, and the new one opens the account again.
  const chosen = drawPassword();
  await page.goto(`${demo.issuer}/account/password`);
  await expectPage(page, 'change-password');
  await page.locator('#new_password').fill(chosen);
  await page.locator('#new_password_again').fill(chosen);
  await page.locator('#change-password-submit').click();
  await page.locator('body:not([data-page=change-password])').waitFor();
  const elsewhere = await visitor(browser);
  const other = await elsewhere.page();
  await startAt(other, demo.portals[1]);
  await giveName(other, { ...who, password: chosen });
  await expectSignedIn(other, demo.portals[1]);
  await elsewhere.leave();
  await citizen.leave();
});

test('without scripts the password works, and a page that needs a passkey says how to go on', async () => {
  const citizen = await visitor(browser, { javaScriptEnabled: false, viewport: PHONE });
  const page = await citizen.page();
  const who = person();
  await startAt(page, demo.portals[0]);
  await expectPage(page, 'sign-in');
  assert.equal(await page.locator('#passkey-form').isVisible(), false);
  await giveName(page, who);
  await page.locator('#signed-in-as, #continue-link').first().waitFor();
  await page.goto(`${demo.issuer}/account/passkeys/new`);
  await expectPage(page, 'passkey-create', 'sign-in');
  assert.equal(await page.locator('#passkey-missing').isVisible(), true);
  assert.equal(await page.locator('#passkey-submit').isVisible(), false);
  await shoot(page, 'passkey-create-no-script-phone');
  await citizen.leave();
});
