'use client';
import Link from 'next/link';
import { useState } from 'react';
import { Copy } from 'lucide-react';
import { useClient, useQuery } from 'urql';
import { Button } from '@/components/ui/button';
import { KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { Initials } from '@/components/ui/people';
import { SeverityMark } from '@/components/ui/severity';
import { SideSection } from '@/components/ui/side-panel';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { toast } from '@/components/ui/toast';
import { graphql } from '@/gql';
import type { LineageImpactQuery } from '@/gql/graphql';
import { copyText } from '@/lib/copy-text';
import { errorText } from '@/lib/errors';
import { formatCount, formatEnum, plural } from '@/lib/format';
import { LINEAGE_GRAPH } from './documents';
import { fullNameOf, kindOf, nameOf, type Graph, type Node } from './graph';
import { reachedFrom } from './paths';
import type { Badge } from './use-badges';

const LINEAGE_IMPACT = graphql(`
  query LineageImpact($assetId: ID, $columnId: ID, $asOf: DateTime) {
    impact(assetId: $assetId, columnId: $columnId, asOf: $asOf) {
      rootId
      totalCount
      truncated
      withoutOwner
      byKind {
        kind
        count
      }
      byOwner {
        count
        user {
          id
          name
          email
        }
        team {
          id
          name
        }
      }
      byDomain {
        count
        domain {
          id
          name
        }
      }
      peopleToTell {
        id
        name
        email
      }
    }
  }
`);

type Impacted = NonNullable<LineageImpactQuery['impact']>;
type Props = {
  subject: { id: string; name: string; kind: string; isColumn: boolean };
  assetId: string;
  asOf: string | null;
  graph: Graph;
  badges: ReadonlyMap<string, Badge>;
  onGoTo: (id: string) => void;
};

const NEAREST = 8;
const MOST_OWNERS = 8;
const AT_MOST_COPIED = 500;

/** Whom a change of the subject reaches, and whom to tell. */
export function ImpactPanel({ subject, assetId, asOf, graph, badges, onGoTo }: Props) {
  const [{ data, error, fetching }, ask] = useQuery({
    query: LINEAGE_IMPACT,
    variables: subject.isColumn ? { columnId: subject.id, asOf } : { assetId: subject.id, asOf },
  });
  const [{ data: near }] = useQuery({
    query: LINEAGE_GRAPH,
    variables: { assetId, direction: 'DOWNSTREAM', depth: 20, asOf, maxNodes: NEAREST + 1 },
    pause: subject.isColumn,
  });
  const impact = data?.impact;
  if (error && !impact) return <ErrorPanel error={error} subject="The impact" onRetry={() => ask({ requestPolicy: 'network-only' })} />;
  if (!impact) return fetching ? <SkeletonRows rows={5} /> : <EmptyState title="Nothing is known of its impact" />;

  const reached = subject.isColumn ? [] : [...reachedFrom(subject.id, graph)];
  const inViolation = reached.filter((id) => badges.has(id)).length;
  const nearest = (near?.lineage?.nodes ?? []).filter(({ depth }) => depth > 0).toSorted((a, b) => a.depth - b.depth);
  const owners = impact.byOwner.length;
  const count = `${impact.truncated ? 'at least ' : ''}${plural(impact.totalCount, 'asset')}`;
  const domains = impact.byDomain.filter(({ domain }) => domain).length;
  return (
    <>
      <SideSection>
        <p className="flex min-w-0 items-center gap-2 font-medium">
          <KindIcon kind={subject.kind} isNamed />
          <Name name={subject.name} />
        </p>
        <p className="mt-1 text-fg-2">
          {impact.totalCount === 0 ? (
            'Nothing reads it: a change here reaches no other asset.'
          ) : (
            <>
              A change here reaches <strong className="font-semibold text-fg">{count}</strong>
              {domains > 0 && ` in ${plural(domains, 'domain')}`}
              {owners > 0 ? ' of ' : impact.totalCount === 1 ? '; it has no owner.' : '; none of them has an owner.'}
              {owners > 0 && (
                <>
                  <strong className="font-semibold text-fg">{plural(owners, 'owner')}</strong>.
                </>
              )}
            </>
          )}
        </p>
      </SideSection>
      {impact.totalCount > 0 && (
        <>
          <SideSection
            title={
              <>
                Downstream <span className="font-normal text-fg-3">{formatCount(impact.totalCount, impact.truncated)}</span>
              </>
            }
          >
            <ul>
              {impact.byKind.map(({ kind, count: number }) => (
                <Line
                  key={kind}
                  icon={<KindIcon kind={kind} isNamed />}
                  text={`${formatEnum(kind)}${number === 1 ? '' : 's'}`}
                  value={formatCount(number)}
                />
              ))}
              {inViolation > 0 && (
                <Line
                  icon={<SeverityMark severity="WARNING" aria-hidden />}
                  text={reached.length < impact.totalCount ? 'Already in violation, of those shown' : 'Already in violation'}
                  value={formatCount(inViolation)}
                />
              )}
            </ul>
          </SideSection>
          <SideSection title="Tell" action={<CopyList impact={impact} subject={subject} assetId={assetId} asOf={asOf} />}>
            <ul>
              {impact.byOwner.slice(0, MOST_OWNERS).map(({ user, team, count: number }) => (
                <Line
                  key={user?.id ?? team?.id ?? 'unknown'}
                  icon={<Initials name={user?.name ?? team?.name ?? '?'} isTeam={!user} />}
                  text={user?.name ?? team?.name ?? 'unknown'}
                  title={user?.email}
                  value={formatCount(number)}
                />
              ))}
              {owners > MOST_OWNERS && <Line text={`${formatCount(owners - MOST_OWNERS)} more`} value="" isFaint />}
              {impact.withoutOwner > 0 && <Line text="No owner" value={formatCount(impact.withoutOwner)} isFaint />}
            </ul>
          </SideSection>
        </>
      )}
      {nearest.length > 0 && (
        <SideSection title="Nearest">
          <ul>
            {nearest.map((node) => (
              <NearestLine key={node.id} node={node} onGoTo={graph.byId.has(node.id) ? () => onGoTo(node.id) : null} />
            ))}
          </ul>
        </SideSection>
      )}
    </>
  );
}

type LineProps = { icon?: React.ReactNode; text: string; title?: string; value: string; isFaint?: boolean };
const Line = ({ icon, text, title, value, isFaint = false }: LineProps) => (
  <li className="flex min-h-7 items-center gap-2">
    {icon}
    <bdi title={title} className={isFaint ? 'min-w-0 flex-1 truncate text-fg-3' : 'min-w-0 flex-1 truncate'}>
      {text}
    </bdi>
    <span className={isFaint ? 'text-fg-3' : ''}>{value}</span>
  </li>
);

function NearestLine({ node, onGoTo }: { node: Node; onGoTo: (() => void) | null }) {
  const name = <Name name={nameOf(node)} title={fullNameOf(node)} />;
  return (
    <li className="flex min-h-7 items-center gap-2">
      <KindIcon kind={kindOf(node)} />
      {onGoTo ? (
        <button type="button" className="flex min-w-0 flex-1 text-left hover:underline" onClick={onGoTo}>
          {name}
        </button>
      ) : (
        <Link href={`/assets/${node.id}`} className="flex min-w-0 flex-1 hover:underline">
          {name}
        </Link>
      )}
      <span className="shrink-0 text-small text-fg-3">{plural(node.depth, 'step')}</span>
    </li>
  );
}

/** Names and links as text, for a message to those whom it concerns. */
function CopyList({
  impact,
  subject,
  assetId,
  asOf,
}: {
  impact: Impacted;
  subject: Props['subject'];
  assetId: string;
  asOf: string | null;
}) {
  const client = useClient();
  const [state, setState] = useState<'rest' | 'busy' | 'copied'>('rest');
  const copy = async (): Promise<void> => {
    setState('busy');
    const variables = { assetId, direction: 'DOWNSTREAM' as const, depth: 20, asOf, maxNodes: AT_MOST_COPIED };
    const { data, error } = subject.isColumn
      ? { data: undefined, error: undefined }
      : await client.query(LINEAGE_GRAPH, variables).toPromise();
    if (error) {
      setState('rest');
      toast({ title: 'The list was not copied', text: errorText(error), stays: true });
      return;
    }
    const assets = (data?.lineage?.nodes ?? []).filter(({ depth }) => depth > 0);
    const lines = [
      `A change of ${subject.name} reaches ${impact.truncated ? 'at least ' : ''}${plural(impact.totalCount, 'asset')}.`,
      `${location.origin}/lineage/${assetId}`,
      '',
      'To tell:',
      ...impact.byOwner.map(({ user, team, count }) => `- ${user ? `${user.name} <${user.email}>` : (team?.name ?? 'unknown')}: ${count}`),
      ...(impact.withoutOwner > 0 ? [`- No owner: ${impact.withoutOwner}`] : []),
      ...(impact.peopleToTell?.length ? ['', `People: ${impact.peopleToTell.flatMap((person) => person?.email ?? []).join(', ')}`] : []),
      ...(assets.length > 0 ? ['', data?.lineage?.truncated ? 'The nearest assets:' : 'Assets:'] : []),
      ...assets.map((node) => `- ${fullNameOf(node)} (${formatEnum(kindOf(node))}) ${location.origin}/assets/${node.id}`),
    ];
    await copyText(lines.join('\n')).then(
      () => setState('copied'),
      () => {
        setState('rest');
        toast({ title: 'The list was not copied', text: 'The browser does not allow it.', stays: true });
      },
    );
  };
  return (
    <Button size="small" busy={state === 'busy'} icon={<Copy className="size-3" strokeWidth={1.6} />} onClick={() => void copy()}>
      {state === 'copied' ? 'Copied' : 'Copy list'}
    </Button>
  );
}
