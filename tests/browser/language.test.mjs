// Vietnamese first; English by one link, without losing the place.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startDemo } from '../env/server.mjs';
import { expectPage, expectSignedIn, giveName, launch, shoot, startAt, visitor } from './support.mjs';

let demo;
let browser;
before(async () => { [demo, browser] = await Promise.all([startDemo(), launch()]); });
after(async () => { await browser?.close(); await demo?.stop(); });

const language = (page) => page.locator('html').getAttribute('lang');

test('the switch changes the language and keeps the sign-in', async () => {
  const citizen = await visitor(browser, { javaScriptEnabled: false });
  const page = await citizen.page();
  await startAt(page, demo.portals[0]);
  await expectPage(page, 'sign-in');
  assert.equal(await language(page), 'vi');
  const title = await page.title();
  await page.locator('a#lang-en').click();
  await page.locator('html[lang="en"]').waitFor();
  await expectPage(page, 'sign-in');
  assert.notEqual(await page.title(), title);
  await shoot(page, 'sign-in-en');
  await giveName(page, { ...demo.people[0], password: 'wrong-password' });
  await page.locator('#error-summary').waitFor();
  assert.equal(await language(page), 'en', 'the language is kept over an error');
  await giveName(page, demo.people[0]);
  await expectSignedIn(page, demo.portals[0]);
  await citizen.leave();
});

test('a browser that asks for English gets English, any other gets Vietnamese', async () => {
  for (const [locale, expected] of [['en-GB', 'en'], ['vi-VN', 'vi'], ['fr-FR', 'vi']]) {
    const citizen = await visitor(browser, { locale });
    const page = await citizen.page();
    await page.goto(demo.issuer);
    assert.equal(await language(page), expected, locale);
    await citizen.leave();
  }
});
