/** The typed documents of the operations in `client/src`. Paths are from the repository's folder. */
import type { CodegenConfig } from '@graphql-codegen/cli';
import { Kind, visit, type DocumentNode, type SelectionSetNode } from 'graphql';

const TYPENAME = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const;
const hasTypename = ({ selections }: SelectionSetNode): boolean =>
  selections.some((selection) => selection.kind === Kind.FIELD && selection.name.value === '__typename' && !selection.alias);

/** In every selection but an operation's own: a subscription may have one field only. */
const withTypenames = (document: DocumentNode): DocumentNode =>
  visit(document, {
    SelectionSet: {
      leave(node, _key, parent) {
        const isOperation = parent !== undefined && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION;
        return isOperation || hasTypename(node) ? undefined : { ...node, selections: [...node.selections, TYPENAME] };
      },
    },
  });

const config: CodegenConfig = {
  ignoreNoDocuments: true,
  generates: {
    // `persisted-documents.json` has each operation's text by its hash: the page sends the hash alone.
    'client/src/gql/': {
      preset: 'client',
      schema: 'schema/api.graphql',
      documents: ['client/src/**/*.{ts,tsx}', '!client/src/gql/**', '!client/src/**/*.test.ts'],
      // The cache needs it of every object, and the hash is of what is sent.
      documentTransforms: [
        {
          transform: ({ documents }) =>
            documents.map(({ document, ...file }) => ({ ...file, document: document && withTypenames(document) })),
        },
      ],
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
