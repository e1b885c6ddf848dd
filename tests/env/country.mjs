// A small country for servers under test, cut from the shipped lists.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './processes.mjs';

/** One province of both eras, from the shipped lists. */
export function smallCountry() {
  const from = new URL('../../idp/data/units/', import.meta.url);
  const folder = join(temporaryFolder('units'), 'units');
  mkdirSync(folder);
  const cut = (name, keep) => {
    const [head, ...rows] = readFileSync(new URL(name, from), 'utf8').trimEnd().split('\n');
    writeFileSync(join(folder, name), `${[head, ...rows.filter(keep)].join('\n')}\n`);
    return rows.filter(keep).map((row) => row.split(',')[0]);
  };
  for (const name of ['units-2024.csv', 'units-2025.csv']) {
    const inside = new Set(['VN', '01']);
    cut(name, (row) => {
      const [code, , , parent] = row.split(',');
      const keep = inside.has(code) || (parent !== 'VN' && inside.has(parent));
      if (keep) inside.add(code);
      return keep;
    });
  }
  cut('province-codes.csv', (row) => row.startsWith('01,'));
  cut('units-map-2024-2025.csv', (row) => row.split(',')[4] === '01' && row.split(',')[8] === '01');
  return folder;
}
