// What every browser journey shares: Debian's Chromium, visitors that are watched, and the steps that people take.
// Pages are known only by what docs/contract.md promises.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { temporaryFolder } from '../env/processes.mjs';
import { alter } from '../env/server.mjs';

const LAUNCH = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
};

export const PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1280, height: 900 };

const WAIT_MS = Number(process.env.IDP_WAIT_MS ?? 15_000);

export const launch = () => chromium.launch(LAUNCH);

/** Somebody with a browser of their own: own cookies, and a record of what no page of ours may cause. */
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({ locale: 'vi-VN', viewport: DESKTOP, ...options });
  return watch(context);
}

/** A visitor whose browser refuses every cookie. Chromium offers this by profile only. */
export async function visitorWithoutCookies() {
  const profile = temporaryFolder('profile');
  mkdirSync(join(profile, 'Default'), { recursive: true });
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }));
  return watch(await chromium.launchPersistentContext(profile, { ...LAUNCH, locale: 'vi-VN', viewport: DESKTOP }));
}

function watch(context) {
  context.setDefaultTimeout(WAIT_MS);
  const complaints = [];
  const observe = (page) => {
    page.on('dialog', (dialog) => { complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    page.on('pageerror', (error) => complaints.push(`script error: ${error.message}`));
    page.on('console', (message) => {
      if (/content security policy|trusted ?type|refused to/i.test(message.text())) complaints.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (protocol.startsWith('http') && !['localhost', '127.0.0.1'].includes(hostname)) complaints.push(`another host: ${request.url()}`);
    });
  };
  context.on('page', observe);
  return {
    context,
    complaints,
    page: () => context.newPage(),
    /** Closes the browser window and fails when a page has done what it may not. */
    async leave() {
      await context.close();
      assert.deepEqual(complaints, []);
    },
  };
}

/** Keeps a picture of the page where somebody asked for pictures. */
export async function shoot(page, name) {
  const folder = process.env.IDP_SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

export const pageName = (page) => page.locator('body').getAttribute('data-page');

/** Waits for a page of ours by its name; says what stood there instead. */
export async function expectPage(page, ...names) {
  try {
    await page.locator(names.map((name) => `body[data-page="${name}"]`).join(', ')).waitFor();
  } catch {
    const text = await page.locator('body').innerText().catch(() => '');
    assert.fail(`expected the page ${names.join(' or ')}, got ${await pageName(page).catch(() => 'none')} at ${page.url()}: ${text.slice(0, 400)}`);
  }
}

/** Presses sign-in at a portal; afterwards the browser is wherever the portal sent it. */
export async function startAt(page, portal) {
  await page.goto(portal.url);
  await page.locator('#sign-in').click();
}

/** The authorization request that the portal makes for this browser, so that a journey may change it. */
export async function authorizationRequest(page, demo, portal) {
  await page.goto(portal.url);
  const door = `${demo.issuer}/oauth2/authorize`;
  await page.route((url) => url.href.startsWith(door), (route) => route.abort());
  const [request] = await Promise.all([
    page.waitForRequest((each) => each.url().startsWith(door)),
    page.locator('#sign-in').click({ noWaitAfter: true }),
  ]);
  await page.unrouteAll();
  return new URL(request.url());
}

export async function giveName(page, person) {
  await expectPage(page, 'sign-in');
  await page.locator('#login').fill(person.login);
  await page.locator('#password').fill(person.password);
  await page.locator('#sign-in-submit').click();
}

/** Fills in the enrolment page and sends it. */
export async function enrol(page, person, password) {
  await page.locator('#personal_number').fill(person.personal_number);
  await page.locator('#full_name').fill(person.full_name);
  await page.locator('#birthdate').fill(person.birthdate);
  await page.locator('#new_password').fill(password);
  await page.locator('#new_password_again').fill(password);
  await page.locator('#enrol-submit').click();
}

export async function expectSignedIn(page, portal) {
  await page.locator('#signed-in-as').waitFor().catch(async () => {
    assert.fail(`not signed in at ${portal.name}, but at ${page.url()}: ${(await page.locator('body').innerText()).slice(0, 400)}`);
  });
  assert.ok(page.url().startsWith(portal.url), `signed in at ${page.url()}, not at ${portal.url}`);
}

export async function signIn(page, portal, person) {
  await startAt(page, portal);
  await giveName(page, person);
  await expectSignedIn(page, portal);
}

/** Presses sign-out at a portal and says yes where the provider asks; ends at the portal, which offers to sign in again. */
export async function signOut(page, portal) {
  await page.goto(portal.url);
  await page.locator('#sign-out').click();
  await page.locator('a#sign-in, #sign-out-confirm').first().waitFor();
  if (await page.locator('#sign-out-confirm').isVisible()) await page.locator('#sign-out-confirm').click();
  await page.locator('a#sign-in').waitFor();
  assert.ok(page.url().startsWith(portal.url), `signed out at ${page.url()}`);
}

/** Runs the jobs of the server until the portal no longer knows the visitor: a delivery may need a second round. */
export async function expectSignedOut(page, demo, portal) {
  for (let round = 0; round < 20; round += 1) {
    await demo.clock({ run_jobs: true });
    await page.goto(portal.url);
    if (await page.locator('#signed-in-as').count() === 0) {
      await page.locator('#sign-in').waitFor();
      return;
    }
  }
  assert.fail(`${portal.name} still knows the visitor`);
}

/** Names of our pages that the visitor saw while `journey` ran. */
export async function pagesSeen(page, demo, journey) {
  const seen = [];
  const note = (frame) => {
    if (frame === page.mainFrame() && frame.url().startsWith(demo.issuer)) seen.push(new URL(frame.url()).pathname);
  };
  page.on('framenavigated', note);
  await journey();
  page.off('framenavigated', note);
  return seen;
}

/** No dead end: our page offers a link or a button, and the one of an error page leads somewhere that answers. */
export async function expectWayOn(page) {
  const name = await pageName(page);
  assert.ok(name, `no page of ours at ${page.url()}`);
  assert.ok(await page.locator('main a[href], main form button').count() > 0, `page ${name} is a dead end`);
  if (name !== 'error') return;
  assert.match(await page.locator('#error-code').innerText(), /^[a-z0-9-]+$/);
  assert.notEqual((await page.locator('#error-text').innerText()).trim(), '');
  const response = await page.request.get(await page.locator('a#next-step').evaluate((link) => link.href));
  assert.ok(response.status() < 400, `the next step answers ${response.status()}`);
}

const KEEPS = {
  protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
  automaticPresenceSimulation: true,
};

/** Gives a page a device that keeps passkeys. `verifies(false)` makes it fail to know its holder. */
export async function device(page, options = {}) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options: { ...KEEPS, ...options } });
  return {
    keys: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    take: (credential) => session.send('WebAuthn.addCredential', { authenticatorId, credential }),
    verifies: (isUserVerified) => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    presence: (enabled) => session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled }),
  };
}

/** A browser that has passkeys but does not list them under the field: only the button asks. */
export const buttonOnly = (page) => page.addInitScript(() => {
  PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);
});

/** Signs in and makes a passkey on the device of the page. */
export async function makePasskey(page, demo, who) {
  await page.goto(`${demo.issuer}/account/passkeys/new`);
  await giveName(page, who);
  await expectPage(page, 'passkey-create');
  await page.locator('#passkey-submit').click();
  await expectPage(page, 'passkeys');
}

/**
 * Makes the password of somebody one that was long enough only beside an app, which is gone. Pages and commands take no such app away while the password
 * is short, or close the password with it, so that it cannot be brought about by them.
 */
export const weaken = (demo, { login }) => alter(demo, `update password set usage = 'with_second' where account_id = (select id from account where login = '${login}')`);
