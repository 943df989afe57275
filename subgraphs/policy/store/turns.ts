/** Who writes violations, and the replica of assets that they go by, takes turns: facts are read and judged within one turn, so no older judgement overwrites a newer one. */
import type { Transaction } from '#platform/database/index.ts';

/** `eval` and `labl` in ASCII. */
const EVALUATION = 0x6576616c;
const LABELS = 0x6c61626c;

/** Until the transaction ends. Waiters come in the order in which they asked, so a job of many batches lets others in between. */
export const takeEvaluationTurn = async (tx: Transaction): Promise<void> => void (await tx`select pg_advisory_xact_lock(${EVALUATION})`);

/** The same for labels: an event tells all labels of an asset, so two must not be written at once. */
export const takeLabelTurn = async (tx: Transaction): Promise<void> => void (await tx`select pg_advisory_xact_lock(${LABELS})`);
