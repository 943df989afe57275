'use client';
import { Plus } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useQuery } from 'urql';
import { BulkBar } from '@/components/ui/bulk-bar';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorPanel, NotFound } from '@/components/ui/states';
import { toast } from '@/components/ui/toast';
import { AssetRows } from '@/components/vocabulary/asset-rows';
import { AssignDialog, MoveDialog, NodeSheet } from '@/components/vocabulary/late-dialogs';
import { ChangedBy } from '@/components/vocabulary/changed-by';
import { useNodes } from '@/components/vocabulary/frame';
import { NodePage } from '@/components/vocabulary/node-page';
import { useAssign } from '@/components/vocabulary/use-assign';
import { graphql } from '@/gql';
import type { GlossaryTermQuery } from '@/gql/graphql';
import { errorText } from '@/lib/errors';
import { formatCount, plural } from '@/lib/format';
import { usePages } from '@/lib/graphql/use-pages';
import { useSelection } from '@/lib/use-selection';
import { useViewer } from '@/lib/viewer';
import { TERM_NOUN } from './glossary-frame';
import { GLOSSARY_EVENTS, useGlossaryTermChanges } from './use-term-changes';

graphql(`
  fragment GlossaryTermFields on GlossaryTerm {
    id
    name
    definition
    version
    parent {
      id
      name
    }
  }
`);
const GLOSSARY_TERM = graphql(`
  query GlossaryTerm($id: ID!) {
    glossaryTerm(id: $id) {
      ...GlossaryTermFields
    }
  }
`);
const GLOSSARY_TERM_ASSETS = graphql(`
  query GlossaryTermAssets($id: ID!, $after: String) {
    glossaryTerm(id: $id) {
      id
      assets(first: 50, after: $after) {
        totalCount
        nodes {
          ...VocabularyAsset
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

export function GlossaryTerm({ id }: { id: string }) {
  const [{ data, error, fetching }, ask] = useQuery({ query: GLOSSARY_TERM, variables: { id } });
  const again = () => ask({ requestPolicy: 'network-only' });
  if (data?.glossaryTerm) return <Term key={id} onChange={again} term={data.glossaryTerm} />;
  if (error) return <ErrorPanel error={error} subject="This term" onRetry={again} />;
  return fetching ? <SkeletonRows rows={6} /> : <NotFound thing="term" />;
}

function Term({ term, onChange }: { term: NonNullable<GlossaryTermQuery['glossaryTerm']>; onChange: () => void }) {
  const { id, name, definition, version, parent } = term;
  const router = useRouter();
  const { nodes, reload } = useNodes();
  const { mayStewardAll } = useViewer();
  const { save, move, remove, theirs } = useGlossaryTermChanges();
  const assign = useAssign();
  const selection = useSelection();
  const [open, setOpen] = useState<'edit' | 'add' | 'move' | 'remove' | 'assign' | null>(null);
  const close = () => setOpen(null);
  const assets = usePages(GLOSSARY_TERM_ASSETS, { id }, ({ glossaryTerm }) => glossaryTerm?.assets);
  const below = nodes.children.get(id)?.length ?? 0;

  const takeAway = async () => {
    const ids = [...selection.ids];
    const refused = await assign(ids, ({ terms }) => ({ termIds: terms.map((each) => each.id).filter((each) => each !== id) }));
    const done = ids.filter((each) => !refused.has(each));
    selection.set(refused.keys());
    assets.reload();
    toast({
      title: `${plural(done.length, 'asset')} without “${name}” now${refused.size > 0 ? `, ${refused.size} not` : ''}`,
      text: refused.size > 0 ? [...refused.values()][0] : undefined,
      stays: refused.size > 0,
      action: done.length > 0 ? { label: 'Undo', run: () => void give(done) } : undefined,
    });
  };
  const give = async (ids: readonly string[]) => {
    const refused = await assign(ids, ({ terms }) =>
      terms.some((each) => each.id === id) ? null : { termIds: [...terms.map((each) => each.id), id] },
    );
    assets.reload();
    return refused;
  };

  return (
    <NodePage
      id={id}
      name={name}
      text={definition}
      noText="No definition"
      base="/glossary"
      below="Narrower terms"
      edit={
        mayStewardAll
          ? {
              onEdit: () => setOpen('edit'),
              onAdd: () => setOpen('add'),
              addLabel: 'Add a narrower term',
              onMove: () => setOpen('move'),
              onRemove: () => setOpen('remove'),
            }
          : undefined
      }
      facts={<ChangedBy id={id} types={GLOSSARY_EVENTS} version={version} onChange={onChange} />}
    >
      <section aria-label="Assets" className="relative flex min-h-[320px] flex-1 flex-col border-t border-line">
        <header className="flex min-h-[44px] items-center gap-2 px-5 max-sm:px-3">
          <h2 className="font-semibold">Assets</h2>
          {assets.totalCount !== null && <span className="text-fg-3">{formatCount(assets.totalCount)}</span>}
          {mayStewardAll && (
            <Button className="ml-auto" icon={<Plus className="size-3.5" strokeWidth={1.6} />} onClick={() => setOpen('assign')}>
              Assign…
            </Button>
          )}
        </header>
        <AssetRows
          label={`Assets of ${name}`}
          pages={assets}
          selection={mayStewardAll ? selection : undefined}
          empty={
            <EmptyState title="No assets">
              No asset that you may see carries this term{below > 0 ? ' itself; narrower terms have their own' : ''}.
            </EmptyState>
          }
        />
        <BulkBar count={selection.ids.size} onClear={selection.clear}>
          <Button onClick={() => void takeAway()}>Take the term away</Button>
        </BulkBar>
      </section>

      {open === 'edit' && (
        <NodeSheet
          open
          onClose={close}
          noun={TERM_NOUN}
          node={{ id, name, text: definition, parentId: parent?.id ?? null, version }}
          theirs={theirs}
          save={async (form, at) => (await save(form, at)).error}
        />
      )}
      {open === 'add' && (
        <NodeSheet
          open
          onClose={close}
          noun={TERM_NOUN}
          node={null}
          parentId={id}
          theirs={theirs}
          save={async (form) => {
            const made = await save(form, null);
            if (made.id) {
              reload();
              router.push(`/glossary/${made.id}`);
            }
            return made.error;
          }}
        />
      )}
      {open === 'move' && (
        <MoveDialog open onClose={close} node={{ id, name, parentId: parent?.id ?? null }} move={(to) => move({ id, version }, to)} />
      )}
      {open === 'assign' && (
        <AssignDialog open onClose={close} title={`Assign assets to “${name}”`} hint="They keep the terms that they have." assign={give} />
      )}
      <ConfirmDialog
        open={open === 'remove'}
        title={`Remove “${name}”?`}
        action="Remove term"
        onClose={close}
        onConfirm={async () => {
          const error = await remove(id);
          if (error) return toast({ title: `${name} is not removed`, text: errorText(error), stays: true });
          reload();
          router.replace(parent ? `/glossary/${parent.id}` : '/glossary');
        }}
      >
        <p>
          {assets.totalCount
            ? `${plural(assets.totalCount, 'asset')} that you may see ${assets.totalCount === 1 ? 'loses' : 'lose'} it.`
            : 'No asset that you may see has it.'}{' '}
          {below > 0 &&
            `Its ${plural(below, 'narrower term')} ${below === 1 ? 'moves' : 'move'} up ${parent ? `to “${parent.name}”` : 'to the top'}.`}{' '}
          It cannot be brought back.
        </p>
      </ConfirmDialog>
    </NodePage>
  );
}
