'use client';
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useState, type ReactNode } from 'react';
import { useQuery } from 'urql';
import { Page, type Crumb } from '@/components/page';
import { Boundary } from '@/components/ui/panel';
import { SkeletonRows } from '@/components/ui/skeleton';
import { ErrorPanel, NotFound } from '@/components/ui/states';
import { Tabs } from '@/components/ui/tabs';
import { formatCount } from '@/lib/format';
import { useKeys } from '@/lib/keys';
import { useUrlState } from '@/lib/url-state';
import { useViewer } from '@/lib/viewer';
import { AssetHeader, copyName, useActiveViolations } from './asset-header';
import { ASSET_PAGE, assetHref, CONTAINERS, TABS, type Asset, type TabId } from './asset-query';
import { draftKey, readDraft } from './draft';
import type { Draft } from './edit-sheet';
import { SchemaTab } from './schema-tab';
import { useLiveAsset } from './use-live-asset';
import { useUndo } from './use-undo';

const loading = () => <SkeletonRows rows={8} />;
const ChildrenTab = dynamic(() => import('./children-tab').then((file) => file.ChildrenTab), { loading });
const ViolationsTab = dynamic(() => import('./violations-tab').then((file) => file.ViolationsTab), { loading });
const HistoryTab = dynamic(() => import('./history-tab').then((file) => file.HistoryTab), { loading });
const DefinitionTab = dynamic(() => import('./definition-tab').then((file) => file.DefinitionTab), { loading });
const ActivityTab = dynamic(() => import('./activity-tab').then((file) => file.ActivityTab), { loading });
const EditSheet = dynamic(() => import('./edit-sheet').then((file) => file.EditSheet));

/** Everything about one asset. `lineage`: what its tab shows. */
export function AssetPage({ id, lineage }: { id: string; lineage: ReactNode }) {
  const [{ data, error, fetching }, again] = useQuery({ query: ASSET_PAGE, variables: { id } });
  const asset = data?.asset;
  if (asset) return <Loaded asset={asset} lineage={lineage} />;
  // An id that cannot be one is told like one that is not there.
  const isUnknown = (data && !error) || error?.graphQLErrors.some(({ extensions }) => extensions.code === 'BAD_USER_INPUT');
  return (
    <Page title="Asset">
      {isUnknown && !fetching ? (
        <NotFound thing="asset" />
      ) : error ? (
        <ErrorPanel error={error} subject="The asset" onRetry={() => again({ requestPolicy: 'network-only' })} />
      ) : (
        <SkeletonRows rows={10} />
      )}
    </Page>
  );
}

/** Source → database → schema. */
const crumbsOf = ({ source, parent }: Asset): Crumb[] => [
  ...(source ? [{ label: source.name, href: `/sources/${source.id}` }] : []),
  ...[parent?.parent, parent].flatMap((above) => (above ? [{ label: above.displayName, href: assetHref(above.id) }] : [])),
];

function Loaded({ asset, lineage }: { asset: Asset; lineage: ReactNode }) {
  const { id } = asset;
  const router = useRouter();
  const url = useUrlState();
  const { viewer, maySteward } = useViewer();
  const active = useActiveViolations(id);
  const change = useLiveAsset(id, viewer.id);
  const did = useUndo();
  const mayEdit = !asset.deletedAt && maySteward({ sourceId: asset.source?.id, domainId: asset.domain?.id });
  const draft = draftKey(`asset.${id}`, viewer.id);
  const [isEditing, setEditing] = useState(() => {
    const kept = readDraft<Draft>(draft);
    return kept !== null && !kept.isLater;
  });
  const edit = () => setEditing(true);
  const copy = () => copyName(asset.name);

  const isContainer = CONTAINERS.includes(asset.kind);
  const current = TABS.find((tab) => tab === url.get('tab')) ?? 'schema';
  const hasColumns = current === 'schema' && !isContainer;
  const tabHref = (tab: TabId) => (tab === 'schema' ? assetHref(id) : `${assetHref(id)}?tab=${tab}`);
  const tabs = [
    {
      id: 'schema',
      label: isContainer ? 'Contents' : 'Schema',
      count: isContainer ? undefined : formatCount(asset.columns.totalCount ?? 0),
    },
    { id: 'lineage', label: 'Lineage' },
    {
      id: 'violations',
      label: 'Violations',
      count: active && active.open + active.acknowledged > 0 ? formatCount(active.open + active.acknowledged) : undefined,
    },
    { id: 'history', label: 'History', count: formatCount(asset.version) },
    { id: 'definition', label: 'Definition' },
    { id: 'activity', label: 'Activity' },
  ] as const satisfies readonly { id: TabId; label: string; count?: string }[];
  useKeys({
    c: copy,
    l: () => router.push(`/lineage/${id}`),
    // A column that has the focus, or is opened, is edited instead.
    ...(mayEdit && {
      e: ({ target }) => (hasColumns && (url.get('column') !== null || (target as Element).closest('[data-index]')) ? false : edit()),
    }),
    ...Object.fromEntries(TABS.map((tab, index) => [`${index + 1}`, () => history.replaceState(null, '', tabHref(tab))])),
  });

  return (
    <Page title={`${asset.displayName}, ${tabs.find((tab) => tab.id === current)!.label}`} heading={null} crumbs={crumbsOf(asset)} fills>
      <AssetHeader {...{ asset, active, mayEdit }} onEdit={edit} onCopy={copy} />
      <Tabs label="Parts of this asset" current={current} tabs={tabs.map((tab) => ({ ...tab, href: tabHref(tab.id) }))} />
      <Boundary key={current} name={tabs.find((tab) => tab.id === current)!.label}>
        {current === 'schema' &&
          (isContainer ? (
            <ChildrenTab asset={asset} mayEdit={mayEdit} onEdit={edit} />
          ) : (
            <SchemaTab {...{ asset, mayEdit, did }} viewerId={viewer.id} onEditAsset={edit} />
          ))}
        {current === 'lineage' && lineage}
        {current === 'violations' && <ViolationsTab id={id} />}
        {current === 'history' && <HistoryTab {...{ asset, mayEdit, did }} />}
        {current === 'definition' && <DefinitionTab asset={asset} />}
        {current === 'activity' && <ActivityTab id={id} />}
      </Boundary>
      {isEditing && mayEdit && <EditSheet {...{ asset, draft, change, did }} onClose={() => setEditing(false)} />}
    </Page>
  );
}
