// A published SCIM client (scim2-client, PyPI) pushes officials into a real server, as the system of a personnel department does.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { smallCountry } from '../env/country.mjs';
import { until } from '../env/processes.mjs';
import { startServer } from '../env/server.mjs';

const python = process.env.SCIM_PYTHON;
if (!python) throw new Error('SCIM_PYTHON must name the interpreter that has the client; tests/run sets it');

const secret = `cs_${randomBytes(32).toString('base64url')}`;
const party = (issuer) => `
[[party]]
client_id = "personnel"
client_secret = "${secret}"
name = { vi = "Phần mềm quản lý cán bộ", en = "Personnel system" }
scopes = ["admin"]
grant_types = ["client_credentials"]
audience = "${issuer}/scim/v2"
`;
const server = await startServer(party);
const idp = (...args) => execFileSync(process.env.IDP_BIN, [...args, '--config', server.config], { stdio: ['ignore', 'ignore', 'inherit'] });
idp('load', 'units', '--from', smallCountry());
idp('officials', 'roles');
const { unit } = await (await fetch(`${server.issuer}/api/v1/public/units/by-code/gso/01`)).json();
idp('admin', 'grant', '--party', 'personnel', '--role', 'personnel-system', '--unit', unit.id, '--decision', 'test');

async function token() {
  const answer = await fetch(`${server.issuer}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`personnel:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'admin' }),
  });
  if (!answer.ok) throw new Error(`no token: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).access_token;
}
await until('the server knows the party', token, 10);

let failed = false;
try {
  const env = { ...process.env, SCIM_URL: `${server.issuer}/scim/v2`, SCIM_TOKEN: await token() };
  execFileSync(python, [new URL('drive.py', import.meta.url).pathname], { stdio: ['ignore', 'inherit', 'inherit'], env });
} catch {
  failed = true;
  console.log(`what the server said last:\n${server.output().slice(-4000)}`);
}
await server.stop();
process.exit(failed ? 1 : 0);
