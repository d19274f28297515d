/**
 * A plugin of graphql-codegen: writes each operation as its text and the SHA-256 of it, so that a client asks by the hash without
 * computing one (browsers have `crypto.subtle` in secure contexts only). By default a document is an object without spaces that
 * do not matter; with `module`, it is made by the function `operation` of that module, from the exact text of its file, which is
 * what manifests of trusted documents list.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
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

function packed(operation, fragments) {
  const parts = [operation, ...spreads(operation, fragments).values()];
  return stripIgnoredCharacters(parts.map(print).join('\n'));
}

const SHAPE = [
  '/** An operation by its text and the SHA-256 of that text, with the types of its data and variables. */',
  'export interface HashedDocument<Data, Variables> {',
  '  readonly hash: string;',
  '  readonly text: string;',
  '  readonly __types?: (variables: Variables) => Data;',
  '}',
];

export function plugin(_schema, documents, { module }) {
  const definitions = documents.flatMap(({ document }) => document?.definitions ?? []);
  const fragments = new Map(
    definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).map((fragment) => [fragment.name.value, fragment]),
  );
  const lines = documents.flatMap(({ document, location }) =>
    (document?.definitions ?? [])
      .filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
      .map((operation) => {
        const text = module ? readFileSync(location, 'utf8') : packed(operation, fragments);
        const hash = createHash('sha256').update(text).digest('hex');
        const name = operation.name.value;
        const kind = operation.operation[0].toUpperCase() + operation.operation.slice(1);
        const types = `${name}${kind}, ${name}${kind}Variables`;
        return module
          ? `export const ${name}Document = /* @__PURE__ */ operation<${types}>(\n  '${hash}',\n  ${JSON.stringify(text)},\n);`
          : `export const ${name}Document: HashedDocument<${types}> = {\n  hash: '${hash}',\n  text: ${JSON.stringify(text)},\n};`;
      }),
  );
  return module
    ? { prepend: [`import { operation } from '${module}';`], content: lines.join('\n') }
    : [...SHAPE, ...lines].join('\n');
}
