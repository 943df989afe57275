import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { requireReader, type Viewer } from '#platform/auth/viewer.ts';
import { rootFields } from './selections.ts';

/**
 * Whoever may read may also explore the schema. Asked for each operation and not as a validation rule, because
 * validated documents are cached and shared between viewers.
 */
export function checkIntrospection(document: DocumentNode, operation: OperationDefinitionNode, viewer: Viewer | null): void {
  const asked = rootFields(document, operation).some((field) => field.name.value === '__schema' || field.name.value === '__type');
  if (asked) requireReader(viewer);
}
