// The npm package openid-client against a running server: what a department's Node service would do.
//
// Environment: ISSUER; CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, POST_LOGOUT_REDIRECT_URI (client_secret_basic);
// KEY_CLIENT_ID, KEY_CLIENT_JWK (private_key_jwt); RESOURCE (an API that both may call); LOGIN, PASSWORD.

import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { Browser, signIn } from '../browser.mjs';
import { Checks } from '../checks.mjs';

const env = (name) => process.env[name] ?? assert.fail(`${name} is not set`);
const issuer = env('ISSUER');
const person = { login: env('LOGIN'), password: env('PASSWORD') };
const redirectUri = env('REDIRECT_URI');
const afterLogout = env('POST_LOGOUT_REDIRECT_URI');
const resource = env('RESOURCE');
const checks = new Checks('openid-client');
const browser = new Browser({ stopAt: [redirectUri, afterLogout] });

const discover = (clientId, metadata, authentication) => oidc.discovery(new URL(issuer), clientId, metadata, authentication, {
  execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks], // http on loopback; ID token signatures are verified
});

/** One authorization request, up to the address that the party would be called back with. */
async function authorize(config, parameters = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const expected = { pkceCodeVerifier: verifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(), idTokenExpected: true };
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri, scope: 'openid profile offline_access', state: expected.expectedState, nonce: expected.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...parameters,
  });
  return { page: await browser.get(url), expected };
}

const refused = (promise, error) => assert.rejects(promise, (thrown) => {
  assert.equal(thrown.error, error, `${thrown.error}: ${thrown.message}`);
  return true;
});

const party = await checks.check('discovery', async () => {
  const config = await discover(env('CLIENT_ID'), {}, oidc.ClientSecretBasic(env('CLIENT_SECRET')));
  const server = config.serverMetadata();
  assert.equal(server.issuer, issuer);
  assert.ok(server.code_challenge_methods_supported.includes('S256'));
  assert.equal(server.authorization_response_iss_parameter_supported, true);
  return config;
});
if (!party) { checks.finish(); process.exit(); }

await checks.check('RFC 8414 metadata is the same server', async () => {
  const config = await oidc.discovery(new URL(issuer), env('CLIENT_ID'), {}, oidc.None(), { algorithm: 'oauth2', execute: [oidc.allowInsecureRequests] });
  assert.equal(config.serverMetadata().token_endpoint, party.serverMetadata().token_endpoint);
});

let spent;
const tokens = await checks.check('code with PKCE, sign-in form, ID token validated', async () => {
  const { page, expected } = await authorize(party);
  const back = await signIn(browser, page, person);
  assert.ok(back.url.startsWith(redirectUri), `ended at ${back.url} (${back.name})`);
  assert.equal(new URL(back.url).searchParams.get('iss'), issuer);
  spent = { back, expected };
  const answer = await oidc.authorizationCodeGrant(party, new URL(back.url), expected);
  const claims = answer.claims();
  assert.equal(claims.acr, 'urn:idp:aal1');
  assert.deepEqual(claims.amr, ['pwd']);
  assert.ok(claims.sid && claims.auth_time);
  return answer;
});
if (!tokens) { checks.finish(); process.exit(); }
const { sub } = tokens.claims();

await checks.check('userinfo', async () => {
  const claims = await oidc.fetchUserInfo(party, tokens.access_token, sub);
  assert.ok(claims.name.length > 0);
});

await checks.check('a second request is answered by the session, with prompt=none', async () => {
  const { page, expected } = await authorize(party, { prompt: 'none', scope: 'openid' });
  const answer = await oidc.authorizationCodeGrant(party, new URL(page.url), expected);
  assert.equal(answer.claims().sub, sub);
});

await checks.check('prompt=login asks again and the ID token has a fresh auth_time', async () => {
  const { page, expected } = await authorize(party, { prompt: 'login', scope: 'openid' });
  assert.equal(page.name, 'sign-in');
  const back = await browser.submit(page, 'sign-in-form', { password: person.password }, 'sign-in-submit');
  const answer = await oidc.authorizationCodeGrant(party, new URL(back.url), expected);
  assert.equal(answer.claims().sub, sub);
  assert.ok(answer.claims().auth_time >= tokens.claims().auth_time);
});

await checks.check('cancel comes back as access_denied', async () => {
  const { page, expected } = await authorize(party, { prompt: 'login', scope: 'openid' });
  const back = await browser.submit(page, 'cancel-form', {}, 'cancel');
  await refused(oidc.authorizationCodeGrant(party, new URL(back.url), expected), 'access_denied');
});

const refreshed = await checks.check('refresh token rotates', async () => {
  const answer = await oidc.refreshTokenGrant(party, tokens.refresh_token);
  assert.notEqual(answer.refresh_token, tokens.refresh_token);
  assert.notEqual(answer.access_token, tokens.access_token);
  return answer;
});

await checks.check('introspection of a live access token', async () => {
  const answer = await oidc.tokenIntrospection(party, (refreshed ?? tokens).access_token);
  assert.equal(answer.active, true);
  assert.equal(answer.sub, sub);
});

await checks.check('a revoked refresh token is dead', async () => {
  assert.ok(refreshed, 'there was nothing to revoke');
  await oidc.tokenRevocation(party, refreshed.refresh_token);
  await refused(oidc.refreshTokenGrant(party, refreshed.refresh_token), 'invalid_grant');
});

await checks.check('client_credentials with client_secret_basic', async () => {
  const answer = await oidc.clientCredentialsGrant(party, { resource });
  assert.equal(answer.token_type, 'bearer');
  assert.equal(answer.refresh_token, undefined);
  const header = JSON.parse(Buffer.from(answer.access_token.split('.')[0], 'base64url'));
  assert.equal(header.typ, 'at+jwt');
});

await checks.check('a wrong client secret is invalid_client', async () => {
  const wrong = await discover(env('CLIENT_ID'), {}, oidc.ClientSecretBasic('cs_wrong'));
  const thrown = await oidc.clientCredentialsGrant(wrong, { resource }).then(() => assert.fail('it was accepted'), (error) => error);
  assert.equal(thrown.status, 401);
  assert.equal(thrown.cause[0].scheme, 'basic'); // RFC 6749 section 5.2: the scheme that the client used
  assert.equal((await thrown.response.json()).error, 'invalid_client');
});

await checks.check('client_credentials with private_key_jwt', async () => {
  const jwk = JSON.parse(env('KEY_CLIENT_JWK'));
  const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  const machine = await discover(env('KEY_CLIENT_ID'), {}, oidc.PrivateKeyJwt({ key, kid: jwk.kid }));
  const answer = await oidc.clientCredentialsGrant(machine, { resource });
  assert.ok(answer.expires_in <= 300);
});

await checks.check('a code spent twice is invalid_grant', () =>
  refused(oidc.authorizationCodeGrant(party, new URL(spent.back.url), spent.expected), 'invalid_grant'));

await checks.check('RP-initiated logout ends the session and comes back', async () => {
  const state = oidc.randomState();
  const url = oidc.buildEndSessionUrl(party, { id_token_hint: tokens.id_token, post_logout_redirect_uri: afterLogout, state });
  let page = await browser.get(url);
  if (page.name === 'sign-out') page = await browser.submit(page, 'sign-out-form', {}, 'sign-out-confirm');
  assert.ok(page.url.startsWith(afterLogout), `ended at ${page.url} (${page.name})`);
  assert.equal(new URL(page.url).searchParams.get('state'), state);
  const { page: again, expected } = await authorize(party, { prompt: 'none', scope: 'openid' });
  await refused(oidc.authorizationCodeGrant(party, new URL(again.url), expected), 'login_required');
});

checks.finish();
