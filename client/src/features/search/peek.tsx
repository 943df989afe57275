'use client';
import { useQuery } from 'urql';
import { Kbd, LabelChip } from '@/components/ui/badge';
import { ButtonLink } from '@/components/ui/button';
import { Highlight, plainText } from '@/components/ui/highlight';
import { KindIcon } from '@/components/ui/kind';
import { Markdown } from '@/components/ui/markdown';
import { Name } from '@/components/ui/name';
import { OwnerName } from '@/components/ui/people';
import { SEVERITIES, SeverityWord } from '@/components/ui/severity';
import { Fact, Facts, SidePanel, SideSection } from '@/components/ui/side-panel';
import { Skeleton } from '@/components/ui/skeleton';
import { ErrorPanel, NotFound } from '@/components/ui/states';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import type { SearchPeekQuery } from '@/gql/graphql';
import { formatAbout, formatCount, formatEnum } from '@/lib/format';
import { showHidden } from '@/lib/marked-name';
import { readHighlights } from './hit-texts';
import { PeekUses } from './peek-uses';
import type { Result } from './use-results';

const SEARCH_PEEK = graphql(`
  query SearchPeek($id: ID!, $ids: [ID!]!) {
    asset(id: $id) {
      id
      kind
      name
      displayName
      path
      description
      sourceDescription
      updatedAt
      tags
      source {
        id
        name
      }
      domain {
        id
        name
      }
      owners {
        role
        user {
          id
          name
        }
        team {
          id
          name
        }
      }
      table {
        rowEstimate
      }
      columns(first: 100) {
        totalCount
        nodes {
          id
          name
          nativeType
        }
      }
      violations(first: 10, filter: { statuses: [OPEN] }) {
        totalCount
        nodes {
          id
          severity
        }
      }
    }
    columns(first: 20, filter: { assetIds: $ids, labelStates: [CONFIRMED] }) {
      nodes {
        id
        name
        labels {
          id
          state
          label {
            id
            name
          }
        }
      }
    }
  }
`);

type Props = {
  id: string;
  /** What matched, where the row is still there. */
  result?: Result;
  onClose?: () => void;
};

/** What a person must know to tell this asset from the one beside it. */
export function Peek({ id, result, onClose }: Props) {
  const [{ data, error, fetching }, again] = useQuery({ query: SEARCH_PEEK, variables: { id, ids: [id] } });
  const asset = data?.asset;
  const footer = (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-small text-fg-3">
      <span className="flex items-center gap-1">
        <Kbd>↑</Kbd> <Kbd>↓</Kbd> move
      </span>
      <span className="flex items-center gap-1">
        <Kbd>↵</Kbd> open
      </span>
      <span className="flex items-center gap-1">
        <Kbd>L</Kbd> lineage
      </span>
    </div>
  );
  return (
    <SidePanel
      label="Details of the chosen asset"
      onClose={onClose}
      head={asset ? <Head asset={asset} /> : <span>&nbsp;</span>}
      footer={onClose ? undefined : footer}
      className="lg:w-[324px]"
    >
      {asset ? (
        <Details asset={asset} labelled={data.columns?.nodes ?? []} result={result?.id === asset.id ? result : undefined} />
      ) : error ? (
        <ErrorPanel error={error} subject="The asset" onRetry={() => again({ requestPolicy: 'network-only' })} />
      ) : fetching ? (
        <div aria-busy="true" className="flex flex-col gap-3 p-4">
          <Skeleton className="h-5 w-3/5" />
          <Skeleton className="h-4 w-2/5" />
          <Skeleton className="h-16" />
        </div>
      ) : (
        <NotFound thing="asset" />
      )}
    </SidePanel>
  );
}

type PeekedAsset = NonNullable<SearchPeekQuery['asset']>;
type Labelled = NonNullable<SearchPeekQuery['columns']>['nodes'];

const Head = ({ asset }: { asset: PeekedAsset }) => (
  <div className="flex items-center gap-2">
    <KindIcon kind={asset.kind} className="size-4" />
    <h2 className="flex min-w-0 flex-1 text-bar">
      <Name name={asset.displayName} title={asset.name} />
    </h2>
    <ButtonLink href={`/assets/${asset.id}`} prefetch={false}>
      Open
    </ButtonLink>
  </div>
);

function Details({ asset, labelled, result }: { asset: PeekedAsset; labelled: Labelled; result?: Result }) {
  const description = asset.description ?? asset.sourceDescription;
  const place = [asset.source?.name, ...asset.path.slice(0, -1)].filter((each) => each !== undefined);
  const worst = SEVERITIES.find((severity) => asset.violations?.nodes.some((each) => each.severity === severity));
  const matching = result ? readHighlights(result.highlights, asset).columns : [];
  const types = new Map(asset.columns.nodes.map(({ name, nativeType }) => [name, nativeType]));
  return (
    <>
      <div className="px-4 pb-3">
        <p className="break-words text-small text-fg-3">
          <bdi>{place.map(showHidden).join(' / ')}</bdi>
        </p>
      </div>
      <SideSection>
        {description ? (
          <div className="max-h-32 overflow-hidden break-words text-fg-2">
            <Markdown>{description}</Markdown>
          </div>
        ) : (
          <p className="text-fg-3">No description</p>
        )}
      </SideSection>
      <SideSection>
        <Facts>
          {asset.owners.length === 0 && (
            <Fact name="Owner">
              <span className="text-fg-3">No owner</span>
            </Fact>
          )}
          {asset.owners.map((owner) => (
            <Fact key={`${owner.role} ${owner.user?.id ?? owner.team?.id}`} name={formatEnum(owner.role)}>
              <OwnerName owner={owner} className="max-w-full" />
            </Fact>
          ))}
          {asset.domain && (
            <Fact name="Domain">
              <bdi>{asset.domain.name}</bdi>
            </Fact>
          )}
          {asset.tags.length > 0 && (
            <Fact name="Tags">
              <bdi>{asset.tags.join(', ')}</bdi>
            </Fact>
          )}
          {asset.table?.rowEstimate != null && asset.table.rowEstimate >= 0 && (
            <Fact name="Rows">{formatAbout(asset.table.rowEstimate)}</Fact>
          )}
          {(asset.columns.totalCount ?? 0) > 0 && <Fact name="Columns">{formatCount(asset.columns.totalCount!)}</Fact>}
          <Fact name="Violations">
            {!asset.violations ? (
              <span className="text-fg-3">not available</span>
            ) : worst ? (
              <span className="inline-flex items-center gap-2">
                <SeverityWord severity={worst} /> {formatCount(asset.violations.totalCount ?? asset.violations.nodes.length)} open
              </span>
            ) : (
              'none open'
            )}
          </Fact>
          <PeekUses id={asset.id} />
          <Fact name="Changed">
            <Time at={asset.updatedAt} />
          </Fact>
        </Facts>
      </SideSection>
      {matching.length > 0 && (
        <SideSection title="Columns that match">
          <ul className="flex flex-col gap-1">
            {matching.map((marked) => (
              <li key={marked} className="flex min-w-0 items-center gap-2 font-mono">
                <bdi className="min-w-0 flex-1 truncate" title={showHidden(plainText(marked))}>
                  <Highlight text={showHidden(marked)} />
                </bdi>
                <span className="max-w-[45%] truncate text-small text-fg-3">{types.get(plainText(marked))}</span>
              </li>
            ))}
          </ul>
        </SideSection>
      )}
      {labelled.length > 0 && (
        <SideSection title="Labelled columns">
          <ul className="flex flex-col gap-1">
            {labelled.map(({ id, name, labels }) => (
              <li key={id} className="flex min-w-0 items-center gap-2">
                <Name name={name} className="min-w-0 flex-1" />
                <span className="flex max-w-[60%] flex-wrap justify-end gap-1">
                  {labels
                    ?.filter(({ state }) => state === 'CONFIRMED')
                    .map(({ id: labelId, label }) => (
                      <LabelChip key={labelId} name={label.name} />
                    ))}
                </span>
              </li>
            ))}
          </ul>
        </SideSection>
      )}
    </>
  );
}
