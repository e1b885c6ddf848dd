// The parties and the person that the outside clients use, as a file for `idp apply`.

import { generateKeyPairSync, randomBytes } from 'node:crypto';

const secret = () => `cs_${randomBytes(32).toString('base64url')}`;

function keyPair() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const extra = { kid: 'peer-1', alg: 'ES256', use: 'sig' };
  return { publicJwk: { ...publicKey.export({ format: 'jwk' }), ...extra }, privateJwk: { ...privateKey.export({ format: 'jwk' }), ...extra } };
}

/** JSON as a TOML value, on one line. */
function toml(value) {
  if (Array.isArray(value)) return `[${value.map(toml).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    return `{ ${Object.entries(value).map(([key, inner]) => `${key} = ${toml(inner)}`).join(', ')} }`;
  }
  return JSON.stringify(value);
}

const table = (name, fields) => `[[${name}]]\n${Object.entries(fields).map(([key, value]) => `${key} = ${toml(value)}\n`).join('')}\n`;

/** Everything that both sides must know of each other. `partyUrl` is where the Apache of the second peer listens. */
export function plan(partyUrl) {
  const { publicJwk, privateJwk } = keyPair();
  const resource = 'https://api.example';
  const web = { client_id: 'peer-web', client_secret: secret(), redirect_uri: 'http://127.0.0.1:9/callback', after: 'http://127.0.0.1:9/signed-out' };
  const apache = { client_id: 'peer-apache', client_secret: secret(), redirect_uri: `${partyUrl}/protected/redirect` };
  const person = { login: 'nguyenvanthu', password: `mat-khau-${randomBytes(12).toString('hex')}`, name: 'Nguyễn Văn Thử' };
  const desired = [
    table('party', {
      client_id: web.client_id, client_secret: web.client_secret, name: { vi: 'Dịch vụ thử', en: 'Test service' }, kind: 'confidential',
      redirect_uris: [web.redirect_uri], post_logout_redirect_uris: [web.after], scopes: ['openid', 'profile', 'offline_access'],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'], token_endpoint_auth_method: 'client_secret_basic',
      audience: resource, resources: [resource], consent: 'implied',
    }),
    table('party', {
      client_id: 'peer-machine', name: { vi: 'Máy thử', en: 'Test machine' }, kind: 'confidential', scopes: [],
      grant_types: ['client_credentials'], token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [publicJwk] },
      audience: resource, resources: [resource],
    }),
    table('party', {
      client_id: apache.client_id, client_secret: apache.client_secret, name: { vi: 'Cổng Apache', en: 'Apache portal' }, kind: 'confidential',
      redirect_uris: [apache.redirect_uri], post_logout_redirect_uris: [`${partyUrl}/`],
      backchannel_logout_uri: `${apache.redirect_uri}?logout=backchannel`, scopes: ['openid', 'profile'],
      grant_types: ['authorization_code'], token_endpoint_auth_method: 'client_secret_basic', consent: 'implied',
    }),
    table('person', { ...person, birthdate: '1985-03-15', state: 'active' }),
  ].join('');
  return { desired, web, apache, person, resource, machine: { client_id: 'peer-machine', jwk: privateJwk } };
}
