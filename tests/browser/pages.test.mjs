// Every page, at the width of a phone and of a desk: WCAG 2.2 AA by axe-core, sizes of targets, no sideways scrolling,
// and the weight that an old phone on a slow line can carry.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { startDemo } from '../env/server.mjs';
import {
  authorizationRequest, DESKTOP, device, enrol, expectPage, giveName, launch, makePasskey, PHONE, shoot, signIn, startAt, visitor,
} from './support.mjs';

let demo;
let browser;
before(async () => { [demo, browser] = await Promise.all([startDemo(), launch()]); });
after(async () => { await browser?.close(); await demo?.stop(); });

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Bytes on the wire with headers, for one page with an empty cache. */
const MOST = { text: 20 * 1024, script: 5 * 1024, font: 70 * 1024, requests: 8 };
const TARGET_PX = 44;

async function changedRequest(page, portal, name, value) {
  const url = await authorizationRequest(page, demo, portal);
  url.searchParams.set(name, value);
  await page.goto(url.href);
}

/** Known by the first portal, and now the second one asks in a way of its own. */
const signedInWith = (name, value) => async (page) => {
  await signIn(page, demo.portals[0], demo.people[0]);
  await changedRequest(page, demo.portals[1], name, value);
};

/** Answers in the portal's place with 204, on which a browser stays where it is: a page that goes on by itself can be looked at. */
const holdAnswer = (page, portal) => page.route((url) => url.href.startsWith(portal.url), (route) => {
  const isAnswer = route.request().method() === 'POST' || route.request().url().includes('code=');
  return isAnswer ? route.fulfill({ status: 204 }) : route.continue();
});

/** Each person enrols once. */
let enrolled = 0;

/** One person keeps one passkey, on whichever device they come with. */
let kept;
async function withPasskey(page) {
  const keeps = await device(page);
  const holder = demo.people[2];
  if (kept) {
    await keeps.presence(false);
    await keeps.take(kept);
    await page.goto(`${demo.issuer}/account`);
    await giveName(page, holder);
    await expectPage(page, 'account');
    await keeps.presence(true);
  } else {
    await makePasskey(page, demo, holder);
    [kept] = await keeps.keys();
  }
  return { ...keeps, note: async () => { [kept] = await keeps.keys(); } };
}

/** Page name → how a person gets there. */
const WAYS = {
  home: (page) => page.goto(demo.issuer),
  'sign-in': (page) => startAt(page, demo.portals[0]),
  'sign-in refused': async (page) => {
    await startAt(page, demo.portals[0]);
    await giveName(page, { login: demo.people[0].login, password: 'sai-mat-khau' });
    await page.locator('#error-summary').waitFor();
  },
  'sign-in again': signedInWith('prompt', 'login'),
  'select-account': signedInWith('prompt', 'select_account'),
  consent: signedInWith('prompt', 'consent'),
  continue: async (page) => {
    await holdAnswer(page, demo.portals[0]);
    await startAt(page, demo.portals[0]);
    await giveName(page, demo.people[0]);
    await page.locator('#continue-link').waitFor();
  },
  'form-post': async (page) => {
    await changedRequest(page, demo.portals[0], 'response_mode', 'form_post');
    await holdAnswer(page, demo.portals[0]);
    await giveName(page, demo.people[0]);
    await page.locator('#form-post-submit').waitFor();
  },
  enrol: (page) => page.goto(`${demo.issuer}/enrol`),
  'enrol refused': async (page) => {
    await page.goto(`${demo.issuer}/enrol`);
    await page.locator('#personal_number').fill('123');
    await page.locator('#enrol-submit').click();
    await page.locator('#error-summary').waitFor();
  },
  enrolled: async (page) => {
    await page.goto(`${demo.issuer}/enrol`);
    await enrol(page, demo.may_enrol[enrolled], 'mat-khau-dai-va-la-7391');
    enrolled += 1;
  },
  account: async (page) => {
    await signIn(page, demo.portals[0], demo.people[0]);
    await page.goto(`${demo.issuer}/account`);
  },
  'passkey-failed': async (page) => {
    await startAt(page, demo.portals[0]);
    await expectPage(page, 'sign-in');
    await page.goto(`${page.url()}?passkey=failed`);
  },
  'passkey-create': async (page) => {
    await page.goto(`${demo.issuer}/account/passkeys/new`);
    await giveName(page, demo.people[1]);
  },
  'passkey-create refused': async (page) => {
    await page.goto(`${demo.issuer}/account/passkeys/new`);
    await giveName(page, demo.people[1]);
    await expectPage(page, 'passkey-create');
    await page.goto(`${demo.issuer}/account/passkeys/new?passkey=exists`);
    await page.locator('#error-summary').waitFor();
  },
  passkeys: async (page) => {
    await withPasskey(page);
    await page.goto(`${demo.issuer}/account/passkeys`);
    await page.locator('#passkeys summary').click();
  },
  'step-up': async (page) => {
    await withPasskey(page);
    await page.goto(`${demo.issuer}/account/passkeys/new`);
  },
  'passkey-remove': async (page) => {
    const keeps = await withPasskey(page);
    await page.goto(`${demo.issuer}/account/passkeys`);
    await page.locator('#passkeys summary').click();
    await page.locator('a.remove').click();
    await expectPage(page, 'step-up');
    await page.locator('#passkey-submit').click();
    await expectPage(page, 'passkey-remove');
    await keeps.note();
  },
  'sign-out': async (page) => {
    await signIn(page, demo.portals[0], demo.people[0]);
    await page.goto(`${demo.issuer}/oauth2/logout`);
  },
  'signed-out': async (page) => {
    await signIn(page, demo.portals[0], demo.people[0]);
    await page.goto(`${demo.issuer}/oauth2/logout`);
    await page.locator('#sign-out-confirm').click();
  },
  error: (page) => page.goto(`${demo.issuer}/oauth2/authorize?client_id=nobody`),
};

async function expectAccessible(page, what) {
  const { violations } = await new AxeBuilder({ page }).withTags(WCAG).setLegacyMode(true).analyze();
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
  assert.deepEqual(told, [], what);
}

/** A key without a sentence is shown between these brackets. */
async function expectSentences(page, what) {
  const text = `${await page.title()} ${await page.locator('body').innerText()}`;
  assert.doesNotMatch(text, /[⟦⟧]/, `${what} has a key without a sentence`);
}

/** Targets that a thumb can hit, and nothing that makes a phone scroll sideways. */
async function expectFits(page, what) {
  const problems = await page.evaluate((least) => {
    const small = [...document.querySelectorAll('button, input:not([type=hidden]), select')]
      .map((element) => [element, element.getBoundingClientRect()])
      .filter(([, box]) => box.width > 0 && (box.height < least || box.width < least))
      .map(([element, box]) => `#${element.id} is ${Math.round(box.width)} × ${Math.round(box.height)} px`);
    const { scrollWidth } = document.documentElement;
    return scrollWidth > window.innerWidth ? [...small, `scrolls sideways: ${scrollWidth} px wide`] : small;
  }, TARGET_PX);
  assert.deepEqual(problems, [], what);
}

for (const [name, goTo] of Object.entries(WAYS)) {
  test(`${name}: WCAG 2.2 AA, targets and widths`, async () => {
    for (const [device, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
      const citizen = await visitor(browser, { viewport });
      const page = await citizen.page();
      await goTo(page);
      await expectPage(page, name.split(' ')[0]);
      assert.equal(await page.locator('main#main').count(), 1);
      assert.equal(await page.locator('a#lang-vi, a#lang-en').count(), 2);
      await shoot(page, `${name.replace(' ', '-')}-${device}`);
      await expectSentences(page, `${name} at ${device} width`);
      await expectAccessible(page, `${name} at ${device} width`);
      await expectFits(page, `${name} at ${device} width`);
      await citizen.leave();
    }
  });
}

/** What the page with its parts weighs, by kind. */
async function weigh(context, page, url) {
  const session = await context.newCDPSession(page);
  const kinds = new Map();
  const weights = { text: 0, script: 0, font: 0, other: 0, requests: 0, hosts: new Set() };
  session.on('Network.responseReceived', ({ requestId, type, response }) => {
    kinds.set(requestId, type);
    weights.hosts.add(new URL(response.url).host);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const kind = kinds.get(requestId);
    weights.requests += 1;
    if (['Document', 'Stylesheet', 'Script'].includes(kind)) weights.text += encodedDataLength;
    if (kind === 'Script') weights.script += encodedDataLength;
    if (kind === 'Font') weights.font += encodedDataLength;
  });
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  await page.goto(url, { waitUntil: 'networkidle' });
  await page.evaluate(() => document.fonts.ready.then(() => true));
  return weights;
}

test('the pages stay within their weight', async (context) => {
  const citizen = await visitor(browser);
  const page = await citizen.page();
  await startAt(page, demo.portals[0]);
  await expectPage(page, 'sign-in');
  for (const url of [page.url(), `${demo.issuer}/enrol`, demo.issuer, `${demo.issuer}/oauth2/authorize?client_id=nobody`]) {
    const weights = await weigh(citizen.context, page, url);
    const path = new URL(url).pathname.replace(/tx_.*/, '…');
    context.diagnostic(`${path}: ${weights.text} bytes of text, ${weights.script} of them script, ${weights.font} of fonts, ${weights.requests} requests`);
    assert.ok(weights.text > 0, 'nothing was weighed');
    assert.deepEqual([...weights.hosts], [new URL(demo.issuer).host], `${path} loads from another host`);
    for (const [kind, most] of Object.entries(MOST)) assert.ok(weights[kind] <= most, `${path}: ${kind} is ${weights[kind]}, more than ${most}`);
  }
  await citizen.leave();
});

test('a response by form_post goes on with scripts, and by a button without', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const citizen = await visitor(browser, { javaScriptEnabled });
    const page = await citizen.page();
    await changedRequest(page, demo.portals[0], 'response_mode', 'form_post');
    const posted = page.waitForRequest((request) => request.url().startsWith(demo.portals[0].url) && request.method() === 'POST');
    await giveName(page, demo.people[0]);
    if (!javaScriptEnabled) {
      await expectPage(page, 'form-post');
      await shoot(page, 'form-post');
      await page.locator('#form-post-submit').click();
    }
    const answer = new URLSearchParams((await posted).postData());
    assert.ok(answer.get('code') && answer.get('iss') === demo.issuer);
    await citizen.leave();
  }
});
