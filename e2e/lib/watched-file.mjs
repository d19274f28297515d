// A file of one movie that tests add to the watched folder and remove again.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { watched } from './target.mjs';

export const movie = {
  id: 'the-quiet-gateway-2026',
  title: 'The Quiet Gateway',
  year: 2026,
  cast: ['Ada Testwright'],
  directors: ['Vera Lockhart'],
  titles: [{ title: 'Die stille Pforte', language: 'de', kind: 'ALTERNATIVE' }],
  runtime: 95,
  ratings: [{ source: 'example', value: 7.25, votes: 4 }],
  attribution: { text: 'Told by its keepers', licence: 'CC BY-SA 4.0', url: 'https://example.org/licence' },
  genres: ['Drama'],
  summary: 'A keeper of doors learns which of them were never locked.',
};

const folder = watched && join(watched, 'latecomer');

export async function addFile() {
  await mkdir(folder, { recursive: true });
  // Written elsewhere and moved, so that the gateway never reads a partial file.
  const complete = join(watched, '..', 'latecomer.json');
  await writeFile(complete, JSON.stringify([movie]));
  await rename(complete, join(folder, 'one.json'));
}

export const removeFile = () => rm(folder, { recursive: true, force: true });
