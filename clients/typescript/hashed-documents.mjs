/**
 * A plugin of graphql-codegen: writes each operation as its text and the SHA-256 of it, so that a page can ask by the hash
 * without computing one. Browsers have `crypto.subtle` in secure contexts only.
 */

import { createHash } from 'node:crypto';
import { Kind, print, stripIgnoredCharacters, visit } from 'graphql';

/** The fragments that a definition spreads, also through others. */
function spreads(definition, fragments, found = new Map()) {
  visit(definition, {
    FragmentSpread({ name: { value } }) {
      const fragment = fragments.get(value);
      if (!fragment || found.has(value)) return;
      found.set(value, fragment);
      spreads(fragment, fragments, found);
    },
  });
  return found;
}

export function plugin(_schema, documents) {
  const definitions = documents.flatMap(({ document }) => document?.definitions ?? []);
  const fragments = new Map(
    definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).map((fragment) => [fragment.name.value, fragment]),
  );
  const operations = definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const lines = operations.map((operation) => {
    const parts = [operation, ...spreads(operation, fragments).values()];
    const text = stripIgnoredCharacters(parts.map(print).join('\n'));
    const hash = createHash('sha256').update(text).digest('hex');
    const name = operation.name.value;
    const kind = operation.operation[0].toUpperCase() + operation.operation.slice(1);
    const types = `${name}${kind}, ${name}${kind}Variables`;
    return `export const ${name}Document: HashedDocument<${types}> = {\n  hash: '${hash}',\n  text: ${JSON.stringify(text)},\n};`;
  });
  return [
    '/** An operation by its text and the SHA-256 of that text, with the types of its data and variables. */',
    'export interface HashedDocument<Data, Variables> {',
    '  readonly hash: string;',
    '  readonly text: string;',
    '  readonly __types?: (variables: Variables) => Data;',
    '}',
    ...lines,
  ].join('\n');
}
