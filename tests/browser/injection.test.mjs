// Row 16 of the attack list: what comes in by an authorization request is shown as text, or not at all, and `state`
// goes back as it came. `visitor.leave` fails on a dialog, a script error or a complaint of the content security policy.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startDemo } from '../env/server.mjs';
import { authorizationRequest, giveName, launch, visitor } from './support.mjs';

let demo;
let browser;
before(async () => { [demo, browser] = await Promise.all([startDemo(), launch()]); });
after(async () => { await browser?.close(); await demo?.stop(); });

const ATTACKS = {
  state: '"><script>alert(1)</script>',
  error_hint: '"><script>alert(2)</script>',
  ui_locales: '<svg onload=alert(3)>',
  login_hint: '" autofocus onfocus="alert(4)',
  claims: JSON.stringify({ '<img src=x onerror=alert(5)>': 1 }),
};

/** What the attack would have made: an element or an attribute that no template of ours writes. */
async function expectNothingInjected(page) {
  const injected = await page.evaluate(() => [...document.querySelectorAll('*')].filter((element) => (
    element.getAttributeNames().some((name) => name.startsWith('on'))
    || (element.localName === 'script' && !element.src)
    || (element.localName === 'img' && element.getAttribute('src') === 'x')
  )).map((element) => element.outerHTML));
  assert.deepEqual(injected, []);
}

async function attacked(page, parameters) {
  const url = await authorizationRequest(page, demo, demo.portals[0]);
  Object.entries(parameters).forEach(([name, value]) => url.searchParams.set(name, value));
  return url;
}

for (const [name, value] of Object.entries(ATTACKS)) {
  test(`${name} is not executed on the sign-in page or the error page`, async () => {
    const citizen = await visitor(browser);
    const page = await citizen.page();
    const url = await attacked(page, { [name]: value });
    const response = await page.goto(url.href);
    assert.doesNotMatch(response.headers()['content-security-policy'] ?? 'none', /unsafe-inline|unsafe-eval|^none$/);
    await expectNothingInjected(page);

    url.searchParams.set('redirect_uri', 'http://127.0.0.1:1/"><script>alert(6)</script>');
    const refused = await page.goto(url.href);
    assert.equal(refused.status(), 400);
    await page.locator('#error-code').waitFor();
    await expectNothingInjected(page);
    await citizen.leave();
  });
}

/** Lets the provider answer the portal, and keeps the answer instead of delivering it. */
async function answerTo(page, journey) {
  const [portal] = demo.portals;
  await page.route((url) => url.href.startsWith(portal.url), (route) => route.abort());
  const [request] = await Promise.all([
    page.waitForRequest((each) => each.url().startsWith(portal.url) && each.isNavigationRequest()),
    journey(),
  ]);
  return new URL(request.url());
}

test('state comes back byte for byte, in a success and in an error', async () => {
  const citizen = await visitor(browser);
  const page = await citizen.page();
  const url = await attacked(page, { state: ATTACKS.state });
  url.searchParams.set('prompt', 'none');
  const refused = await answerTo(page, () => page.goto(url.href).catch(() => {}));
  assert.equal(refused.searchParams.get('error'), 'login_required');
  assert.equal(refused.searchParams.get('state'), ATTACKS.state);
  assert.doesNotMatch(refused.search, /[<>"]/);

  url.searchParams.delete('prompt');
  await page.goto(url.href);
  const back = await answerTo(page, () => giveName(page, demo.people[0]));
  assert.ok(back.searchParams.get('code'));
  assert.equal(back.searchParams.get('state'), ATTACKS.state);
  await citizen.leave();
});
