// Starting and stopping programs for the peers and the browser journeys: free ports, folders that go away, ends by process id.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of this process alone, removed when the process ends. */
export function temporaryFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `idp-${name}-`));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function isFree(port) {
  const server = createServer();
  const free = await new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (free) await new Promise((resolve) => { server.close(resolve); });
  return free;
}

/** A first port for which every `base + offset` is free. Below the range that the kernel gives to outgoing connections. */
export async function freePortBase(offsets = [0]) {
  for (let tries = 0; tries < 200; tries += 1) {
    const base = 10_000 + Math.floor(Math.random() * 20_000);
    const free = await Promise.all(offsets.map((offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no free ports on loopback');
}

/** Polls until `probe` answers something truthy; names `what` when it does not in time, or when an error says that it is `final`. */
export async function until(what, probe, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < end) {
    try {
      const value = await probe();
      if (value) return value;
    } catch (error) {
      if (error.final) throw error;
      last = error;
    }
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  throw new Error(`${what}: not within ${seconds} s`, { cause: last });
}

export const answers = (url) => async () => (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;

/** A program that was started here. `output` holds what it said, for the report when it ends too early. */
export class Program {
  constructor(name, command, args, options = {}) {
    this.name = name;
    this.stdout = '';
    this.output = '';
    this.child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    this.child.stdout.on('data', (chunk) => { this.stdout += chunk; this.output += chunk; });
    this.child.stderr.on('data', (chunk) => { this.output += chunk; });
    this.child.on('error', (error) => { this.output += error.message; this.failed = true; });
    this.atExit = () => this.child.kill('SIGKILL');
    process.on('exit', this.atExit);
  }

  /** Waits for `probe`; a program that ends meanwhile is reported with what it said. */
  async ready(probe, seconds = 60) {
    try {
      await until(`${this.name} answers`, () => {
        if (this.failed || this.child.exitCode !== null) throw Object.assign(new Error('it ended'), { final: true });
        return probe();
      }, seconds);
    } catch (error) {
      await this.stop();
      throw new Error(`${this.name} did not start:\n${this.output.slice(-4000)}`, { cause: error });
    }
    return this;
  }

  async stop() {
    process.off('exit', this.atExit);
    if (this.failed || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), 30_000);
    await ended;
    clearTimeout(late);
  }
}
