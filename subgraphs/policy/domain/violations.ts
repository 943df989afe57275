/** People's decisions on violations: acknowledged, waived for a time, reopened. What resolves them is their cause, by itself. */
import { includesClass, type VisibleClasses } from '#platform/auth/access.ts';
import { requireReader, type Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { beginAgain } from '#platform/database/retry.ts';
import { Conflict, NotAllowed, NotFound, type AppError } from '#platform/errors.ts';
import { logPosition } from '#platform/events/append.ts';
import type { LogCursor } from '#platform/events/types.ts';
import { checkItems } from '#platform/graphql/inputs.ts';
import { isId } from '#platform/ids.ts';
import type { ViolationRow } from '../store/tables/policy.ts';
import { decide, lockViolations, type Decision } from '../store/violations.ts';
import { appendViolationEvents, type ViolationChange } from './violationEvents.ts';
import { checkWaiver, type Waiver } from './violationInputs.ts';

/** `classes`: those that the viewer sees; `editable`: those of them on whose violations the viewer may decide. */
export type Decider = { viewer: Viewer | null; classes: () => Promise<VisibleClasses>; editable: () => Promise<VisibleClasses> };
/** Of each id, in the order in which they were given. */
export type Outcome = { id: string; error: AppError | null };
export type Decided = { outcomes: Outcome[]; cursor: LogCursor };

export type Violations = {
  acknowledge(decider: Decider, ids: readonly string[]): Promise<Decided>;
  waive(decider: Decider, ids: readonly string[], waiver: Waiver): Promise<Decided>;
  reopen(decider: Decider, ids: readonly string[]): Promise<Decided>;
};

/** `check`: the reason why it cannot be, or whether there is anything to do. */
type Kind = {
  check: (violation: ViolationRow) => Conflict | boolean;
  decision: Omit<Decision, 'updatedAt'>;
  tell: (violation: ViolationRow, actorId: string) => ViolationChange;
};

type Deps = { sql: Database; onCommit: () => void; now?: () => Date };

export function createViolations({ sql, onCommit, now = () => new Date() }: Deps): Violations {
  /** One statement for all rows, however many: each is judged by itself, and no item hides another's result. */
  async function decideOn({ viewer, classes, editable }: Decider, ids: readonly string[], kind: Kind): Promise<Decided> {
    const { userId } = requireReader(viewer);
    const [seen, mine] = [await classes(), await editable()];
    const wanted = [...new Set(ids.filter(isId).map((id) => id.toLowerCase()))];
    const decided = await beginAgain(sql, async (tx) => {
      const cursor = await logPosition(tx);
      const found = await lockViolations(tx, seen, wanted);
      const judged = new Map(found.map((row) => [row.id, includesClass(mine, row.accessClass) ? kind.check(row) : notAllowed()]));
      const decision = { ...kind.decision, updatedAt: now() };
      const changed = found.filter(({ id }) => judged.get(id) === true).map((row): ViolationRow => ({ ...row, ...decision }));
      await decide(
        tx,
        changed.map(({ id }) => id),
        decision,
      );
      await appendViolationEvents(
        tx,
        changed.map((row) => kind.tell(row, userId)),
        decision.updatedAt,
      );
      const outcomes = ids.map((id): Outcome => {
        const verdict = judged.get(id.toLowerCase()) ?? new NotFound('violation', id);
        return { id, error: typeof verdict === 'boolean' ? null : verdict };
      });
      return { outcomes, cursor };
    });
    onCommit();
    return decided;
  }

  return {
    async acknowledge(decider, ids) {
      requireReader(decider.viewer);
      return decideOn(decider, checkItems(ids, 'input.ids'), ACKNOWLEDGING);
    },
    async waive(decider, ids, given) {
      requireReader(decider.viewer);
      const { because, until } = checkWaiver(given, now());
      return decideOn(decider, checkItems(ids, 'input.ids'), {
        check: (violation) => isResolved(violation) ?? true,
        decision: { status: 'WAIVED', waivedUntil: until, waivedBecause: because },
        tell: (violation, actorId) => ({ type: 'policy.waived', violation, actorId, because, until }),
      });
    },
    async reopen(decider, ids) {
      requireReader(decider.viewer);
      return decideOn(decider, checkItems(ids, 'input.ids'), REOPENING);
    },
  };
}

const ACKNOWLEDGING: Kind = {
  check: (violation) => {
    if (violation.status === 'WAIVED') return new Conflict('This violation is waived. Reopen it first.');
    return isResolved(violation) ?? violation.status === 'OPEN';
  },
  decision: { status: 'ACKNOWLEDGED', waivedUntil: null, waivedBecause: null },
  tell: (violation, actorId) => ({ type: 'policy.acknowledged', violation, actorId }),
};

const REOPENING: Kind = {
  check: (violation) => isResolved(violation) ?? violation.status !== 'OPEN',
  decision: { status: 'OPEN', waivedUntil: null, waivedBecause: null },
  tell: (violation, actorId) => ({ type: 'policy.reopened', violation, actorId, because: 'somebody reopened it' }),
};

const isResolved = ({ status }: ViolationRow): Conflict | undefined =>
  status === 'RESOLVED'
    ? new Conflict('This violation is resolved: its cause is gone. Should the cause come back, so does the violation, as a new one.')
    : undefined;

const notAllowed = (): NotAllowed =>
  new NotAllowed('Deciding on this needs the role STEWARD or ADMIN over its source or its domain.', 'role:STEWARD');
