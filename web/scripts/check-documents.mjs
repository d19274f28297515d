// Every document that the page sends must be valid for the schema that the gateway publishes.
import { readFile } from 'node:fs/promises';
import { buildSchema, parse, validate } from 'graphql';

const schema = buildSchema(await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const source = await readFile(new URL('../src/search/documents.ts', import.meta.url), 'utf8');

// The texts are plain template literals with one shared fragment, so reading them needs no compiler.
const literals = [...source.matchAll(/\/\* GraphQL \*\/ `([^`]*)`/g)].map(([, text]) => text);
const fragment = literals.find((text) => text.trim().startsWith('fragment'));
const documents = literals.filter((text) => text !== fragment).map((text) => text.replace('${TERM_FACET}', fragment));

let failed = documents.length === 0;
for (const text of documents) {
  for (const error of validate(schema, parse(text))) {
    failed = true;
    console.error(`src/search/documents.ts: ${error.message}`);
  }
}
console.log(`${documents.length} documents checked against schema.graphql`);
process.exitCode = failed ? 1 : 0;
