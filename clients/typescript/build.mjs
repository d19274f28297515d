// Writes dist/: what tsc made of src/, and the files that are no code.
import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const texts = ['../operations', 'operations'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.graphql'))
    .map((name) => readFileSync(join(folder, name), 'utf8')),
);
const documents = Object.fromEntries(texts.map((text) => [createHash('sha256').update(text).digest('hex'), text]));
const json = (value) => `${JSON.stringify(value, undefined, 2)}\n`;
const { possibleTypes } = await import('./dist/generated/cache.js');

writeFileSync('dist/persisted-documents.json', json(documents));
writeFileSync('dist/possible-types.json', json(possibleTypes));
copyFileSync('../../schema.graphql', 'dist/schema.graphql');
