/** The typed documents of the operations in `client/src`. Paths are from the repository's folder. */
import type { CodegenConfig } from '@graphql-codegen/cli';
import { addTypenameSelectionDocumentTransform } from '@graphql-codegen/client-preset';

const config: CodegenConfig = {
  ignoreNoDocuments: true,
  generates: {
    // `persisted-documents.json` has each operation's text by its hash: the page sends the hash alone.
    'client/src/gql/': {
      preset: 'client',
      schema: 'schema/api.graphql',
      documents: ['client/src/**/*.{ts,tsx}', '!client/src/gql/**'],
      // The cache needs it of every object, and the hash is of what is sent.
      documentTransforms: [addTypenameSelectionDocumentTransform],
      presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: 'sha256' } },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        scalars: { DateTime: 'string', JSON: 'unknown', ID: 'string' },
      },
    },
  },
};

// The generator takes a default export only.
export default config;
