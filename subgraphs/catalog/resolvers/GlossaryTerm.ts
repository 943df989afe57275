import type { CatalogContext } from '../context.ts';
import type { GlossaryTermParent } from '../mappers.ts';
import { createNode } from './vocabularyNode.ts';

export const createGlossaryTerm = (catalog: CatalogContext) => ({
  ...createNode(catalog, 'term'),
  definition: ({ words }: GlossaryTermParent) => words,
});
