// Every edge of the journey of a sign-in (docs/journey.md) in Chromium: with scripts, and without them as far as no passkey is needed.
// The list of edges is made from the hall itself; a step that is not in the list, and one of the list that nobody walked, fail by name.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startDemo } from '../env/server.mjs';
import { setUpApp } from './letters.mjs';
import { buttonOnly, device, expectPage, giveName, launch, makePasskey, visitor } from './support.mjs';
import { HINTED, visits } from './visits.mjs';
import { drawPassword, edge, idToken, prepare, requestOf, settled, startParty, stepOf, walk } from './walker.mjs';

const EDGES = JSON.parse(readFileSync(join(import.meta.dirname, 'journey.json'), 'utf8'));
const WALKS = [true, false].map((scripts) => ({ scripts, walked: new Set(), visits: visits(scripts), name: scripts ? 'with scripts' : 'without scripts' }));

/** Longer than any proof counts as fresh, shorter than a session without use. */
const WAIT_SECONDS = 360;

/** A password that no page of ours would take. */
const OLD_PASSWORD = 'matkhau1';

/** What visits have whose browser keeps passkeys. */
const KEEPS = ['passkey', 'device', 'app and device'];

let demo;
let browser;
let party;
let hint;

const everybody = [HINTED, ...WALKS.flatMap((each) => each.visits)].map(({ who }) => who);

before(async () => {
  [demo, browser, party] = await Promise.all([startDemo(), launch(), startParty()]);
  everybody.forEach((who) => { who.password = who.brought ? OLD_PASSWORD : drawPassword(); });
  const services = WALKS.flatMap((each) => each.visits).flatMap(({ ways }) => ways).filter(({ clientId }) => clientId && clientId !== HINTED.clientId);
  await prepare(demo, party, { people: everybody, services: [HINTED, ...services] });
  hint = await hintOf(HINTED);
});
after(async () => { await browser?.close(); await party?.stop(); await demo?.stop(); });

/** What the service keeps of somebody who was there: a token that says whom it expects. */
async function hintOf({ clientId, who }) {
  const citizen = await visitor(browser);
  const page = await citizen.page();
  await page.goto(requestOf(demo, party, { clientId, ask: [] }));
  await giveName(page, who);
  await settled(page);
  assert.equal(await stepOf(page), 'Finish');
  const token = await idToken(page, demo, party, clientId);
  await citizen.leave();
  return token;
}

/** Gives a browser what the visit needs before it begins. */
async function equip(page, { who, has = '' }) {
  if (KEEPS.includes(has)) {
    await device(page);
    await buttonOnly(page);
  }
  if (has.startsWith('app')) who.key = await setUpApp(page, demo, who);
  if (has === 'passkey') await makePasskey(page, demo, who);
  if (has === 'session by passkey') await beginByPasskey(page, who);
  if (has === 'somebody signed in') {
    await page.goto(`${demo.issuer}/account`);
    await giveName(page, HINTED.who);
    await expectPage(page, 'account');
  }
}

/** Signs in with a passkey in a browser that has one, and goes on in this one: its owner switched the scripts off, or the device is gone. */
async function beginByPasskey(page, who) {
  const elsewhere = await visitor(browser);
  const other = await elsewhere.page();
  await device(other);
  await makePasskey(other, demo, who);
  await other.goto(`${demo.issuer}/account/passkeys/new`);
  await expectPage(other, 'step-up');
  await other.locator('#passkey-submit').click();
  await expectPage(other, 'passkey-create');
  await page.context().addCookies(await elsewhere.context.cookies());
  await elsewhere.leave();
}

async function goAll(visit, { scripts, walked }) {
  const citizen = await visitor(browser, { javaScriptEnabled: scripts });
  const page = await citizen.page();
  await equip(page, visit);
  const world = { walked, scripts, demo, who: visit.who, device: KEEPS.includes(visit.has) };
  for (const way of visit.ways) {
    if (way === 'forget') await citizen.context.clearCookies({ name: 'sid' });
    else if (way === 'wait') await demo.clock({ advance_seconds: WAIT_SECONDS });
    else await walk(page, requestOf(demo, party, { ...way, hint }), way.route, world);
  }
  await citizen.leave();
}

for (const each of WALKS) {
  for (const visit of each.visits) {
    test(`${each.name}: ${visit.title}`, () => goAll(visit, each));
  }

  test(`${each.name}, every edge of the journey was walked, and no other`, () => {
    const listed = new Set(EDGES.filter(({ script }) => each.scripts || !script).map(edge));
    const notWalked = [...listed].filter((one) => !each.walked.has(one));
    const notListed = [...each.walked].filter((one) => !listed.has(one));
    assert.deepEqual({ notWalked, notListed }, { notWalked: [], notListed: [] });
  });
}
