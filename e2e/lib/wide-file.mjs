// Movies of the shape of real catalogues, which a page must bear: 59 names of cast, summaries of 1,500 letters, no year or genre.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { watched } from './target.mjs';

const folder = watched && join(watched, 'widescreen');

/** A word that all of them have in their titles. */
export const WORD = 'Wideshape';

const GENRES = ['Drama', 'Comedy', 'Adventure', 'Romance', 'Horror', 'War'];

const movies = Array.from({ length: 40 }, (_, at) => ({
  id: `wide-${at}`,
  title: `${WORD} ${at}: The ${'Unabridged '.repeat((at % 4) + 1)}Chronicle`,
  ...(at % 3 !== 0 && { year: 1900 + at * 3 }),
  cast: Array.from({ length: 59 }, (__, name) => `Player Number${at * 7 + name} of Wideshape`),
  ...(at % 5 !== 0 && { genres: GENRES.slice(0, 1 + (at % 6)) }),
  summary: `The chronicle ${at} of a very wide shape. ${'It goes on, as such texts do, without an end in sight. '.repeat(30)}`.slice(0, 1_500),
}));

export async function addWideFile() {
  await mkdir(folder, { recursive: true });
  // Written elsewhere and moved, so that the gateway never reads a partial file.
  const complete = join(watched, '..', 'widescreen.json');
  await writeFile(complete, JSON.stringify(movies));
  await rename(complete, join(folder, 'all.json'));
}

export const removeWideFile = () => rm(folder, { recursive: true, force: true });
