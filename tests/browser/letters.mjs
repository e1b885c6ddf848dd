// Codes as people get them: from an app for codes, and from the messages that the server wrote instead of sending them.

import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectPage, giveName } from './support.mjs';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const STEP_MS = 30_000;

/** The code of RFC 6238 for a key in base 32, so many steps from now. */
export function appCode(key, now, steps = 0) {
  const bits = [...key.replace(/\s/g, '')].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / STEP_MS) + steps));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** A code that was not used before: each counts once, so the clock of the server goes on to the next. */
export async function freshCode(demo, key) {
  const { now } = await demo.clock({ advance_seconds: STEP_MS / 1_000 });
  return appCode(key, now);
}

/** Signs in at the page of second factors and sets an app for codes up, under a name; ends at the paper codes and gives the key of the app. */
export async function setUpApp(page, demo, who, label) {
  await page.goto(`${demo.issuer}/account/factors`);
  await giveName(page, who);
  await expectPage(page, 'factors');
  await page.locator('#app-add').click();
  await expectPage(page, 'totp-setup');
  const key = await page.locator('#totp-key').innerText();
  if (label) await page.locator('#label').fill(label);
  await page.locator('#code').fill(await freshCode(demo, key));
  await page.locator('#totp-submit').click();
  await expectPage(page, 'recovery-codes');
  return key;
}

/** Sends what waits, and gives the messages to an address, the newest last. */
export async function messagesTo(demo, address) {
  await demo.clock({ run_jobs: true });
  const file = join(demo.state_dir, 'messages.jsonl');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  return lines.map((line) => JSON.parse(line)).filter(({ to }) => to === address);
}

/** The code in the newest message to an address. */
export async function codeSentTo(demo, address) {
  const letter = (await messagesTo(demo, address)).findLast(({ body }) => /\b\d{6}\b/.test(body));
  if (!letter) throw new Error(`no code was sent to ${address}`);
  return letter.body.match(/\b\d{6}\b/)[0];
}

/** Adds an address and proves it; the page is `factors` before and after. */
export async function proveAddress(page, demo, address) {
  await page.locator('#address').fill(address);
  await page.locator('#contact-add').click();
  await expectPage(page, 'contact-proof');
  await page.locator('#code').fill(await codeSentTo(demo, address.replaceAll(' ', '').replace(/^0/, '+84')));
  await page.locator('#contact-proof-submit').click();
  await expectPage(page, 'factors');
}
