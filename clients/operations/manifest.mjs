// Writes a manifest of trusted documents: the SHA-256 of each document, and its text.
//
//   node clients/operations/manifest.mjs [FOLDER] > documents.json
//
// A client then sends `documentId: "sha256:<hash>"` in place of `query`. The hash is of the exact text of the file, so a
// client that hashes documents itself must not reformat them.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.argv[2] ?? dirname(fileURLToPath(import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.graphql')).toSorted();
const entries = files.map((name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  return [createHash('sha256').update(text).digest('hex'), text];
});
process.stdout.write(`${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
