// mod_auth_openidc, as Debian ships it, in an Apache of its own: signs in, shows the claims, and is signed out from behind.
//
// Environment: ISSUER, MANAGEMENT, CLIENT_ID, CLIENT_SECRET, PARTY_PORT, LOGIN, PASSWORD, PERSON_NAME.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { moveClock } from '../../env/server.mjs';
import { answers, Program, temporaryFolder, until } from '../../env/processes.mjs';
import { Browser, signIn } from '../browser.mjs';
import { Checks } from '../checks.mjs';

const env = (name) => process.env[name] ?? assert.fail(`${name} is not set`);
const party = `http://127.0.0.1:${env('PARTY_PORT')}`;
const person = { login: env('LOGIN'), password: env('PASSWORD') };
const checks = new Checks('mod_auth_openidc');

const CLAIMS = ['sub', 'name', 'iss', 'acr', 'sid'];
const CLAIMS_PAGE = `<!DOCTYPE html><title>claims</title><body data-page="claims"><dl>
${CLAIMS.map((name) => `<dt>${name}<dd id="${name}"><!--#echo encoding="entity" var="OIDC_CLAIM_${name}" --></dd>`).join('\n')}
</dl></body>`;

/** Apache gives up root by itself only with a user to become; it is simpler never to be root. */
function unprivileged() {
  if (process.getuid() !== 0) return {};
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'nobody'])));
  return { uid, gid };
}

async function startApache() {
  const folder = temporaryFolder('apache');
  const account = unprivileged();
  const values = {
    FOLDER: folder, PORT: env('PARTY_PORT'), MODULES: '/usr/lib/apache2/modules', ISSUER: env('ISSUER'),
    CLIENT_ID: env('CLIENT_ID'), CLIENT_SECRET: env('CLIENT_SECRET'), PASSPHRASE: randomBytes(24).toString('hex'),
  };
  const template = readFileSync(new URL('httpd.conf', import.meta.url), 'utf8');
  writeFileSync(join(folder, 'httpd.conf'), template.replaceAll(/@([A-Z_]+)@/g, (_, name) => values[name]));
  mkdirSync(join(folder, 'pages', 'protected'), { recursive: true });
  writeFileSync(join(folder, 'pages', 'index.html'), '<!DOCTYPE html><title>open</title><body data-page="open">open</body>');
  writeFileSync(join(folder, 'pages', 'protected', 'claims.shtml'), CLAIMS_PAGE);
  if (account.uid) chownSync(folder, account.uid, account.gid);
  const apache = new Program('apache2', 'apache2', ['-f', join(folder, 'httpd.conf'), '-DFOREGROUND'], account);
  apache.log = () => readFileSync(join(folder, 'error.log'), 'utf8');
  return apache.ready(answers(`${party}/index.html`), 20);
}

const claims = (page) => {
  assert.equal(page.name, 'claims', `ended at ${page.url} (${page.name}, ${page.status}): ${page.text?.slice(0, 400)}`);
  return Object.fromEntries(CLAIMS.map((name) => [name, page.document.querySelector(`#${name}`).text]));
};

const apache = await startApache();
const browser = new Browser();
const open = () => browser.get(`${party}/protected/claims.shtml`);

const seen = await checks.check('signs in with PKCE and shows the claims', async () => {
  const page = await signIn(browser, await open(), person);
  const told = claims(page);
  assert.equal(told.iss, env('ISSUER'));
  assert.equal(told.acr, 'urn:idp:aal1');
  assert.equal(told.name, env('PERSON_NAME'));
  assert.ok(told.sub.length > 10 && told.sid.length > 0);
  return told;
});

await checks.check('keeps its own session', async () => {
  assert.equal(claims(await open()).sub, seen.sub);
});

await checks.check('back-channel logout ends the session at Apache', async () => {
  const account = await browser.get(`${env('ISSUER')}/account`);
  assert.equal(account.name, 'account');
  await browser.submit(account, 'sign-out-form', {}, 'sign-out-submit');
  await until('Apache forgets the session', async () => {
    await moveClock(env('MANAGEMENT'), { run_jobs: true });
    return (await open()).name === 'sign-in';
  }, 15);
});

await checks.check('signs in again afterwards, as the same subject', async () => {
  const told = claims(await signIn(browser, await open(), person));
  assert.equal(told.sub, seen.sub);
});

await checks.check('logout that Apache starts ends the session at the provider', async () => {
  let page = await browser.get(`${party}/protected/redirect?logout=${encodeURIComponent(`${party}/`)}`);
  if (page.name === 'sign-out') page = await browser.submit(page, 'sign-out-form', {}, 'sign-out-confirm');
  assert.equal(page.name, 'open', `ended at ${page.url}`);
  assert.equal((await open()).name, 'sign-in');
});

await apache.stop();
checks.finish();
if (process.exitCode) console.log(apache.log().split('\n').slice(-30).join('\n'));
