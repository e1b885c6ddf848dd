// Starts a server, registers the outside clients and runs each against it. Exit code 1 when one of them is not content.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePortBase, until } from '../env/processes.mjs';
import { startServer } from '../env/server.mjs';
import { plan } from './parties.mjs';

const partyPort = await freePortBase();
const agreed = plan(`http://127.0.0.1:${partyPort}`);
const server = await startServer(agreed.desired);

// What the command line wrote is noticed by the running server within five seconds (docs/contract.md).
await until('the server knows the parties', async () => {
  const answer = await fetch(`${server.issuer}/oauth2/authorize?client_id=${agreed.web.client_id}`);
  return !(await answer.text()).includes('party-unknown');
}, 10);

const shared = { ISSUER: server.issuer, LOGIN: agreed.person.login, PASSWORD: agreed.person.password };
const peers = {
  'openid-client/check.mjs': {
    CLIENT_ID: agreed.web.client_id, CLIENT_SECRET: agreed.web.client_secret, REDIRECT_URI: agreed.web.redirect_uri,
    POST_LOGOUT_REDIRECT_URI: agreed.web.after, RESOURCE: agreed.resource,
    KEY_CLIENT_ID: agreed.machine.client_id, KEY_CLIENT_JWK: JSON.stringify(agreed.machine.jwk),
  },
  'mod_auth_openidc/check.mjs': {
    CLIENT_ID: agreed.apache.client_id, CLIENT_SECRET: agreed.apache.client_secret, PARTY_PORT: String(partyPort),
    MANAGEMENT: server.management, PERSON_NAME: agreed.person.name,
  },
};

let failed = 0;
for (const [script, env] of Object.entries(peers)) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path], { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...shared, ...env } });
  const [code] = await once(child, 'exit');
  if (code !== 0) failed += 1;
}
await server.stop();
if (failed > 0) console.log(`what the server said last:\n${server.output().slice(-4000)}`);
process.exit(failed === 0 ? 0 : 1);
