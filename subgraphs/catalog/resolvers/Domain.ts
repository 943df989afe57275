import type { CatalogContext } from '../context.ts';
import type { DomainParent } from '../mappers.ts';
import { createNode } from './vocabularyNode.ts';

export const createDomain = (catalog: CatalogContext) => ({
  ...createNode(catalog, 'domain'),
  description: ({ words }: DomainParent) => words,
});
