/** The limits of one operation, whatever way it came. Not validation rules: validated documents are cached, but these depend on the variables and the viewer. */
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Viewer } from '#platform/auth/viewer.ts';
import { checkAliases } from './aliases.ts';
import { checkCost } from './cost.ts';
import { checkDepth } from './depth.ts';
import { checkIntrospection } from './introspection.ts';
import { checkLiterals } from './literals.ts';

type Asked = {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  viewer: Viewer | null;
  variables: Readonly<Record<string, unknown>> | undefined;
};

/** Gives the operation's cost, or throws what it breaks. */
export function checkOperation({ schema, document, operation, viewer, variables }: Asked): number {
  checkIntrospection(document, operation, viewer);
  checkDepth(document, operation);
  checkLiterals(document);
  checkAliases(document, operation);
  return checkCost(schema, document, operation, variables);
}
