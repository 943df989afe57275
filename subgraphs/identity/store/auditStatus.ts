import type { Queryable } from '#platform/database/index.ts';

type AuditStatus = {
  sealedSeq: number;
  hash: Buffer;
  checkpointSeq: number | null;
  checkpointAt: Date | null;
  verifiedSeq: number | null;
  verifiedAt: Date | null;
  firstBrokenSeq: number | null;
  fault: string | null;
};

/** Up to where the log is sealed, and signed, and what the last verification of it found. */
export async function getAuditStatus(sql: Queryable): Promise<AuditStatus> {
  const [status] = await sql<AuditStatus[]>`
    select head.seq as sealed_seq, head.hash, checkpoint.seq as checkpoint_seq, checkpoint.time as checkpoint_at,
      verification.verified_seq, verification.finished_at as verified_at, verification.first_broken_seq, verification.fault
    from events.head
    left join lateral (
      select seq, time from events.checkpoints where checkpoints.epoch = head.epoch order by seq desc limit 1
    ) as checkpoint on true
    left join lateral (
      select verified_seq, finished_at, first_broken_seq, fault from events.verifications order by finished_at desc limit 1
    ) as verification on true`;
  return status!;
}
