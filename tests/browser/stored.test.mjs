// Row 240 of the attack list: forty payloads in every field that somebody else may read, and every page on which it is read. No script runs, nothing
// breaks out of its place, and the content security policy has nothing to complain of: `visitor.leave` fails on a dialog, a script error or a
// complaint. Where a field is shown, its text has to be there as it was typed, so that a field that is not shown passes for nothing.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { temporaryFolder } from '../env/processes.mjs';
import { applyTo, command, dayAhead, operate, startDemo } from '../env/server.mjs';
import { setUpApp } from './letters.mjs';
import { injected, PAYLOADS } from './payloads.mjs';
import { device, expectPage, giveName, launch, makePasskey, pageName, visitor } from './support.mjs';
import { drawPassword, requestOf, startParty } from './walker.mjs';

const NUMBERS = PAYLOADS.map((_, number) => number);
const text = (value) => JSON.stringify(value);
const both = (value) => `{ vi = ${text(value)}, en = ${text(value)} }`;

const people = NUMBERS.map((number) => ({ login: `nguoi.${number}`, password: drawPassword() }));
const official = { login: 'can.bo', password: drawPassword() };
const receiver = { login: 'nguoi.nhan', password: drawPassword() };
const keeper = { login: 'giu.khoa', password: drawPassword() };

let demo;
let browser;
let party;

const personEntry = ({ login, password }) => `
[[person]]
login = "${login}"
name = "Trần Thị Hoa"
birthdate = "1985-03-15"
password = "${password}"
`;

/** A service whose name, purpose and controller are a payload. */
const partyEntry = (number) => `
[[party]]
client_id = "x-${number}"
kind = "public"
token_endpoint_auth_method = "none"
name = ${both(PAYLOADS[number])}
redirect_uris = ["${party.url}"]
scopes = ["openid", "profile", "officials"]
grant_types = ["authorization_code"]
consent = "explicit"

[[party.purposes]]
id = "purpose"
scopes = ["profile"]
text = ${both(PAYLOADS[number])}
controller = ${both(PAYLOADS[number])}
retention_days = 30
`;

const unitEntry = (number) => `
[[unit]]
code = "internal:x-${number}"
name = ${both(PAYLOADS[number])}
kind = "service-unit"
level = "province"
form = "trung-tam"
parent = "gso:66"
since = "2025-07-02"
`;

const postEntry = (login, number, kind) => `
[[official]]
login = "${login}"
unit = "internal:x-${number}"
position = "x-${number}"
kind = "${kind}"
roles = ["x-${number}"]
scope = "unit"
from = "2025-08-01"
decision = { number = ${text(PAYLOADS[number])}, date = "2025-07-28" }
`;

/** Positions and roles that are called by payloads. */
function catalogue() {
  const file = join(temporaryFolder('catalogue'), 'roles.json');
  const label = (number) => ({ vi: PAYLOADS[number], en: PAYLOADS[number] });
  writeFileSync(file, JSON.stringify({
    positions: NUMBERS.map((number) => ({ id: `x-${number}`, label: label(number), signing: 'none' })),
    roles: NUMBERS.map((number) => ({
      id: `x-${number}`, label: label(number), class: 'business', rank: 1, permissions: [`thu/x${number}`], delegable: true,
    })),
    separations: [],
  }));
  return file;
}

before(async () => {
  [demo, browser, party] = await Promise.all([startDemo(), launch(), startParty()]);
  applyTo(demo, [...people, official, receiver, keeper].map(personEntry).join('') + NUMBERS.map(partyEntry).join('') + NUMBERS.map(unitEntry).join(''));
  command(demo, 'officials', 'roles', catalogue());
  applyTo(demo, NUMBERS.map((number) => postEntry(official.login, number, number === 0 ? 'primary' : 'concurrent')).join('')
    + postEntry(receiver.login, 0, 'primary'));
  await demo.clock({ run_jobs: true });
});
after(async () => { await browser?.close(); await party?.stop(); await demo?.stop(); });

const languageOf = (number) => ({ locale: number % 2 === 0 ? 'vi-VN' : 'en-GB' });
const at = (path) => `${demo.issuer}${path}`;

/** Nothing on this page came out of its text. With `times`: the payload is there to be read, at least so often. */
async function sweep(page, payload, times = 0) {
  const found = await injected(page);
  assert.ok(found.length === 0, `the page ${await pageName(page)} lets a payload out of its field: ${payload}\n${found.join('\n')}\nat ${page.url()}`);
  assert.equal(await page.evaluate(() => 'ran' in window), false, `${payload} ran at ${page.url()}`);
  const shown = await page.evaluate((wanted) => {
    const typed = [...document.querySelectorAll('input')].map((input) => input.value);
    const plain = (words) => words.replaceAll(/\s+/g, ' ');
    const words = [document.body.textContent, document.title, ...typed].map(plain).join('\n');
    return words.split(plain(wanted)).length - 1;
  }, payload);
  assert.ok(shown >= times, `${payload} is shown ${shown} times, not ${times}, at ${page.url()}: ${(await page.locator('main').innerText()).slice(0, 300)}`);
}

test('each payload is found out where a page does not write it as text', async () => {
  const page = await browser.newPage();
  for (const payload of PAYLOADS) {
    await page.goto('about:blank');
    await page.setContent(`<body><p>${payload}</p><input value="${payload}"><input value='${payload}'><a href="${payload}">x</a></body>`, { waitUntil: 'commit' });
    assert.notDeepEqual(await injected(page), [], `${payload} would not be noticed`);
  }
  await page.close();
});

test('no person is called by a payload', () => {
  const file = join(temporaryFolder('names'), 'names.toml');
  writeFileSync(file, PAYLOADS.map((payload, number) => `[[person]]\nlogin = "x.${number}"\nname = ${text(payload)}\npassword = "${drawPassword()}"\n`).join(''));
  const args = ['apply', file, '--dry-run', '--json', '--config', join(demo.state_dir, 'idp.toml')];
  let said;
  try {
    execFileSync(process.env.IDP_BIN, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (refused) {
    said = `${refused.stdout}${refused.stderr}`;
  }
  const missing = NUMBERS.filter((number) => !said?.includes(`person[${number}].name`));
  assert.deepEqual(missing.map((number) => PAYLOADS[number]), [], said);
});

/** Signs in at the service that is called by the payload, agrees, and comes back to it. */
async function consent(page, number) {
  await page.goto(requestOf(demo, party, { clientId: `x-${number}`, ask: [] }));
  await expectPage(page, 'sign-in');
  await sweep(page, PAYLOADS[number], 1);
  await giveName(page, people[number]);
  await expectPage(page, 'consent');
  await sweep(page, PAYLOADS[number], 3);
  await page.locator('#consent-allow').click();
  await page.locator('body[data-page=party]').waitFor({ state: 'attached' });
}

/** Reports the newest sign-in; the help desk answers with the payload, and the person reads it. */
async function reported(page, number) {
  await page.goto(at('/account/history'));
  await page.locator('#history form button').first().click();
  await expectPage(page, 'account-reported');
  await sweep(page, PAYLOADS[number]);
  const case_ = await page.locator('#report-number').innerText();
  operate(demo, 'admin', 'cases', 'close', case_, `--found=${PAYLOADS[number]}`);
  await page.goto(at('/account/history'));
  if (await page.locator('body[data-page=sign-in]').count() > 0) await giveName(page, people[number]);
  await expectPage(page, 'account-history');
  await sweep(page, PAYLOADS[number], 1);
}

/** What somebody types, on the pages that show it again beside what is wrong with it. */
async function typed(page, number) {
  const payload = PAYLOADS[number];
  await page.goto(at('/account/factors'));
  await page.locator('#address').fill(payload);
  await page.locator('#contact-add').click();
  await page.locator('#address-error').waitFor();
  await sweep(page, payload, 1);
  await page.goto(at('/enrol'));
  for (const field of ['#personal_number', '#full_name', '#birthdate']) await page.locator(field).fill(payload);
  await page.locator('#enrol-submit').click();
  await page.locator('#error-summary').waitFor();
  await sweep(page, payload, 1);
  await page.goto(at('/recover'));
  for (const field of ['#login', '#personal_number', '#full_name', '#birthdate']) await page.locator(field).fill(payload);
  await page.locator('#recover-submit').click();
  await page.locator('#error-summary').waitFor();
  await sweep(page, payload, 1);
}

for (const number of NUMBERS) {
  const payload = PAYLOADS[number];
  test(`a service, a browser, a case, an app and what is typed are called ${payload}`, async () => {
    const citizen = await visitor(browser, { userAgent: payload, ...languageOf(number) });
    const page = await citizen.page();
    await page.goto(at('/account'));
    await page.locator('#login').fill(payload);
    await page.locator('#password').fill('sai-mat-khau');
    await page.locator('#sign-in-submit').click();
    await page.locator('#error-summary').waitFor();
    await sweep(page, payload, 1);
    await consent(page, number);
    await page.goto(at('/account/services'));
    await sweep(page, payload, 1);
    await page.goto(at(`/account/services/x-${number}`));
    await sweep(page, payload, 2);
    await page.locator('a.receipt').first().click();
    await expectPage(page, 'account-receipt');
    await sweep(page, payload, 1);
    for (const path of ['', '/sessions', '/access', '/settings', '/passkeys', '/password', '/history']) {
      await page.goto(at(`/account${path}`));
      await sweep(page, payload);
    }
    await reported(page, number);
    await typed(page, number);
    await citizen.context.clearCookies();
    await setUpApp(page, demo, people[number], payload);
    await page.locator('#continue-link').click();
    await expectPage(page, 'factors');
    await sweep(page, payload, 1);
    await page.goto(at('/oauth2/logout'));
    await sweep(page, payload);
    await citizen.leave();
  });
}

test('a passkey is called by each payload, and asked about by that name before it goes', async () => {
  const citizen = await visitor(browser);
  const page = await citizen.page();
  await device(page);
  await makePasskey(page, demo, keeper);
  for (const payload of PAYLOADS) {
    await page.locator('#passkeys summary').click();
    await page.locator('.rename input[name=label]').fill(payload);
    await page.locator('.rename button').click();
    if (await page.locator('body[data-page=step-up]').count() > 0) await page.locator('#passkey-submit').click();
    await expectPage(page, 'passkeys');
    await page.locator('#done').waitFor();
    await sweep(page, payload, 2);
  }
  await page.locator('#passkeys summary').click();
  await page.locator('a.remove').click();
  await page.locator('body[data-page=step-up], body[data-page=passkey-remove]').waitFor();
  if (await page.locator('#passkey-submit').count() > 0) await page.locator('#passkey-submit').click();
  await expectPage(page, 'passkey-remove');
  await sweep(page, PAYLOADS.at(-1), 1);
  await citizen.leave();
});

for (const locale of ['vi-VN', 'en-GB']) {
  test(`units, positions, roles and decisions are called by payloads, in ${locale}`, async () => {
    const visit = await visitor(browser, { locale });
    const page = await visit.page();
    await page.goto(requestOf(demo, party, { clientId: 'x-0', ask: ['posts'] }));
    await giveName(page, official);
    await expectPage(page, 'choose-post');
    // Position and unit.
    for (const payload of PAYLOADS) await sweep(page, payload, 1);
    for (const path of ['/account/posts', '/account/posts?at=01/01/2031', '/account/delegations', '/account/delegations/new', '/account/approvals']) {
      await page.goto(at(path));
      const times = path.startsWith('/account/posts') ? 3 : 0;
      for (const payload of PAYLOADS) await sweep(page, payload, times);
    }
    await visit.leave();
  });
}

/** Each is named twice, on the page before the last word and with it. */
const NAMED = 10;

test('the reason of what is handed on is a payload, for who gives and for who gets it', async () => {
  const giver = await visitor(browser);
  const page = await giver.page();
  for (const [number, payload] of PAYLOADS.entries()) {
    if (number % NAMED === 0) {
      // One account names thirty persons in an hour.
      await demo.clock({ advance_seconds: 3_601 });
      await giver.context.clearCookies();
    }
    await page.goto(at('/account/delegations/new'));
    if (number % NAMED === 0) await giveName(page, official);
    await page.locator('#posts a').nth(number).click();
    await page.locator('#delegation-form').waitFor();
    await page.locator('#to').fill(receiver.login);
    await page.locator('#role input').first().check();
    await page.locator('#first').fill(await dayAhead(demo, 0));
    await page.locator('#last').fill(await dayAhead(demo, 5));
    await page.locator('#reason').fill(payload);
    await page.locator('#delegation-next').click();
    await expectPage(page, 'delegation-review');
    await sweep(page, payload, 1);
    await page.locator('main form button').first().click();
    await expectPage(page, 'account-delegations');
  }
  for (const payload of PAYLOADS) await sweep(page, payload, 1);
  await giver.leave();
  const taker = await visitor(browser);
  const theirs = await taker.page();
  await theirs.goto(at('/account/delegations'));
  await giveName(theirs, receiver);
  await expectPage(theirs, 'account-delegations');
  for (const payload of PAYLOADS) await sweep(theirs, payload, 1);
  await taker.leave();
});
