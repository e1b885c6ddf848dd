// Starts the `idp` executable: as `idp demo` for the browser journeys, as `idp serve` for clients of our own registration.

import { execFileSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answers, freePortBase, Program, temporaryFolder } from './processes.mjs';

function program() {
  if (!process.env.IDP_BIN) throw new Error('IDP_BIN must name the idp executable; tests/run sets it');
  return process.env.IDP_BIN;
}

const DAY_MS = 86_400_000;
/** Việt Nam is seven hours ahead of UTC, all the year. */
const dayOf = (now) => new Date(now + 7 * 3_600_000).toISOString().slice(0, 10);

/**
 * What `idp demo --json` printed (docs/contract.md, section 10), with `stop` and the test clock. It begins at eight in the morning, so that no
 * test meets midnight between two pages, at whatever hour it runs.
 */
export async function startDemo() {
  const base = await freePortBase([0, 1, 2, 10, 1000]);
  const folder = temporaryFolder('demo');
  const args = ['demo', '--json', '--port-base', String(base), '--state-dir', folder, '--on', dayOf(Date.now() + DAY_MS)];
  const server = new Program('idp demo', program(), args);
  let demo;
  // Long, for a machine that builds meanwhile: a test server has people to hash passwords for.
  await server.ready(() => { demo = JSON.parse(server.stdout); return true; }, 240);
  // Further servers that a way to a page needed: they go with this one.
  const beside = [];
  const stop = async () => { await Promise.all(beside.map((each) => each.stop())); await server.stop(); };
  return { ...demo, beside, clock: (order) => moveClock(demo.management, order), stop };
}

/** Runs a command of the program beside a running demo, and gives what it printed. */
export function command(demo, ...args) {
  const config = ['--config', join(demo.state_dir, 'idp.toml')];
  return execFileSync(program(), [...args, ...config], { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
}

/** Applies desired state (TOML, docs/contract.md, section 8) to a running demo. */
export function applyTo(demo, desired) {
  const file = join(temporaryFolder('desired'), 'desired.toml');
  writeFileSync(file, desired);
  command(demo, 'apply', file);
}

/** What an operator of a running demo is answered by a command. */
export const operate = (demo, ...args) => JSON.parse(command(demo, ...args, '--json'));

/**
 * Writes into the SQLite file of a running demo a state to which no page and no command leads: one that another version left, or two requests of the
 * same moment. The statement changes one row.
 */
export function alter(demo, statement) {
  const write = 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=30); print(c.execute(sys.argv[2]).rowcount); c.commit()';
  const changed = execFileSync('python3', ['-c', write, join(demo.state_dir, 'idp.db'), statement], { encoding: 'utf8' }).trim();
  if (changed !== '1') throw new Error(`${changed} rows were changed: ${statement}`);
}

/** Imports posts (CSV) into a running demo, and gives what became of each row. */
export function importTo(demo, table) {
  const file = join(temporaryFolder('table'), 'posts.csv');
  writeFileSync(file, table);
  return operate(demo, 'officials', 'import', file);
}

/** The day so many days ahead by the clock of a running demo, as people write it. */
export async function dayAhead(demo, days) {
  const { now } = await demo.clock({ advance_seconds: 0 });
  return dayOf(now + days * DAY_MS).split('-').reverse().join('/');
}

/** `{ advance_seconds }` and `{ run_jobs: true }` of docs/contract.md, section 9. */
export async function moveClock(management, order) {
  const response = await fetch(`${management}/test/clock`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(order),
  });
  if (!response.ok) throw new Error(`/test/clock answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/**
 * A server with its own SQLite file, and with the desired state of `desired` (TOML, docs/contract.md, section 8, or what makes it of the issuer)
 * applied to it. `more` is added to its configuration.
 */
export async function startServer(desired, more = '') {
  const port = await freePortBase([0, 1000]);
  const folder = temporaryFolder('serve');
  const issuer = `http://localhost:${port}`;
  const management = `http://127.0.0.1:${port + 1000}`;
  const config = join(folder, 'idp.toml');
  const state = join(folder, 'state.toml');
  writeFileSync(config, configuration({ issuer, port, folder }) + more);
  writeFileSync(state, typeof desired === 'function' ? desired(issuer) : desired);
  let server;
  const start = async () => {
    server = new Program('idp serve', program(), ['serve', '--config', config]);
    await server.ready(answers(`${management}/readyz`));
  };
  await start();
  execFileSync(program(), ['apply', state, '--config', config], { stdio: ['ignore', 'ignore', 'inherit'] });
  return {
    issuer, management, config, state_dir: folder, output: () => server.output, stop: () => server.stop(),
    clock: (order) => moveClock(management, order),
    /** Stops the server, adds to its configuration, and starts it again. */
    restart: async (added) => { await server.stop(); appendFileSync(config, added); await start(); },
  };
}

function configuration({ issuer, port, folder }) {
  const sealing = join(folder, 'sealing-key');
  writeFileSync(sealing, execFileSync(program(), ['keys', 'new-secret'], { stdio: ['ignore', 'pipe', 'ignore'] }), { mode: 0o600 });
  return `
[server]
public_url = "${issuer}"
listen = ["127.0.0.1:${port}"]
management_listen = "127.0.0.1:${port + 1000}"

[database]
url = "sqlite:${join(folder, 'idp.db')}"

[secrets]
key_file = "${sealing}"

[notify]
file = "${join(folder, 'messages.jsonl')}"

[people]
local_passwords = "on"

[[outgoing.allow]]
host = "127.0.0.1"
network = "127.0.0.0/8"
purpose = "backchannel-logout"

[test]
clock = true
`;
}
