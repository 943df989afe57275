'use client';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useQuery } from 'urql';
import { AssetPicker } from '@/components/pickers/asset-picker';
import { Page } from '@/components/page';
import { Field } from '@/components/ui/field';
import { KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { Panel } from '@/components/ui/panel';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { graphql } from '@/gql';
import type { LineageLandingQuery } from '@/gql/graphql';
import { formatCount, plural } from '@/lib/format';

const LINEAGE_LANDING = graphql(`
  query LineageLanding {
    lineageStatistics(first: 20) {
      assets
      flows
      orphans
      roots
      leaves
      cycleCount
      truncated
      cycles {
        size
        assets {
          id
          name
          kind
        }
      }
      mostDependedUpon {
        readers
        asset {
          id
          name
          kind
          source {
            id
            name
          }
        }
      }
    }
  }
`);

type Statistics = NonNullable<LineageLandingQuery['lineageStatistics']>;

/** Where to begin: what is asked about, or what much hangs on. */
export function Landing() {
  const router = useRouter();
  const [{ data, error, fetching }, ask] = useQuery({ query: LINEAGE_LANDING });
  const statistics = data?.lineageStatistics;
  return (
    <Page title="Lineage">
      <div className="flex max-w-[1080px] flex-col gap-5">
        <Field
          label="Lineage of"
          hint="Where its data comes from and where it goes, now and at any moment since the first scan."
          className="max-w-[560px]"
        >
          {(control) => (
            <AssetPicker
              {...control}
              single
              value={[]}
              onChange={([asset]) => asset && router.push(`/lineage/${encodeURIComponent(asset.id)}`)}
            />
          )}
        </Field>
        {error && !statistics ? (
          <Panel name="Statistics of the lineage">
            <ErrorPanel
              error={error}
              subject="The overview of the lineage"
              rest="An asset can still be chosen."
              onRetry={() => ask({ requestPolicy: 'network-only' })}
            />
          </Panel>
        ) : statistics ? (
          <Overview statistics={statistics} />
        ) : fetching ? (
          <SkeletonRows rows={8} />
        ) : null}
      </div>
    </Page>
  );
}

function Overview({ statistics }: { statistics: Statistics }) {
  const { assets, flows, orphans, roots, leaves, cycleCount, truncated, cycles, mostDependedUpon } = statistics;
  const figures: [string, number, string][] = [
    ['Assets', assets, 'that live'],
    ['Flows', flows, 'between two of them'],
    ['Roots', roots, 'flow on, and read nothing'],
    ['Leaves', leaves, 'read, and nothing reads them'],
    ['Without lineage', orphans, 'nothing known in or out'],
    ['Circles', cycleCount, 'of data that flows round'],
  ];
  return (
    <>
      <dl className="grid grid-cols-6 overflow-hidden rounded-panel border border-line max-md:grid-cols-3 max-sm:grid-cols-2">
        {figures.map(([name, count, text]) => (
          <div key={name} className="-mt-px -ml-px flex flex-col border-t border-l border-line px-4 py-3">
            <dt className="text-fg-2">{name}</dt>
            <dd className="text-figure">{formatCount(count, truncated)}</dd>
            <dd className="text-small text-fg-3">{text}</dd>
          </div>
        ))}
      </dl>
      {truncated && <p className="text-small text-fg-3">At least: not everything could be looked at.</p>}
      <div className="grid grid-cols-2 items-start gap-4 max-md:grid-cols-1">
        <Panel name="Most depended upon" title="Most depended upon">
          {mostDependedUpon.length === 0 ? (
            <EmptyState title="No lineage is known yet">
              It comes from the definitions of views, from OpenLineage events, and from people.
            </EmptyState>
          ) : (
            <ol>
              {mostDependedUpon.flatMap(({ asset, readers }) =>
                asset
                  ? [
                      <li key={asset.id} className="flex h-row items-center gap-2 border-b border-line px-3 last:border-b-0 hover:bg-hover">
                        <KindIcon kind={asset.kind} />
                        <Link href={`/lineage/${asset.id}`} className="flex min-w-0 flex-1 font-medium hover:underline">
                          <Name name={asset.name} />
                        </Link>
                        <span className="shrink-0 text-fg-2">{plural(readers, 'reader')}</span>
                      </li>,
                    ]
                  : [],
              )}
            </ol>
          )}
        </Panel>
        <Panel name="Circles" title="Circles" count={cycleCount > 0 ? formatCount(cycleCount) : undefined}>
          {cycles.length === 0 ? (
            <EmptyState title="No circles">No data flows round to where it came from.</EmptyState>
          ) : (
            <ul>
              {cycles.map(({ size, assets: members }) => {
                const known = members.flatMap((asset) => (asset ? [asset] : []));
                const [first] = known;
                return first ? (
                  <li key={first.id} className="border-b border-line px-3 py-2 last:border-b-0">
                    <p className="flex items-center gap-2">
                      <KindIcon kind={first.kind} />
                      <Link href={`/lineage/${first.id}`} className="flex min-w-0 flex-1 font-medium hover:underline">
                        <Name name={first.name} />
                      </Link>
                      <span className="shrink-0 text-fg-2">{plural(size, 'asset')}</span>
                    </p>
                    <p className="truncate pl-5.5 font-mono text-small text-fg-3">
                      {known
                        .slice(1, 4)
                        .map(({ name }) => name)
                        .join(', ')}
                    </p>
                  </li>
                ) : null;
              })}
            </ul>
          )}
        </Panel>
      </div>
    </>
  );
}
