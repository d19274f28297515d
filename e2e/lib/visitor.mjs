// A provider who comes and goes: one file dropped into the watched folder and taken away again.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { watched } from './target.mjs';

export const movie = {
  id: 'the-quiet-gateway-2026',
  title: 'The Quiet Gateway',
  year: 2026,
  cast: ['Ada Testwright'],
  genres: ['Drama'],
  summary: 'A keeper of doors learns which of them were never locked.',
};

const folder = watched && join(watched, 'visitor');

export async function drop() {
  await mkdir(folder, { recursive: true });
  // Written aside and moved, as a careful provider would: nobody reads half a file.
  const aside = join(watched, '..', 'visitor.json');
  await writeFile(aside, JSON.stringify([movie]));
  await rename(aside, join(folder, 'one.json'));
}

export const takeAway = () => rm(folder, { recursive: true, force: true });
