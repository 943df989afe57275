'use client';
import { useQuery } from 'urql';
import { Panel } from '@/components/ui/panel';
import { ErrorPanel } from '@/components/ui/states';
import { StatusMark } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import type { AuditStateQuery } from '@/gql/graphql';
import { formatCount } from '@/lib/format';

const AUDIT_STATE = graphql(`
  query AuditState {
    auditStatus {
      sealedSeq
      hash
      checkpointSeq
      checkpointAt
      verifiedSeq
      verifiedAt
      firstBrokenSeq
      fault
    }
  }
`);

/** Up to where the log is sealed, signed and verified. Gives what asks again, too. */
export function useChain() {
  const [{ data, error }, ask] = useQuery({ query: AUDIT_STATE });
  return { status: data?.auditStatus, error, reload: () => ask({ requestPolicy: 'network-only' }) };
}

export const ChainPanel = ({ status, error }: Pick<ReturnType<typeof useChain>, 'status' | 'error'>) => (
  <Panel name="The state of the chain">
    {error ? <ErrorPanel error={error} subject="The state of the chain" /> : status && <Chain status={status} />}
  </Panel>
);

type Status = NonNullable<AuditStateQuery['auditStatus']>;

function Chain({ status }: { status: Status }) {
  const { sealedSeq, checkpointSeq, checkpointAt, verifiedSeq, verifiedAt, firstBrokenSeq, fault } = status;
  return (
    <>
      {fault != null && (
        <p role="alert" className="flex items-start gap-2 bg-error-subtle p-3 text-error-text">
          <StatusMark status="FAILED" className="mt-[3px]" />
          <span>
            {firstBrokenSeq != null
              ? `The chain is broken at event ${formatCount(firstBrokenSeq)}. `
              : 'The checkpoints of the chain are not as they were. '}
            {fault} Compare with a backup before anything else.
          </span>
        </p>
      )}
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2">
        <span className="flex items-center gap-2">
          <StatusMark status={fault != null ? 'FAILED' : verifiedSeq != null ? 'COMPLETED' : 'OPEN'} />
          {verifiedSeq != null
            ? `Intact up to event ${formatCount(verifiedSeq)}`
            : `Sealed up to event ${formatCount(sealedSeq)}, not verified yet`}
          {verifiedAt && (
            <span className="text-fg-3">
              , verified <Time at={verifiedAt} as="moment" />
            </span>
          )}
        </span>
        {checkpointSeq != null && checkpointAt && (
          <span className="text-fg-3">
            checkpoint {formatCount(checkpointSeq)} signed <Time at={checkpointAt} as="moment" />
          </span>
        )}
      </p>
    </>
  );
}
