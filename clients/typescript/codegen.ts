import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: '../../schema.graphql',
  documents: ['../operations/*.graphql', './operations/*.graphql'],
  generates: {
    './src/generated/operations.ts': {
      plugins: ['typescript-operations', './hashed-documents.mjs'],
      config: {
        module: '../operation.js',
        enumsAsTypes: true,
        strictScalars: true,
        useTypeImports: true,
        scalars: {
          /** Opaque token: returned in an answer, sent as `state`. */
          SearchState: 'string',
          /** RFC 3339. */
          DateTime: 'string',
          /** A day, `YYYY-MM-DD`. */
          Date: 'string',
        },
      },
    },
    './src/generated/cache.ts': { plugins: ['./cache-facts.mjs'] },
  },
  ignoreNoDocuments: false,
};

export default config;
