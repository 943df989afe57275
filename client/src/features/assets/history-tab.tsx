'use client';
import { ArrowLeftRight, ArrowRight } from 'lucide-react';
import { useEffect } from 'react';
import { useQuery } from 'urql';
import { Diff, DiffCounts } from '@/components/diff';
import { Kbd } from '@/components/ui/badge';
import { Button, IconButton } from '@/components/ui/button';
import { Segmented, Select } from '@/components/ui/field';
import { RefetchLine, SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import type { HistoryTabQuery } from '@/gql/graphql';
import { formatRun, plural } from '@/lib/format';
import { usePages } from '@/lib/graphql/use-pages';
import { useKeys } from '@/lib/keys';
import { useUrlState } from '@/lib/url-state';
import type { Asset } from './asset-query';
import { diffSnapshots } from './history-diff';
import { SnapshotView } from './snapshot-view';
import { useNames } from './use-names';
import { UseThisText } from './use-this-text';
import type { Did } from './use-undo';
import { VersionList } from './version-list';

const HISTORY_TAB = graphql(`
  query HistoryTab($id: ID!, $after: String) {
    asset(id: $id) {
      id
      history(first: 50, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          cursor
          node {
            ...VersionAuthor
          }
        }
      }
    }
  }
`);
const HISTORY_SNAPSHOT = graphql(`
  query HistorySnapshot($id: ID!, $after: String) {
    asset(id: $id) {
      id
      history(first: 1, after: $after) {
        nodes {
          id
          version
          snapshot
        }
      }
    }
  }
`);

type Edge = NonNullable<HistoryTabQuery['asset']>['history']['edges'][number];
export type Version = Edge['node'];
type Props = { asset: Asset; mayEdit: boolean; did: Did };

/** A new version begins the list anew; what is compared is in the address. */
export const HistoryTab = (props: Props) => <History key={props.asset.version} {...props} />;

/** Versions are read one by one: the snapshot of one comes after the cursor of the version above it. */
function useSnapshot(id: string, edges: readonly Edge[], version: number | undefined) {
  const at = edges.findIndex(({ node }) => node.version === version);
  const after = at > 0 ? edges[at - 1]!.cursor : undefined;
  const [{ data, error, fetching }] = useQuery({ query: HISTORY_SNAPSHOT, variables: { id, after }, pause: at < 0 });
  const found = data?.asset?.history.nodes.find((node) => node.version === version);
  return { snapshot: found?.snapshot, error, fetching };
}

const numberOf = (text: string | null): number | undefined => (text && /^\d+$/.test(text) ? Number(text) : undefined);

function History({ asset, mayEdit, did }: Props) {
  const url = useUrlState();
  const nameOf = useNames();
  const pages = usePages(HISTORY_TAB, { id: asset.id }, (data) => data.asset && { ...data.asset.history, nodes: data.asset.history.edges });
  const edges = pages.nodes;
  const newest = edges[0]?.node.version;
  const to = numberOf(url.get('to')) ?? newest;
  const from = numberOf(url.get('from')) ?? (to === undefined ? undefined : Math.max(1, to - 1));
  const isSnapshot = url.get('view') === 'snapshot' || newest === 1;

  // A version that the address names may be some pages away.
  const oldest = edges.at(-1)?.node.version ?? Infinity;
  const isFar = oldest > Math.min(from ?? Infinity, to ?? Infinity);
  const { hasNextPage, isFetching, loadMore } = pages;
  useEffect(() => {
    if (isFar && hasNextPage && !isFetching) loadMore();
  }, [isFar, hasNextPage, isFetching, loadMore]);

  const before = useSnapshot(asset.id, edges, from);
  const after = useSnapshot(asset.id, edges, to);
  const choose = (change: { from?: number; to?: number }) =>
    url.set({ ...(change.from && { from: String(change.from) }), ...(change.to && { to: String(change.to) }) });
  useKeys({ '[': () => focusChange(-1), ']': () => focusChange(1) });

  if (pages.error && edges.length === 0) return <ErrorPanel error={pages.error} subject="The history" onRetry={pages.reload} />;
  if (edges.length === 0 || from === undefined || to === undefined) return <SkeletonRows rows={8} />;
  const versions = edges.map(({ node }) => node);
  const error = before.error ?? after.error;
  const isReady = after.snapshot !== undefined && (isSnapshot || before.snapshot !== undefined);
  const compared = isReady && !isSnapshot ? diffSnapshots(before.snapshot, after.snapshot, nameOf) : null;
  const groups = compared?.groups.map((group) => ({
    ...group,
    rows: group.rows.map((row) => ({
      ...row,
      action: mayEdit && /(^|\/)description$/.test(row.id) && row.before !== undefined && (
        <UseThisText {...{ asset, did }} path={row.id} column={String(row.name)} text={row.before} />
      ),
    })),
  }));
  return (
    <div className="flex min-h-0 flex-1 max-md:flex-col max-md:overflow-y-auto">
      <VersionList
        {...{ versions, from, to, choose }}
        total={pages.totalCount ?? asset.version}
        hasMore={hasNextPage}
        isFetching={isFetching}
        onMore={loadMore}
        onRetryRest={pages.retryRest}
      />
      <section aria-label="Changes" className="relative flex min-h-0 min-w-0 flex-1 flex-col max-md:min-h-[60dvh] max-md:flex-none">
        <RefetchLine isOn={!isReady && (before.fetching || after.fetching)} />
        <div className="flex flex-wrap items-center gap-2 border-b border-line px-5 py-2 max-sm:px-3">
          {!isSnapshot && <Choice label="From" versions={versions} value={from} onChange={(version) => choose({ from: version })} />}
          {!isSnapshot && <ArrowRight aria-hidden className="size-3.5 text-fg-3" strokeWidth={1.6} />}
          <Choice label={isSnapshot ? 'Version' : 'To'} versions={versions} value={to} onChange={(version) => choose({ to: version })} />
          {!isSnapshot && (
            <IconButton
              label="Swap the two versions"
              icon={<ArrowLeftRight className="size-3.5" strokeWidth={1.6} />}
              onClick={() => choose({ from: to, to: from })}
            />
          )}
          <span className="ml-auto">{groups && <DiffCounts groups={groups} />}</span>
          {newest !== 1 && (
            <Segmented
              label="What is shown"
              value={isSnapshot ? 'snapshot' : 'changes'}
              onChange={(view) => url.set({ view: view === 'snapshot' ? view : null })}
              options={[
                { value: 'changes', label: 'Changes' },
                { value: 'snapshot', label: 'Snapshot' },
              ]}
            />
          )}
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto pb-16">
          {newest === 1 && (
            <EmptyState title="Version 1">
              Nothing has changed since <Time at={versions[0]!.at} as="moment" />.
            </EmptyState>
          )}
          {error ? (
            <ErrorPanel error={error} subject="This comparison" />
          ) : !isReady ? (
            <SkeletonRows rows={6} />
          ) : isSnapshot ? (
            <SnapshotView snapshot={after.snapshot} nameOf={nameOf} />
          ) : groups?.length === 0 ? (
            <EmptyState title="No difference">These two versions say the same.</EmptyState>
          ) : (
            <>
              <Diff
                label={`Version ${from} compared with version ${to}`}
                groups={groups!}
                before={`Version ${from}`}
                after={`Version ${to}`}
              />
              <Unchanged names={compared!.unchangedColumns} />
            </>
          )}
        </div>
      </section>
    </div>
  );
}

/** The next change gets the focus; from the last one it goes on with the first. */
function focusChange(by: 1 | -1): void {
  const changes = [...document.querySelectorAll<HTMLElement>('[data-change]')];
  const at = changes.indexOf(document.activeElement as HTMLElement);
  const next = changes[at < 0 ? (by === 1 ? 0 : changes.length - 1) : (at + by + changes.length) % changes.length];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

type ChoiceProps = { label: string; versions: readonly Version[]; value: number; onChange: (version: number) => void };

const Choice = ({ label, versions, value, onChange }: ChoiceProps) => (
  <Select aria-label={label} value={value} onChange={(event) => onChange(Number(event.target.value))} className="w-auto max-w-48">
    {versions.every(({ version }) => version !== value) && <option value={value}>Version {value}</option>}
    {versions.map(({ version, at }) => (
      <option key={version} value={version}>
        Version {version}, {formatRun(new Date(at))}
      </option>
    ))}
  </Select>
);

function Unchanged({ names }: { names: readonly string[] }) {
  const url = useUrlState();
  const isShown = url.get('unchanged') !== null;
  return (
    <div className="px-5 pt-3 text-small text-fg-3 max-sm:px-3">
      <p className="flex flex-wrap items-center gap-3">
        {names.length > 0 && (
          <>
            {plural(names.length, 'unchanged column')} {names.length === 1 ? 'is' : 'are'} {isShown ? 'shown' : 'hidden'}.
            <Button size="small" variant="quiet" aria-expanded={isShown} onClick={() => url.set({ unchanged: isShown ? null : '1' })}>
              {isShown ? 'Hide them' : 'Show them'}
            </Button>
          </>
        )}
        <span className="ml-auto max-sm:hidden">
          <Kbd>[</Kbd> <Kbd>]</Kbd> next change
        </span>
      </p>
      {isShown && <p className="font-mono break-words">{names.join(', ')}</p>}
    </div>
  );
}
