// Every page of ours, and how a person gets there: for the tests that look at each, and for the pictures in docs/screens.
// Pages are known only by what docs/contract.md promises.

import { createHash } from 'node:crypto';
import { applyTo, dayAhead, importTo, operate } from '../env/server.mjs';
import {
  authorizationRequest, device, enrol, expectPage, giveName, makePasskey, signIn, startAt,
} from './support.mjs';
import { factorWays, registerPeople } from './ways_factors.mjs';

/** Opens the authorization request that a portal makes, with one parameter changed. */
export async function changedRequest(page, demo, portal, name, value) {
  const url = await authorizationRequest(page, demo, portal);
  url.searchParams.set(name, value);
  await page.goto(url.href);
}

/** Answers in the portal's place with 204, on which a browser stays where it is: a page that goes on by itself can be looked at. */
export const holdAnswer = (page, portal) => page.route((url) => url.href.startsWith(portal.url), (route) => {
  const isAnswer = route.request().method() === 'POST' || route.request().url().includes('code=');
  return isAnswer ? route.fulfill({ status: 204 }) : route.continue();
});

/** A service that has to ask, with one purpose that may be left out. Nothing answers at its address: the browser stays where it is. */
const SURVEY = { client_id: 'khao-sat', redirect_uri: 'http://127.0.0.1:8999/khao-sat' };

/** Registers the service that asks, and the people whom the pages need. */
export async function register(demo) {
  await registerPeople(demo);
  applyTo(demo, `
[[party]]
client_id = "${SURVEY.client_id}"
kind = "public"
token_endpoint_auth_method = "none"
name = { vi = "Khảo sát hài lòng", en = "Satisfaction survey" }
redirect_uris = ["${SURVEY.redirect_uri}"]
scopes = ["openid", "profile", "identity"]
grant_types = ["authorization_code"]
consent = "explicit"

[[party.purposes]]
id = "survey"
scopes = ["profile"]
text = { vi = "Gửi phiếu hỏi về hồ sơ bạn đã nộp", en = "Sending questions about applications you handed in" }
controller = { vi = "Văn phòng Uỷ ban nhân dân tỉnh", en = "Office of the People's Committee" }
retention_days = 365

[[party.purposes]]
id = "match"
scopes = ["identity"]
optional = true
text = { vi = "Ghép câu trả lời với hồ sơ cũ của bạn", en = "Matching answers with your earlier applications" }
controller = { vi = "Văn phòng Uỷ ban nhân dân tỉnh", en = "Office of the People's Committee" }
retention_days = 90
`);
  // The server follows the database by a job.
  await demo.clock({ run_jobs: true });
}

let listed = 0;

/** An official whom a list brought, and the link to an account of theirs: another one each time, because a link makes an account once. */
function invitation(demo) {
  listed += 1;
  const number = `079085${700_000 + listed}`;
  const { rows } = importTo(demo, `number,name,unit,position,roles,from,decision,decision_date
${number},Lý Thị Ngọc,22015-ubnd,chuyen-vien-xa,nhan-ho-so,2025-08-01,12/QĐ-UBND,2025-07-28
`);
  return { number, link: operate(demo, 'officials', 'invite', rows[0].post).link };
}

function surveyRequest(demo) {
  const url = new URL(`${demo.issuer}/oauth2/authorize`);
  const challenge = createHash('sha256').update('a'.repeat(43)).digest('base64url');
  Object.entries({
    client_id: SURVEY.client_id, redirect_uri: SURVEY.redirect_uri, response_type: 'code', scope: 'openid profile identity',
    code_challenge: challenge, code_challenge_method: 'S256', state: 'x', nonce: 'y', prompt: 'consent',
  }).forEach(([name, value]) => url.searchParams.set(name, value));
  return url.href;
}

/** Page name → how a person gets there. A word after the name tells two states of one page apart. */
export function ways(demo) {
  const [first, second] = demo.portals;
  const [person] = demo.people;
  /** Each person enrols once. */
  let enrolled = 0;

  /** Known by the first portal, and now the second one asks in a way of its own. */
  const signedInWith = (name, value) => async (page) => {
    await signIn(page, first, person);
    await changedRequest(page, demo, second, name, value);
  };
  const signedInAt = (path) => async (page) => {
    await signIn(page, first, person);
    await page.goto(`${demo.issuer}${path}`);
  };

  /** Signed in as one of the officials, at a page of theirs. */
  const officialAt = (number, path) => async (page) => {
    await page.goto(`${demo.issuer}${path}`);
    await giveName(page, demo.officials[number]);
    await page.locator('main').waitFor();
  };
  const delegating = (to) => async (page) => {
    await officialAt(0, '/account/delegations/new')(page);
    await expectPage(page, 'delegation-new');
    await page.locator('#to').fill(to());
    await page.locator('#role input').first().check();
    await page.locator('#first').fill(await dayAhead(demo, 0));
    await page.locator('#last').fill(await dayAhead(demo, 5));
    await page.locator('#reason').fill('Đi công tác tại các xã');
    await page.locator('#delegation-next').click();
  };

  /** On a machine that others use, too. */
  const onSharedMachine = async (page) => {
    await page.goto(`${demo.issuer}/account`);
    await page.locator('#shared').check();
    await giveName(page, person);
    await page.locator('#shared-warning').waitFor();
  };

  const askedBySurvey = async (page) => {
    await signIn(page, first, person);
    await page.goto(surveyRequest(demo));
    await expectPage(page, 'consent');
  };

  /** One person keeps one passkey, on whichever device they come with. */
  let kept;
  const withPasskey = async (page) => {
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
  };

  return {
    home: (page) => page.goto(demo.issuer),
    'sign-in': (page) => startAt(page, first),
    'sign-in refused': async (page) => {
      await startAt(page, first);
      await giveName(page, { login: person.login, password: 'sai-mat-khau' });
      await page.locator('#error-summary').waitFor();
    },
    'sign-in again': signedInWith('prompt', 'login'),
    'select-account': signedInWith('prompt', 'select_account'),
    consent: signedInWith('prompt', 'consent'),
    continue: async (page) => {
      await holdAnswer(page, first);
      await startAt(page, first);
      await giveName(page, person);
      await page.locator('#continue-link').waitFor();
    },
    'form-post': async (page) => {
      await changedRequest(page, demo, first, 'response_mode', 'form_post');
      await holdAnswer(page, first);
      await giveName(page, person);
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
    account: signedInAt('/account'),
    factors: signedInAt('/account/factors'),
    'change-password': signedInAt('/account/password'),
    recover: (page) => page.goto(`${demo.issuer}/recover`),
    'account-services': signedInAt('/account/services'),
    'account-service': signedInAt(`/account/services/${first.client_id}`),
    'account-history': signedInAt('/account/history'),
    'account-sessions': signedInAt('/account/sessions'),
    'account-access': signedInAt('/account/access'),
    'account-settings': signedInAt('/account/settings'),
    'choose-post': async (page) => {
      await startAt(page, first);
      await giveName(page, demo.officials[1]);
      await expectPage(page, 'choose-post');
    },
    'account-posts': officialAt(1, '/account/posts'),
    'account-posts ahead': async (page) => {
      await officialAt(1, '/account/posts')(page);
      await expectPage(page, 'account-posts');
      await page.locator('#at').fill('01/01/2031');
      await page.locator('#day-submit').click();
      await page.locator('#as-of', { hasText: '01/01/2031' }).waitFor();
    },
    'account-posts refused': async (page) => {
      await officialAt(1, '/account/posts')(page);
      await expectPage(page, 'account-posts');
      await page.locator('#at').fill('31/02/2031');
      await page.locator('#day-submit').click();
      await page.locator('#at-error').waitFor();
    },
    'account-delegations': officialAt(2, '/account/delegations'),
    'delegation-new': officialAt(2, '/account/delegations/new'),
    'delegation-new refused': async (page) => {
      await delegating(() => 'khong-co-ai')(page);
      await page.locator('#error-summary').waitFor();
    },
    'delegation-review': async (page) => {
      await delegating(() => demo.officials[1].login)(page);
      await page.locator('#summary').waitFor();
    },
    'account-approvals': officialAt(2, '/account/approvals'),
    'account-reported': async (page) => {
      await signedInAt('/account/history')(page);
      await page.locator('#history form button').first().click();
    },
    'consent optional': askedBySurvey,
    'account-receipt': async (page) => {
      await askedBySurvey(page);
      // The page goes on to the party by itself; only when it has arrived does nothing cut our own way short.
      const isParty = (url) => url.href.startsWith(SURVEY.redirect_uri);
      await page.route(isParty, (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<title>survey</title>' }));
      await page.locator('#consent-allow').click();
      await page.waitForURL(isParty);
      await page.goto(`${demo.issuer}/account/services/${SURVEY.client_id}`);
      await page.locator('a.receipt').first().click();
      await expectPage(page, 'account-receipt');
    },
    'passkey-failed': async (page) => {
      await startAt(page, first);
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
    'sign-out': signedInAt('/oauth2/logout'),
    'signed-out': async (page) => {
      await signedInAt('/oauth2/logout')(page);
      await page.locator('#sign-out-confirm').click();
    },
    'account shared': (page) => onSharedMachine(page),
    'signed-out shared': async (page) => {
      await onSharedMachine(page);
      await page.goto(`${demo.issuer}/oauth2/logout`);
      await page.locator('#sign-out-confirm').click();
      await page.locator('#shared-warning').waitFor();
    },
    'passkey-create in-app': async (page) => {
      // Inside another app there are no passkeys, and its browser says whose it is.
      const session = await page.context().newCDPSession(page);
      await session.send('Emulation.setUserAgentOverride', { userAgent: 'Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36 Zalo android/24' });
      await page.goto(`${demo.issuer}/account/passkeys/new`);
      await giveName(page, demo.people[1]);
      await page.locator('#in-app').waitFor();
    },
    'break-glass': (page) => page.goto(operate(demo, 'admin', 'break-glass', 'create').link),
    'break-glass-done': async (page) => {
      await device(page, { transport: 'usb' });
      await page.goto(operate(demo, 'admin', 'break-glass', 'create').link);
      await page.locator('#passkey-submit').click();
      await expectPage(page, 'break-glass-done');
      // There are two at most, and somebody else wants to see this page, too.
      operate(demo, 'admin', 'break-glass', 'retire', await page.locator('#number').getAttribute('data-number'), '--because', 'seen');
    },
    invited: (page) => page.goto(invitation(demo).link),
    'invited-done': async (page) => {
      const { link, number } = invitation(demo);
      await page.goto(link);
      await page.locator('#personal_number').fill(number);
      await page.locator('#new_password').fill('con trâu lội qua sông dài');
      await page.locator('#new_password_again').fill('con trâu lội qua sông dài');
      await page.locator('#invited-submit').click();
    },
    'invited refused': async (page) => {
      await page.goto(invitation(demo).link);
      await page.locator('#personal_number').fill('079');
      await page.locator('#invited-submit').click();
      await page.locator('#personal_number-error').waitFor();
    },
    error: (page) => page.goto(`${demo.issuer}/oauth2/authorize?client_id=nobody`),
    // Last: they move the clock, and what is handed on begins today.
    ...factorWays(demo),
  };
}
