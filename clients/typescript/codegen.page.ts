/** Types and documents of the search page in `web/`, which has no generator of its own so that its build stays small. */

import { readFileSync } from 'node:fs';
import type { CodegenConfig } from '@graphql-codegen/cli';
import { parse, print, visit } from 'graphql';

/** Without descriptions, so that the generated file changes only where the shape of the schema does. */
const schema = print(
  visit(parse(readFileSync('../../schema.graphql', 'utf8')), {
    enter: (node) => ('description' in node ? { ...node, description: undefined } : undefined),
  }),
);

const config: CodegenConfig = {
  schema,
  documents: ['../../web/src/operations/*.graphql', '../operations/catalog-changed.graphql'],
  generates: {
    '../../web/src/operations/generated.ts': {
      plugins: [
        { add: { content: '/** Generated from schema.graphql and the operations by `npm run generate`; do not edit. */' } },
        'typescript-operations',
        './hashed-documents.mjs',
      ],
      config: {
        enumsAsTypes: true,
        strictScalars: true,
        useTypeImports: true,
        scalars: { SearchState: 'string', DateTime: 'string', Date: 'string' },
      },
    },
  },
};

export default config;
