// Checks that every npm package has a licence that we may use and a checksum. The crates are cargo-deny's (.cargo/deny.toml);
// this is the same rule for the package-lock.json files, which cargo-deny does not read.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const ALLOWED = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT', 'MIT-0', 'OFL-1.1', 'Unlicense', 'Zlib']);

// Copyleft by file: fine to run in tests, not to copy from. Each is named, so that a new one is a decision.
const ALLOWED_FOR = { 'MPL-2.0': new Set(['@axe-core/playwright', 'axe-core']) };

/** Whether the package may be used under this SPDX expression: `OR` lets us choose, `AND` binds us to both. */
function permits(expression, name) {
  const words = expression.match(/\(|\)|[^\s()]+/g) ?? [];
  const either = () => {
    let result = both();
    while (words[0] === 'OR') { words.shift(); const right = both(); result = result || right; }
    return result;
  };
  const both = () => {
    let result = one();
    while (words[0] === 'AND') { words.shift(); const right = one(); result = result && right; }
    return result;
  };
  const one = () => {
    const word = words.shift();
    if (word === '(') { const inner = either(); return words.shift() === ')' && inner; }
    return ALLOWED.has(word) || (ALLOWED_FOR[word]?.has(name) ?? false);
  };
  const result = either();
  return result && words.length === 0;
}

/** The check itself must be able to fail: these are its own cases. */
function selfCheck() {
  const cases = [
    ['MIT', true], ['GPL-3.0-only', false], ['MIT OR GPL-3.0-only', true], ['MIT AND GPL-3.0-only', false], ['MIT WITH other', false],
    ['(MIT OR GPL-2.0-only) AND ISC', true], ['MPL-2.0', false], ['(MIT', false], ['', false],
  ];
  const wrong = cases.filter(([expression, expected]) => permits(expression, 'any') !== expected);
  if (wrong.length > 0) throw new Error(`the licence check is broken for ${JSON.stringify(wrong)}`);
}

function npmPackages(lockFile) {
  const { packages } = JSON.parse(readFileSync(lockFile));
  return Object.entries(packages).filter(([path]) => path !== '').map(([path, entry]) => ({
    name: path.replace(/^.*node_modules\//, ''), version: entry.version, licence: entry.license ?? '',
    trusted: Boolean(entry.integrity),
  }));
}

function lockFiles() {
  const listed = execFileSync('git', ['ls-files', '-z', '--', '*package-lock.json'], { encoding: 'utf8' });
  return listed.split('\0').filter(Boolean);
}

selfCheck();
const packages = lockFiles().flatMap(npmPackages);
const complaints = packages.flatMap(({ name, version, licence, trusted }) => [
  ...(permits(licence, name) ? [] : [`${name} ${version}: licence ${licence || 'not named'}`]),
  ...(trusted ? [] : [`${name} ${version}: without a checksum`]),
]);
complaints.forEach((complaint) => console.error(complaint));
console.log(`${packages.length} npm packages looked at, ${complaints.length} refused`);
process.exitCode = complaints.length === 0 ? 0 : 1;
