/** What is known of a subscription once and for all: what it is about, what is asked of the graph for each event, and how the answer is put together. */
import { createHash } from 'node:crypto';
import {
  getArgumentValues,
  getNamedType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { InvalidInput } from '#platform/errors.ts';
import { fragmentsOf } from '../limits/selections.ts';
import { MAX_TOKENS } from '../limits/tokens.ts';
import type { LiveEvent } from './logEvents.ts';
import { collect, reroot, selectionsOf } from './reroot.ts';
import { ROOT_FIELDS, type Interest } from './rootFields.ts';

type Variables = Readonly<Record<string, unknown>>;
/** Keys of an answer, and the field that each is of; `below` for what is an object of the payload itself. */
type Shape = readonly { key: string; name: string; below?: Shape }[];

export type Plan = {
  interest: Interest;
  after: string | null;
  /** The query for each event; null when nothing of the entity is selected. */
  query: { text: string; variablesFor: (event: LiveEvent) => Record<string, unknown> } | null;
  /** Two plans with one key give the same payload for an event, to viewers who see the same. */
  key: string;
  /** What is selected may depend on who asks, not only on what they may see. */
  isPersonal: boolean;
  /** The answer's data: `entities` is the query's, by response keys. */
  assemble: (event: LiveEvent, cursor: string, entities: Readonly<Record<string, unknown>> | null) => Record<string, unknown>;
  /** The key of the root field. */
  responseKey: string;
  entityKeys: readonly string[];
};

/** A validated subscription. `given`: its variables as they came; `variables`: coerced. */
export function createPlan(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { given, variables }: { given: Variables; variables: Variables },
): Plan {
  const fragments = fragmentsOf(document);
  const root = schema.getSubscriptionType()!;
  const [selected, ...others] = collect(fragments, [operation.selectionSet], variables);
  if (!selected || others.length > 0) throw new InvalidInput('A subscription selects exactly one field.', 'query');
  const [responseKey, nodes] = selected;
  const name = nodes[0].name.value;
  const field = ROOT_FIELDS[name];
  if (!field) throw new InvalidInput('A subscription selects one of the fields of Subscription.', 'query');

  const payloadType = getNamedType(root.getFields()[name]!.type).name;
  const shapeOf = (fields: readonly FieldNode[]): Shape =>
    [...collect(fragments, selectionsOf(fields), variables)].map(([key, [first, ...more]]) => ({
      key,
      name: first.name.value,
      ...(first.selectionSet && first.name.value !== field.entity.field && { below: shapeOf([first, ...more]) }),
    }));
  const shape = shapeOf(nodes);
  const entities = [...collect(fragments, selectionsOf(nodes), variables).values()]
    .flat()
    .filter((node) => node.name.value === field.entity.field);
  const args = getArgumentValues(root.getFields()[name]!, nodes[0], variables);
  const rerooted = entities.length > 0 ? reroot(document, operation, entities, field.entity.query) : null;
  // Fragments in place may take more room than in theirs; told now, and not for each event.
  if (rerooted) parse(rerooted.text, { noLocation: true, maxTokens: MAX_TOKENS });
  const kept = Object.fromEntries((rerooted?.variableNames ?? []).filter((each) => each in given).map((each) => [each, given[each]]));

  return {
    interest: field.interest(args),
    after: (args.after as string | null | undefined) ?? null,
    query: rerooted && {
      text: rerooted.text,
      variablesFor: (event) => ({ ...kept, [rerooted.idVariable]: field.entity.idOf(event) }),
    },
    key: createHash('sha256')
      .update(JSON.stringify([name, responseKey, shape, rerooted?.text, kept]))
      .digest('base64url'),
    isPersonal: rerooted !== null && reachesPeople(schema, rerooted.document),
    assemble(event, cursor, found) {
      const told = field.tell(event, cursor);
      return { [responseKey]: fill(shape, payloadType, (key, of) => (of === field.entity.field ? (found?.[key] ?? null) : told[of])) };
    },
    responseKey,
    entityKeys: [...new Set(entities.map((node) => node.alias?.value ?? node.name.value))],
  };
}

/** An object of the payload. Of the types below it only `ScanProgress` is one. */
function fill(shape: Shape, typeName: string, valueOf: (key: string, name: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(
    shape.map(({ key, name, below }) => {
      if (name === '__typename') return [key, typeName];
      const value = valueOf(key, name);
      if (!below) return [key, value];
      return [key, fill(below, 'ScanProgress', (_key, of) => (value as Record<string, unknown>)[of])];
    }),
  );
}

/** A user's own roles are shown to that user. */
function reachesPeople(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let found = false;
  visit(
    document,
    visitWithTypeInfo(types, {
      Field() {
        const type = types.getType();
        if (type && getNamedType(type).name === 'User') found = true;
      },
    }),
  );
  return found;
}
