/** Making, changing, publishing and retiring policies. Each change of a row is a version of it, and an event. */
import { requireEverywhere, requireReader, type Viewer } from '#platform/auth/viewer.ts';
import type { Database, Transaction } from '#platform/database/index.ts';
import { beginAgain } from '#platform/database/retry.ts';
import { Conflict, NotFound } from '#platform/errors.ts';
import { append, logPosition } from '#platform/events/append.ts';
import { canonicalJson } from '#platform/events/leaf.ts';
import type { Change, LogCursor, NewEvent } from '#platform/events/types.ts';
import { isId, newId } from '#platform/ids.ts';
import * as store from '../store/policies.ts';
import type { PolicyRow } from '../store/tables/policy.ts';
import { applyPolicyEdit, checkNewPolicy, checkPolicyEdit, type NewPolicy, type PolicyEdit, type PolicyWords } from './policyInputs.ts';
import { requestEvaluation } from './evaluationJobs.ts';

type Written = { policy: PolicyRow; cursor: LogCursor };
export type PolicyVersion = { id: string; version: number };

export type Policies = {
  create(viewer: Viewer | null, input: NewPolicy): Promise<Written>;
  /** Of a policy in force the edit waits beside it, as its draft. */
  update(viewer: Viewer | null, input: PolicyEdit): Promise<Written>;
  /** Puts it, or its draft, into force. */
  publish(viewer: Viewer | null, input: PolicyVersion): Promise<Written>;
  retire(viewer: Viewer | null, input: PolicyVersion): Promise<Written>;
};

type Deps = { sql: Database; onCommit: () => void; now?: () => Date };

export function createPolicies({ sql, onCommit, now = () => new Date() }: Deps): Policies {
  async function change(work: (tx: Transaction) => Promise<PolicyRow>): Promise<Written> {
    const written = await beginAgain(sql, async (tx) => {
      const cursor = await logPosition(tx);
      return { policy: await work(tx), cursor };
    });
    onCommit();
    return written;
  }

  /** Who may do it to that version. Everybody who reads sees every policy. */
  async function lock(
    tx: Transaction,
    viewer: Viewer,
    { id, version }: PolicyVersion,
    check = (_: PolicyRow): void => {},
  ): Promise<PolicyRow> {
    const policy = isId(id) ? await store.lockPolicy(tx, id.toLowerCase()) : undefined;
    if (!policy) throw new NotFound('policy', id);
    check(policy);
    requireEverywhere(viewer, 'edit');
    if (policy.version !== version) {
      throw new Conflict(`Somebody changed this policy meanwhile: its version is ${policy.version} now. Read it again.`, {
        currentVersion: policy.version,
      });
    }
    return policy;
  }

  async function write(tx: Transaction, viewer: Viewer, policy: PolicyRow, event: PolicyEvent): Promise<PolicyRow> {
    const next = { ...policy, version: policy.version + 1, updatedAt: now() };
    await store.updatePolicy(tx, next);
    await append(tx, 'policy', [{ ...event(next), subject: next.id, actorId: viewer.userId } as NewEvent], next.updatedAt);
    return next;
  }

  return {
    async create(viewer, input) {
      requireReader(viewer);
      const words = checkNewPolicy(input);
      const editor = requireEverywhere(viewer, 'edit');
      return change(async (tx) => {
        const at = now();
        const policy: PolicyRow = { id: newId(), ...words, status: 'DRAFT', version: 1, draft: null, createdAt: at, updatedAt: at };
        await store.insertPolicy(tx, policy);
        const { name, ruleType, params, scope, severity } = words;
        const data = { name, ruleType, params, scope, severity };
        await append(tx, 'policy', [{ type: 'policy.created', subject: policy.id, actorId: editor.userId, data }], at);
        return policy;
      });
    },

    async update(viewer, input) {
      const reader = requireReader(viewer);
      const edit = checkPolicyEdit(input);
      return change(async (tx) => {
        let words!: PolicyWords;
        const policy = await lock(tx, reader, input, (row) => void (words = applyPolicyEdit(row.ruleType, pending(row), edit)));
        const changes = changesOf(pending(policy), words);
        if (changes.length === 0) return policy;
        const edited: PolicyRow =
          policy.status !== 'PUBLISHED'
            ? { ...policy, ...words, draft: null }
            : // Edited back to what is in force: nothing waits any more.
              { ...policy, draft: changesOf(policy, words).length === 0 ? null : { ...words, updatedAt: now().toISOString() } };
        return write(tx, reader, edited, ({ name, version }) => ({ type: 'policy.updated', data: { name, version, changes } }));
      });
    },

    async publish(viewer, input) {
      const reader = requireReader(viewer);
      return change(async (tx) => {
        const policy = await lock(tx, reader, input);
        if (policy.status === 'PUBLISHED' && !policy.draft) return policy;
        const inForce: PolicyRow = { ...policy, ...pending(policy), status: 'PUBLISHED', draft: null };
        const published = await write(tx, reader, inForce, ({ name, version, ruleType, params, scope, severity }) => ({
          type: 'policy.published',
          data: { name, version, ruleType, params, scope, severity },
        }));
        await requestEvaluation(tx, published, published.updatedAt);
        return published;
      });
    },

    async retire(viewer, input) {
      const reader = requireReader(viewer);
      return change(async (tx) => {
        const policy = await lock(tx, reader, input);
        if (policy.status === 'RETIRED') return policy;
        const retired = await write(tx, reader, { ...policy, status: 'RETIRED' }, ({ name, version }) => ({
          type: 'policy.retired',
          data: { name, version },
        }));
        // What was never in force has found nothing.
        if (policy.status === 'PUBLISHED') await requestEvaluation(tx, retired, retired.updatedAt);
        return retired;
      });
    },
  };
}

type PolicyEvent = (policy: PolicyRow) => Pick<NewEvent, 'type' | 'data'>;

const WORDS = ['name', 'description', 'params', 'scope', 'severity'] as const satisfies readonly (keyof PolicyWords)[];

/** What the next publishing puts into force. */
function pending(policy: PolicyRow): PolicyWords {
  const { name, description, params, scope, severity } = policy.draft ?? policy;
  return { name, description, params, scope, severity };
}

const changesOf = (before: PolicyWords, after: PolicyWords): Change[] =>
  WORDS.filter((word) => canonicalJson(before[word]) !== canonicalJson(after[word])).map((word) => ({
    path: `/${word}`,
    before: before[word],
    after: after[word],
  }));
