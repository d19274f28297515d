/** The gateway that the tests ask; without one they are skipped, which CI refuses. */

import { WikimovieClient } from '../src/index.js';

const given = process.env['WIKIMOVIE_URL'];
if (given === undefined && process.env['CI'] === 'true') throw new Error('WIKIMOVIE_URL is not set');
if (given === undefined) console.log('SKIPPED: the TypeScript client needs a gateway (set WIKIMOVIE_URL)');

export const url = given ?? 'http://127.0.0.1:8080';
export const live = { skip: given === undefined };
export const client = new WikimovieClient({ url });
