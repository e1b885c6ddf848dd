// Walks the journey of a sign-in and writes down each step: the page before, what was done there, and the page after, in the words of
// journey.json.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { applyTo } from '../env/server.mjs';
import { freshCode } from './letters.mjs';
import { expectWayOn } from './support.mjs';

const LEVELS = { aal2: 'urn:idp:aal2', aal3: 'urn:idp:aal3' };
const HALF_AN_HOUR = 30 * 60 + 1;
const VERIFIER = 'a'.repeat(43);

/** A page that stands still: not the one that goes on by itself, and not the one that was just left. */
const SETTLED = 'body[data-page]:not([data-page="continue"]):not([data-left])';

/** The services: one address of loopback that answers every request with a page. */
export async function startParty() {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end('<!doctype html><title>service</title><body data-page="party">');
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const stop = () => { server.closeAllConnections(); return new Promise((resolve) => { server.close(resolve); }); };
  return { url: `http://127.0.0.1:${server.address().port}/`, stop };
}

const scopesOf = (ask) => ['openid', 'profile', ...ask.includes('posts') ? ['officials'] : []];

function partyEntry(party, { clientId, ask }) {
  return `
[[party]]
client_id = "${clientId}"
kind = "public"
token_endpoint_auth_method = "none"
name = { vi = "Dịch vụ ${clientId}", en = "Service ${clientId}" }
redirect_uris = ["${party.url}"]
scopes = ${JSON.stringify(scopesOf(ask))}
grant_types = ["authorization_code"]
consent = "${ask.includes('consent') ? 'explicit' : 'implied'}"
`;
}

const personEntry = ({ login, name, password }) => `
[[person]]
login = "${login}"
name = "${name}"
birthdate = "1985-03-15"
password = "${password}"
`;

/** Two posts of an official, in units that every demo has: whoever has them chooses. */
const postEntries = ({ login }) => [
  ['internal:22015-ubnd', 'chuyen-vien-xa', 'primary', 'nhan-ho-so'], ['internal:54-tthcc-moi', 'chuyen-vien', 'secondment', 'tra-ket-qua'],
].map(([unit, position, kind, role]) => `
[[official]]
login = "${login}"
unit = "${unit}"
position = "${position}"
kind = "${kind}"
roles = ["${role}"]
scope = "unit"
from = "2025-07-01"
until = "2035-12-31"
decision = { number = "MAU-02/2025", date = "2025-06-30" }
`).join('');

/** Makes the people and the services of walks. A service for each request: what is agreed at one does not change another. */
export async function prepare(demo, party, { people, services }) {
  applyTo(demo, [
    ...services.map((service) => partyEntry(party, service)), ...people.map(personEntry),
    ...people.filter(({ official }) => official).map(postEntries),
  ].join(''));
  await demo.clock({ run_jobs: true });
}

/** The request of a service; `ask` are words of visits.mjs. */
export function requestOf(demo, party, { clientId, ask, hint }) {
  const url = new URL(`${demo.issuer}/oauth2/authorize`);
  const prompts = Object.entries({ login: 'login', select: 'select_account' }).filter(([word]) => ask.includes(word)).map(([, prompt]) => prompt);
  const essential = Object.keys(LEVELS).filter((word) => ask.includes(word)).map((word) => LEVELS[word]);
  const parameters = {
    client_id: clientId, redirect_uri: party.url, response_type: 'code', scope: scopesOf(ask).join(' '), state: 'x', nonce: 'y',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'), code_challenge_method: 'S256',
    prompt: prompts.join(' '), max_age: ask.includes('max-age') ? '60' : '', acr_values: ask.includes('wanted') ? LEVELS.aal2 : '',
    claims: essential.length > 0 ? JSON.stringify({ id_token: { acr: { essential: true, values: essential } } }) : '',
    id_token_hint: ask.includes('expects') ? hint : '',
  };
  Object.entries(parameters).filter(([, value]) => value).forEach(([name, value]) => url.searchParams.set(name, value));
  return url.href;
}

/** The ID token of whoever has just come back to the service. */
export async function idToken(page, demo, party, clientId) {
  const code = new URL(page.url()).searchParams.get('code');
  const body = new URLSearchParams({
    grant_type: 'authorization_code', code, redirect_uri: party.url, client_id: clientId, code_verifier: VERIFIER,
  });
  const answer = await (await fetch(`${demo.issuer}/oauth2/token`, { method: 'POST', body })).json();
  assert.ok(answer.id_token, JSON.stringify(answer));
  return answer.id_token;
}

/** A password that nobody could guess, in letters that a file of desired state needs not escape. */
export const drawPassword = () => randomBytes(18).toString('base64url');

export async function settled(page) {
  await page.locator(SETTLED).waitFor({ state: 'attached' }).catch(async () => {
    assert.fail(`nothing new stands still at ${page.url()}: ${(await page.locator('body').innerText()).slice(0, 300)}`);
  });
}

/** Presses something that leads to another page. */
export async function press(page, selector) {
  const button = page.locator(selector);
  await button.waitFor();
  await page.locator('body').evaluate((body) => body.setAttribute('data-left', ''));
  await button.click();
}

const ENDS = { access_denied: 'Refused', unmet_authentication_requirements: 'Unmet', login_required: 'WrongPerson' };
const PAGES = {
  'select-account': 'SelectAccount', 'second-factor': 'SecondFactor', 'step-up': 'StepUp', 'choose-post': 'ChoosePost', consent: 'Consent',
};

/** The step that a page is, in the words of journey.json. */
export async function stepOf(page) {
  const name = await page.locator('body').getAttribute('data-page');
  const query = new URL(page.url()).searchParams;
  const has = async (selector) => await page.locator(selector).count() > 0;
  if (name === 'party') return query.has('code') ? 'Finish' : ENDS[query.get('error')] ?? `the answer ${query}`;
  if (name === 'passkey-create') return await has('#passkey-later') ? 'OfferPasskey' : 'CreatePasskey';
  if (name === 'sign-in') {
    if (query.has('other')) return 'SelectAccount';
    return await has('#account-name') ? 'Reauthenticate' : 'SignIn';
  }
  if (name === 'error') {
    const code = await page.locator('#error-code').innerText();
    return code === 'sign-in-expired' ? 'Expired' : `the error ${code}`;
  }
  return PAGES[name] ?? `the page ${name}`;
}

/** Without scripts a passkey cannot be asked for: its button is not there, and another way is. */
async function expectOtherWay(page, step) {
  if (await page.locator('form[data-passkey]').count() === 0) return;
  assert.equal(await page.locator('form[data-passkey]').isVisible(), false, `${step} offers what needs a script`);
  const said = page.locator('#sign-in-submit, #passkey-missing');
  assert.ok(await said.first().isVisible(), `${step} says nothing of another way`);
  assert.ok(await page.locator('#sign-in-submit, #step-up-codes, #other-ways, #decline, #app-instead').first().isVisible(), `${step} is a dead end`);
}

/** Where each step can be left for good, or just left. */
const turnBack = async (page, step) => press(page, { Consent: '#consent-deny', OfferPasskey: '#passkey-later' }[step] ?? '#cancel');

const ACTS = {
  'turn back': turnBack,
  password: async (page, step, { who, device }) => {
    if (await page.locator('#account-other').count() > 0) await press(page, '#account-other');
    if (await page.locator('#step-up-codes').count() > 0) await press(page, '#step-up-codes');
    await page.locator('#password').waitFor();
    if (['SignIn', 'SelectAccount'].includes(step)) await page.locator('#login').fill(who.login);
    await page.locator('#password').fill(who.password);
    // Only a script knows whether the device keeps passkeys, and it has to ask the device.
    if (device) await page.waitForFunction(() => document.querySelector('input[name=passkeys]').value === 'yes');
    await press(page, '#sign-in-submit');
  },
  passkey: async (page) => {
    if (await page.locator('#account-other').count() > 0) await press(page, '#account-other');
    await press(page, '#passkey-submit');
  },
  'passkey made': (page) => press(page, '#passkey-submit'),
  'app set up': async (page, _, { demo, who }) => {
    await press(page, '#app-instead');
    await press(page, '#app-add');
    who.key = await page.locator('#totp-key').innerText();
    await page.locator('#code').fill(await freshCode(demo, who.key));
    await press(page, '#totp-submit');
    await press(page, '#continue-link');
  },
  later: (page) => press(page, '#passkey-later'),
  'second factor': async (page, _, { demo, who }) => {
    await page.locator('#code').fill(await freshCode(demo, who.key));
    await press(page, '#second-factor-submit');
  },
  'begin again': (page) => press(page, '#second-factor-again'),
  'go on without': (page) => press(page, '#decline'),
  continue: (page) => press(page, '#account-continue'),
  'post chosen': async (page) => {
    await page.locator('#post input[name=post]').first().check();
    await press(page, '#choose-post-submit');
  },
  agree: (page) => press(page, '#consent-allow'),
  'half an hour': async (page, step, { demo }) => {
    await demo.clock({ advance_seconds: HALF_AN_HOUR });
    await turnBack(page, step);
  },
};

export const edge = ({ from, act, to }) => `${from}: ${act} → ${to}`;

/**
 * Opens a request and goes the way that is expected, `Step > act > Step …`; every step is noted in `walked` as it was, so that one that
 * nobody expected is noted too.
 */
export async function walk(page, request, way, { walked, ...world }) {
  const [first, ...rest] = way.split(' > ');
  let step = '[*]';
  const arrive = async (act, expected) => {
    await settled(page);
    const reached = await stepOf(page);
    walked.add(edge({ from: step, act, to: reached }));
    assert.equal(reached, expected, `${step}: ${act}, on the way ${way}`);
    if (reached === 'Expired') await expectWayOn(page);
    if (!world.scripts) await expectOtherWay(page, reached);
    step = reached;
  };
  await page.goto(request);
  await arrive('request', first);
  while (rest.length > 0) {
    const [act, expected] = rest.splice(0, 2);
    await ACTS[act](page, step, world);
    await arrive(act, expected);
  }
}
