import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: '../../schema.graphql',
  documents: '../operations/*.graphql',
  generates: {
    './src/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        // Documents as text, so that the client needs no GraphQL library at run time.
        documentMode: 'string',
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
  },
  ignoreNoDocuments: false,
};

export default config;
