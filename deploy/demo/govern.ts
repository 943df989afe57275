/** What people would have said of the demo: who owns what, what some columns are, and the policies that follow. Said once, after the first scan. */
import type { Viewer } from '#platform/auth/viewer.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import type { Database } from '#platform/database/index.ts';
import { Conflict } from '#platform/errors.ts';
import { newId } from '#platform/ids.ts';
import { DEMO_DATABASE } from './index.ts';

/** Schemas whose tables belong to somebody; finance is the trouble. */
export const OWNED_SCHEMAS: readonly string[] = ['crm', 'sales'];
const LABELS: readonly [table: string, column: string, label: string][] = [
  ['crm.customers', 'email', 'EMAIL'],
  ['crm.customers', 'phone', 'PHONE'],
  ['crm.customers', 'family_name', 'PERSON_NAME'],
  ['crm.customers', 'birth_date', 'BIRTH_DATE'],
  ['crm.customers', 'national_id', 'NATIONAL_ID'],
  ['finance.payments', 'card_number', 'CARD_NUMBER'],
  // Masked there, so the policy on masking has nothing to say.
  ['analytics.payments_masked', 'card_number', 'CARD_NUMBER'],
];

type DemoPolicy = {
  name: string;
  description: string;
  ruleType: string;
  params: object;
  scope: object;
  severity: string;
  /** Left as a draft: something to publish. */
  isDraft?: true;
};

const POLICIES: readonly DemoPolicy[] = [
  {
    name: 'Tables have an owner',
    description: 'Somebody has to answer for each table.',
    ruleType: 'ownerRequired',
    params: {},
    scope: { kinds: ['TABLE'] },
    severity: 'WARNING',
  },
  {
    name: 'Names are in snake_case',
    description: 'Lower-case words with underscores, so that nobody has to quote them.',
    ruleType: 'namingConvention',
    params: { pattern: '^[a-z][a-z0-9]*(_[a-z0-9]+)*$', target: 'asset' },
    scope: {},
    severity: 'WARNING',
  },
  {
    name: 'Tables and views are described',
    description: 'A sentence says what a row is.',
    ruleType: 'descriptionRequired',
    params: { minLength: 10 },
    scope: { kinds: ['TABLE', 'VIEW', 'MATERIALIZED_VIEW'] },
    severity: 'INFO',
  },
  {
    name: 'Card and identity numbers are masked',
    description: 'Nobody needs to see the whole of them, in reports or elsewhere.',
    ruleType: 'noUnmaskedLabel',
    params: { labels: ['CARD_NUMBER', 'NATIONAL_ID'] },
    scope: {},
    severity: 'CRITICAL',
  },
  {
    name: 'Customer tables say what is personal',
    description: 'Each table about customers has at least one label that says what identifies a person.',
    ruleType: 'labelRequired',
    params: { labels: ['EMAIL', 'PERSON_NAME', 'ADDRESS'] },
    scope: { kinds: ['TABLE'], namePrefix: `${DEMO_DATABASE}.crm.` },
    severity: 'ERROR',
    isDraft: true,
  },
];

export type GovernDemo = {
  viewer: Viewer;
  /** The demo's. */
  sourceId: string;
  askCatalog: AskSubgraph;
  askPolicy: AskSubgraph;
  policyDatabase: Database;
};

/** True if it said something: it does not once all of its policies, or as many others, are there. Killed in the middle it goes on at the next call. */
export async function governDemo({ viewer, sourceId, askCatalog, askPolicy, policyDatabase }: GovernDemo): Promise<boolean> {
  const known = await policyDatabase<{ id: string; name: string; status: string; version: number }[]>`
    select id, name, status, version from policy.policies order by created_at limit 100`;
  if (known.length >= POLICIES.length && !known.some(isHalfDone)) return false;
  const context = (): RequestContext => ({ viewer, requestId: newId(), address: '' });
  const assets = await listRelations(askCatalog, sourceId, context());
  await own(askCatalog, assets, viewer.userId, context());
  await label(askPolicy, assets, context());
  for (const { isDraft, ...input } of POLICIES) {
    const made = known.find(({ name }) => name === input.name) ?? (await create(askPolicy, input, context()));
    if (!isDraft && isHalfDone(made)) await publish(askPolicy, made, context());
  }
  return true;
}

/** Made by us and not published: the process was killed between the two. */
const isHalfDone = ({ name, status, version }: { name: string; status: string; version: number }): boolean =>
  status === 'DRAFT' && version === 1 && POLICIES.some((policy) => policy.name === name && !policy.isDraft);

type Relation = {
  id: string;
  name: string;
  kind: string;
  version: number;
  owners: unknown[];
  columns: { nodes: { id: string; name: string }[] };
};

async function listRelations(ask: AskSubgraph, sourceId: string, context: RequestContext): Promise<Relation[]> {
  const { assets } = await ask<{ assets: { nodes: Relation[] } }>(
    `query ($sourceId: ID!) {
      assets(first: 200, filter: { sourceIds: [$sourceId], kinds: [TABLE, VIEW] }) {
        nodes { id name kind version owners { role } columns(first: 200) { nodes { id name } } }
      }
    }`,
    { sourceId },
    context,
  );
  return assets.nodes;
}

async function own(ask: AskSubgraph, relations: readonly Relation[], userId: string, context: RequestContext): Promise<void> {
  const items = relations
    .filter(
      ({ name, kind, owners }) =>
        kind === 'TABLE' && owners.length === 0 && OWNED_SCHEMAS.some((schema) => name.startsWith(`${DEMO_DATABASE}.${schema}.`)),
    )
    .map(({ id, version }) => ({ id, version, owners: [{ userId, role: 'OWNER' }] }));
  if (items.length === 0) return;
  const { updateAssets } = await ask<{ updateAssets: { results: Result[] } }>(
    'mutation ($items: [UpdateAssetInput!]!) { updateAssets(input: { items: $items }) { results { error { code message } } } }',
    { items },
    context,
  );
  checkAll('owners of tables', updateAssets.results);
}

async function label(ask: AskSubgraph, relations: readonly Relation[], context: RequestContext): Promise<void> {
  const items = LABELS.flatMap(([table, column, name]) => {
    const found = relations.find((each) => each.name === `${DEMO_DATABASE}.${table}`)?.columns.nodes.find((each) => each.name === column);
    return found ? [{ columnId: found.id, label: name, state: 'CONFIRMED' }] : [];
  });
  const { setColumnLabels } = await ask<{ setColumnLabels: { results: Result[] } }>(
    'mutation ($items: [SetColumnLabelInput!]!) { setColumnLabels(input: { items: $items }) { results { error { code message } } } }',
    { items },
    context,
  );
  checkAll('labels of columns', setColumnLabels.results);
}

type Result = { error: { code: string; message: string } | null };

/** All of it is said again at the next start, as no policy is there yet. An AppError: the product starts all the same. */
function checkAll(what: string, results: readonly Result[]): void {
  const errors = results.flatMap(({ error }) => error ?? []);
  if (errors.length === 0) return;
  const [{ code, message }] = errors as [(typeof errors)[number]];
  throw new Conflict(
    `${errors.length} of the demo's ${results.length} ${what} cannot be set (${code}: ${message}). The next start tries again.`,
  );
}

type Made = { id: string; name: string; status: string; version: number };

async function create(ask: AskSubgraph, input: object, context: RequestContext): Promise<Made> {
  const { createPolicy } = await ask<{ createPolicy: { policy: Made } }>(
    'mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { id name status version } } }',
    { input },
    context,
  );
  return createPolicy.policy;
}

async function publish(ask: AskSubgraph, { id, version }: Made, context: RequestContext): Promise<void> {
  await ask('mutation ($input: PublishPolicyInput!) { publishPolicy(input: $input) { cursor } }', { input: { id, version } }, context);
}
