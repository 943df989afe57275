/**
 * Who judges, and who copies the assets that judgements go by, takes turns: facts are read and judged within one turn, so no older judgement
 * overwrites a newer one. What people decide, and the end of waivers, need none: the locks of the violations' rows are enough.
 */
import type { Transaction } from '#platform/database/index.ts';

/** `eval` and `labl` in ASCII. */
const EVALUATION = 0x6576616c;
const LABELS = 0x6c61626c;

/** Until the transaction ends. Waiters come in the order in which they asked, so a job of many batches lets others in between. */
export const takeEvaluationTurn = async (tx: Transaction): Promise<void> => void (await tx`select pg_advisory_xact_lock(${EVALUATION})`);

/**
 * The same for labels, asset by asset, as an event tells all labels of one: who is about others does not wait. In one order
 * for everybody. At most some hundreds at a time: the server's table of locks is for all sessions together.
 */
export async function takeLabelTurns(tx: Transaction, assetIds: readonly string[]): Promise<void> {
  await tx`
    select pg_advisory_xact_lock(${LABELS}::int, k.key)
    from (select distinct hashtext(id) as key from unnest(${assetIds as string[]}::text[]) as t (id) order by 1) k`;
}
