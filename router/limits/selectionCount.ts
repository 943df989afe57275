import type { ASTVisitor, OperationDefinitionNode, ValidationContext } from 'graphql';
import { GraphQLError, Kind, type DocumentNode, type SelectionSetNode } from 'graphql';
import { TooMuch } from '#platform/errors.ts';
import { fragmentsOf } from './selections.ts';

/** Selections with every fragment in its places: planning one with 5,000 took 1.5 s of the only thread. The schema explorer asks for some 300. */
const MAX_SELECTIONS = 2_500;
/** graphql-js's own bound on comparing fields of one name, and its whole message beyond it. */
const MAX_COMPARISONS = 500_000;
const VALIDATION_ABORTED = 'Validation aborted.';

/** Safe for documents that were not validated: a fragment within itself counts once. */
export function countSelections(document: DocumentNode, operation: OperationDefinitionNode): number {
  const fragments = fragmentsOf(document);
  const counted = new Map<string, number>();
  const count = (selectionSet: SelectionSetNode | undefined): number => {
    let sum = 0;
    for (const selection of selectionSet?.selections ?? []) {
      sum += 1 + (selection.kind === Kind.FRAGMENT_SPREAD ? countFragment(selection.name.value) : count(selection.selectionSet));
    }
    return sum;
  };
  const countFragment = (name: string): number => {
    let sum = counted.get(name);
    if (sum === undefined) {
      counted.set(name, 0);
      counted.set(name, (sum = count(fragments.get(name)?.selectionSet)));
    }
    return sum;
  };
  return count(operation.selectionSet);
}

/** A validation rule, because the gateway's planner must not see more. */
export function limitSelections(context: ValidationContext): ASTVisitor {
  const document = context.getDocument();
  return {
    OperationDefinition(operation) {
      const cost = countSelections(document, operation);
      if (cost <= MAX_SELECTIONS) return;
      const error = new TooMuch('QUERY_TOO_COSTLY', `This operation has ${cost} selections; ${MAX_SELECTIONS} are allowed.`, {
        cost,
        limit: MAX_SELECTIONS,
        of: 'selections',
      });
      context.reportError(new GraphQLError(error.message, { originalError: error }));
    },
  };
}

/** The refusal behind a validation that graphql-js gave up. */
export function findTooManyComparisons(message: string): TooMuch | undefined {
  if (message !== VALIDATION_ABORTED) return undefined;
  return new TooMuch('QUERY_TOO_COSTLY', 'This operation selects the same fields too often for them to be compared with each other.', {
    cost: MAX_COMPARISONS + 1,
    limit: MAX_COMPARISONS,
    of: 'comparisons',
  });
}
