// Sends what an outside fuzzer makes of the OpenAPI document to a real server: with a machine's token and with none. Any answer 5xx, or one that
// the document does not promise, fails.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { smallCountry } from '../env/country.mjs';
import { temporaryFolder, until } from '../env/processes.mjs';
import { startServer } from '../env/server.mjs';

const SEED = '20250701';
// Negative values that are sent for strings of a path or a query are strings again and may be right; and what a caller may not do is refused
// before it is read: both are said by the journeys, value by value.
const CHECKS = [
  'not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_headers_conformance',
  'response_schema_conformance', 'unsupported_method', 'ignored_auth', 'allow_header_conformance',
].join(',');

const fuzzer = process.env.SCHEMATHESIS;
if (!fuzzer) throw new Error('SCHEMATHESIS must name the program; tests/run sets it');

const secret = `cs_${randomBytes(32).toString('base64url')}`;
const party = (issuer) => `
[[party]]
client_id = "fuzzer"
client_secret = "${secret}"
name = { vi = "Máy thử", en = "Fuzzer" }
scopes = ["admin"]
grant_types = ["client_credentials"]
audience = "${issuer}/api/v1"
`;
const server = await startServer(party, '[admin]\nrequests_per_minute = 1000000\n[oidc]\naccess_token_lifetime_seconds = 3600\n');
const idp = (...args) => execFileSync(process.env.IDP_BIN, [...args, '--config', server.config], { stdio: ['ignore', 'ignore', 'inherit'] });
idp('load', 'units', '--from', smallCountry());
for (const role of ['unit-editor', 'auditor']) idp('admin', 'grant', '--party', 'fuzzer', '--role', role, '--decision', 'test');

async function token() {
  const answer = await fetch(`${server.issuer}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`fuzzer:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'admin' }),
  });
  if (!answer.ok) throw new Error(`no token: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).access_token;
}
await until('the server knows the party', token, 10);

async function fuzz(what, headers) {
  const args = [
    'run', `${server.issuer}/api/openapi.json`, '--url', server.issuer, '--checks', CHECKS, '--seed', SEED, '--no-color',
    '--max-examples', process.env.FUZZ_EXAMPLES ?? '15', '--continue-on-failure', '--warnings', 'off',
    ...headers.flatMap((header) => ['--header', header]),
  ];
  const child = spawn(fuzzer, args, { cwd: temporaryFolder('fuzz'), stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk) => { said += chunk; });
  const [code] = await once(child, 'exit');
  console.log(`${what}: ${said.match(/\d+ passed.*|\d+ generated.*/g)?.join('; ') ?? 'no summary'}`);
  if (code !== 0) console.log(said.slice(-12_000));
  return code === 0;
}

const bearer = `Bearer ${await token()}`;
const content = [await fuzz('with a token', [`Authorization: ${bearer}`]), await fuzz('with none', [])].every(Boolean);
// A fuzzer that is only ever turned away proves nothing: some of its change sets must have been written.
const written = await (await fetch(`${server.issuer}/api/v1/changes`, { headers: { authorization: bearer } })).json();
console.log(`change sets on the first page: ${written.items?.length}`);
const health = await fetch(`${server.management}/readyz`);
await server.stop();
if (!content || !health.ok || !(written.items?.length > 0)) {
  console.log(`what the server said last:\n${server.output().slice(-4000)}`);
  process.exit(1);
}
