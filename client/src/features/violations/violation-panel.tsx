'use client';
import Link from 'next/link';
import { useQuery } from 'urql';
import { Button, ButtonLink } from '@/components/ui/button';
import { KindIcon } from '@/components/ui/kind';
import { Markdown } from '@/components/ui/markdown';
import { Name } from '@/components/ui/name';
import { Owners } from '@/components/ui/people';
import { SeverityWord } from '@/components/ui/severity';
import { SidePanel, SideSection } from '@/components/ui/side-panel';
import { SkeletonRows } from '@/components/ui/skeleton';
import { ErrorPanel, NotFound } from '@/components/ui/states';
import { StatusWord } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import type { ViolationPanelQuery } from '@/gql/graphql';
import { formatMoment } from '@/lib/format';
import { useIsNarrow } from '@/lib/use-media';
import { useViewer } from '@/lib/viewer';
import { Evidence } from './evidence';
import { partsOf, placeOf } from './finding';
import type { Matching } from './use-all-matching';
import { ViolationHistory } from './violation-history';
import { whereOf } from './violation-row';

const VIOLATION_PANEL = graphql(`
  query ViolationPanel($id: ID!) {
    violation(id: $id) {
      ...ViolationRow
      evidence
      resolvedAt
      waivedUntil
      waivedBecause
      policy {
        id
        name
        description
        ruleType {
          name
          description
        }
      }
    }
  }
`);

type Violation = NonNullable<ViolationPanelQuery['violation']>;
type Actions = { onAcknowledge: (item: Matching) => void; onWaive: (item: Matching) => void; onReopen: (item: Matching) => void };

/** Why it was raised, what was seen, what resolves it, what became of it, and what the viewer can decide. */
export function ViolationPanel({ id, onClose, ...actions }: { id: string; onClose: () => void } & Actions) {
  const [{ data, error, stale, fetching }, again] = useQuery({ query: VIOLATION_PANEL, variables: { id } });
  const { maySteward } = useViewer();
  const isNarrow = useIsNarrow();
  // While another one is asked for, the one before is not shown in its place.
  const violation = data?.violation?.id === id ? data.violation : null;
  const buttons = violation?.asset && (
    <div className="flex flex-wrap gap-2">
      {maySteward(whereOf(violation)) && <Decisions violation={violation} {...actions} />}
      <ButtonLink variant="quiet" href={`/assets/${violation.asset.id}`}>
        Open asset
      </ButtonLink>
    </div>
  );
  return (
    <SidePanel
      label="The violation"
      onClose={onClose}
      head={
        violation && (
          <div className="flex gap-3">
            <SeverityWord severity={violation.severity} />
            <StatusWord status={violation.status} />
          </div>
        )
      }
      footer={isNarrow ? buttons : undefined}
    >
      {violation ? (
        <Details violation={violation} actions={isNarrow ? null : buttons} />
      ) : error ? (
        <ErrorPanel error={error} subject="The violation" onRetry={() => again({ requestPolicy: 'network-only' })} />
      ) : fetching || stale ? (
        <SkeletonRows rows={5} />
      ) : (
        <NotFound thing="violation" />
      )}
    </SidePanel>
  );
}

function Decisions({ violation, onAcknowledge, onWaive, onReopen }: { violation: Violation } & Actions) {
  const { status } = violation;
  if (status === 'RESOLVED') return null;
  return (
    <>
      {status === 'OPEN' && (
        <Button variant="primary" onClick={() => onAcknowledge(violation)}>
          Acknowledge
        </Button>
      )}
      {status !== 'WAIVED' && <Button onClick={() => onWaive(violation)}>Waive…</Button>}
      {status !== 'OPEN' && <Button onClick={() => onReopen(violation)}>Reopen</Button>}
    </>
  );
}

function Details({ violation, actions }: { violation: Violation; actions: React.ReactNode }) {
  const { asset, column, policy, status, message, evidence, waivedUntil, waivedBecause, resolvedAt } = violation;
  const { finding, advice } = partsOf(message);
  return (
    <>
      <div className="flex flex-col gap-2 px-4 pt-1 pb-3">
        <h2 className="text-panel break-words">
          <bdi>{finding}</bdi>
        </h2>
        {asset && (
          <div className="flex min-w-0 items-center gap-1.5">
            <KindIcon kind={asset.kind} />
            <Link href={`/assets/${asset.id}`} className="min-w-0 hover:underline">
              <Name name={placeOf(asset, column)} title={[asset.name, column?.name].filter(Boolean).join('.')} />
            </Link>
          </div>
        )}
        {asset && <Owners owners={asset.owners} />}
        {actions && <div className="pt-1">{actions}</div>}
      </div>
      {status === 'WAIVED' && waivedUntil && (
        <SideSection title="Waived">
          <p>Until {formatMoment(new Date(waivedUntil))}, then it opens again if its cause is still there.</p>
          {waivedBecause && <p className="mt-1 break-words whitespace-pre-line text-fg-2">{waivedBecause}</p>}
        </SideSection>
      )}
      <SideSection title="Why">
        <p>
          Raised by the policy{' '}
          <Link href={`/policies/${policy.id}`} className="font-medium text-primary-text hover:underline">
            <bdi>{policy.name}</bdi>
          </Link>
          .
        </p>
        {policy.description && <Markdown className="mt-1 text-fg-2">{policy.description}</Markdown>}
        <p className="mt-1 text-small text-fg-3">{policy.ruleType.description}</p>
      </SideSection>
      <SideSection title="Evidence">
        <Evidence evidence={evidence} />
      </SideSection>
      <SideSection title={status === 'RESOLVED' ? 'Resolved' : 'To resolve'}>
        {status === 'RESOLVED' ? (
          <p>
            Its cause is gone
            {resolvedAt && (
              <>
                {' '}
                since <Time at={resolvedAt} as="moment" />
              </>
            )}
            . Should it come back, a new violation is raised.
          </p>
        ) : (
          <p>
            {advice} {advice && 'Then it resolves by itself.'}
          </p>
        )}
      </SideSection>
      <SideSection title="History">
        <ViolationHistory id={violation.id} updatedAt={violation.updatedAt} />
      </SideSection>
    </>
  );
}
