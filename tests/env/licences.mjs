// Checks that every package we build or ship on has a licence that we may use, and comes from a registry with a checksum.
//
// This does what `cargo deny check licenses sources` does for crates, and the same for the npm packages, from the two
// lock files in about a second. cargo-deny itself has some four hundred dependencies and takes minutes to build from
// source, and its list of advisories has to be fetched from a place that an offline build does not reach.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const ALLOWED = new Set([
  '0BSD', 'Apache-2.0', 'Apache-2.0 WITH LLVM-exception', 'BSD-1-Clause', 'BSD-2-Clause', 'BSD-3-Clause', 'BSL-1.0', 'CC0-1.0',
  'ISC', 'MIT', 'MIT-0', 'Unicode-3.0', 'Unlicense', 'Zlib',
  'CDLA-Permissive-2.0', // data: the certificate lists of webpki-roots
]);

// Copyleft by file: fine to link and to run, not to copy from. Each is named, so that a new one is a decision.
const ALLOWED_FOR = {
  'MPL-2.0': new Set(['cssparser', 'cssparser-macros', 'dtoa-short', 'selectors', '@axe-core/playwright', 'axe-core']),
};

/** Whether the package may be used under this SPDX expression: `OR` lets us choose, `AND` binds us to both. */
export function permits(expression, name) {
  const words = expression.replaceAll('/', ' OR ').match(/\(|\)|[^\s()]+/g) ?? [];
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
    let word = words.shift();
    if (word === '(') { const inner = either(); return words.shift() === ')' && inner; }
    if (words[0] === 'WITH') word = `${word} ${words.shift()} ${words.shift()}`;
    return ALLOWED.has(word) || (ALLOWED_FOR[word]?.has(name) ?? false);
  };
  const result = either();
  return result && words.length === 0;
}

/** The check itself must be able to fail: these are its own cases. */
function selfCheck() {
  const cases = [
    ['MIT', true], ['GPL-3.0-only', false], ['MIT OR GPL-3.0-only', true], ['MIT AND GPL-3.0-only', false], ['MIT/Apache-2.0', true],
    ['(MIT OR GPL-2.0-only) AND ISC', true], ['Apache-2.0 WITH LLVM-exception', true], ['Apache-2.0 WITH other', false],
    ['MPL-2.0', false], ['(MIT', false], ['', false],
  ];
  const wrong = cases.filter(([expression, expected]) => permits(expression, 'any') !== expected);
  if (wrong.length > 0) throw new Error(`the licence check is broken for ${JSON.stringify(wrong)}`);
}

function crates() {
  const json = execFileSync('cargo', ['metadata', '--format-version', '1', '--locked'], { maxBuffer: 1 << 28 });
  return JSON.parse(json).packages.map(({ name, version, license, source }) => ({
    name, version, licence: license ?? '', trusted: source === null || source.startsWith('registry+'),
  }));
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
const packages = [...crates(), ...lockFiles().flatMap(npmPackages)];
const complaints = packages.flatMap(({ name, version, licence, trusted }) => [
  ...(permits(licence, name) ? [] : [`${name} ${version}: licence ${licence || 'not named'}`]),
  ...(trusted ? [] : [`${name} ${version}: not from a registry, or without a checksum`]),
]);
complaints.forEach((complaint) => console.error(complaint));
console.log(`${packages.length} packages looked at, ${complaints.length} refused`);
process.exitCode = complaints.length === 0 ? 0 : 1;
