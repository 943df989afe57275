'use client';
import { Copy, Pencil, Workflow } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { useQuery } from 'urql';
import { Chip, LabelChip } from '@/components/ui/badge';
import { Button, ButtonLink } from '@/components/ui/button';
import { KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { Owners } from '@/components/ui/people';
import { SEVERITIES, SeverityWord, type Severity } from '@/components/ui/severity';
import { Time } from '@/components/ui/time';
import { toast } from '@/components/ui/toast';
import { graphql } from '@/gql';
import { copyText } from '@/lib/copy-text';
import { cn } from '@/lib/class-names';
import { formatCount, formatEnum } from '@/lib/format';
import type { Asset } from './asset-query';

// On a telephone alone; its place is kept.
const AssetMenu = dynamic(() => import('./asset-menu').then((file) => file.AssetMenu), {
  loading: () => <span className="block size-9" />,
});

export const ASSET_HEADER_VIOLATIONS = graphql(`
  query AssetHeaderViolations($id: ID!) {
    open: violationCounts(by: SEVERITY, filter: { assetIds: [$id], statuses: [OPEN] }) {
      value
      count
    }
    acknowledged: violationCounts(by: STATUS, filter: { assetIds: [$id], statuses: [ACKNOWLEDGED] }) {
      value
      count
    }
  }
`);

/** Null: not known, because the part of PurSight that knows is away. Undefined: not yet. */
export function useActiveViolations(id: string): { open: number; acknowledged: number; worst: Severity | null } | null | undefined {
  const [{ data, error }] = useQuery({ query: ASSET_HEADER_VIOLATIONS, variables: { id } });
  const { open, acknowledged } = data ?? {};
  if (!open || !acknowledged) return error || data ? null : undefined;
  const sum = (counts: typeof open) => counts.reduce((total, { count }) => total + count, 0);
  return {
    open: sum(open),
    acknowledged: sum(acknowledged),
    worst: SEVERITIES.find((severity) => open.some(({ value, count }) => value === severity && count > 0)) ?? null,
  };
}

type Props = { asset: Asset; active: ReturnType<typeof useActiveViolations>; mayEdit: boolean; onEdit: () => void; onCopy: () => void };

/** What it is, who answers for it, and what is wrong with it. */
export function AssetHeader({ asset, active, mayEdit, onEdit, onCopy }: Props) {
  const { id, kind, name, displayName, owners, domain, labels, tags, deletedAt } = asset;
  return (
    <header className="flex flex-col gap-2 px-5 pt-3.5 pb-2 max-sm:px-3">
      <div className="flex items-start gap-3">
        <span className="flex size-7 shrink-0 items-center justify-center rounded-control border border-line bg-subtle">
          <KindIcon kind={kind} isNamed className="size-4" />
        </span>
        <div className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2.5 gap-y-0.5">
          <h1 tabIndex={-1} className="flex max-w-full min-w-0">
            <Name name={displayName} title={name} className="text-[17px] leading-7 font-semibold" />
          </h1>
          <span className="text-fg-3">{formatEnum(kind)}</span>
          <button
            type="button"
            onClick={onCopy}
            aria-label={`Copy the name ${name}`}
            title="Copy the full name (C)"
            className="flex min-h-6 max-w-full min-w-0 items-center gap-1.5 rounded-chip text-fg-3 hover:text-fg max-sm:basis-full"
          >
            <Name name={name} className="text-small" />
            <Copy className="size-3 shrink-0" strokeWidth={1.6} />
          </button>
        </div>
        <div className="flex shrink-0 gap-2 max-sm:hidden">
          {mayEdit && (
            <Button icon={<Pencil className="size-3.5" strokeWidth={1.6} />} onClick={onEdit}>
              Edit
            </Button>
          )}
          <ButtonLink href={`/lineage/${id}`} icon={<Workflow className="size-3.5" strokeWidth={1.6} />}>
            Lineage
          </ButtonLink>
        </div>
        <div className="sm:hidden">
          <AssetMenu {...{ id, mayEdit, onEdit, onCopy }} />
        </div>
      </div>
      {deletedAt && (
        <p role="status" className="w-fit rounded-control bg-subtle px-2.5 py-1.5 font-medium text-fg-2">
          Gone from the source since <Time at={deletedAt} />. Kept with its history.
        </p>
      )}
      {/* Each part has a line before it; that of the first in a row lies outside of what is seen. */}
      <div className="[clip-path:inset(-4px)]">
        <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1.5 sm:-ml-[13px] sm:[&>*]:border-l sm:[&>*]:border-line sm:[&>*]:pl-3">
          <ActiveViolations id={id} active={active} />
          <Part name="Owner">
            <Owners owners={owners} />
          </Part>
          {domain && (
            <Part name="Domain">
              <Link href={`/domains/${domain.id}`} className="truncate hover:underline">
                <bdi>{domain.name}</bdi>
              </Link>
            </Part>
          )}
          {labels ? (
            labels.length > 0 && (
              <Part>
                {labels.slice(0, MOST_CHIPS).map((label) => (
                  <LabelChip key={label.id} name={label.name} />
                ))}
                <Rest names={labels.map((label) => label.name)} />
              </Part>
            )
          ) : (
            <Part name="Labels">
              <span className="text-fg-3">not available</span>
            </Part>
          )}
          {tags.length > 0 && (
            <Part>
              {tags.slice(0, MOST_CHIPS).map((tag) => (
                <Link key={tag} href={`/search?tag=${encodeURIComponent(tag)}`} className="max-w-full">
                  <Chip className="hover:bg-hover">
                    <bdi className="truncate">{tag}</bdi>
                  </Chip>
                </Link>
              ))}
              <Rest names={tags} />
            </Part>
          )}
        </div>
      </div>
    </header>
  );
}

const MOST_CHIPS = 5;
const Rest = ({ names }: { names: readonly string[] }) =>
  names.length > MOST_CHIPS && (
    <Chip className="cursor-default">
      <span title={names.slice(MOST_CHIPS).join(', ')}>+{names.length - MOST_CHIPS}</span>
    </Chip>
  );

const Part = ({ name, children }: { name?: string; children: ReactNode }) => (
  <span className={cn('flex max-w-full min-w-0 items-center gap-1.5', !name && 'flex-wrap')}>
    {name && <span className="text-fg-3">{name}</span>}
    {children}
  </span>
);

function ActiveViolations({ id, active }: { id: string; active: Props['active'] }) {
  if (!active) return <Part name="Violations">{active === null && <span className="text-fg-3">not available</span>}</Part>;
  const { open, acknowledged, worst } = active;
  const words = (
    <>
      {worst && <SeverityWord severity={worst} />}
      <span className={worst ? 'font-medium' : 'text-fg-3'}>{worst ? `${formatCount(open)} open` : 'No open violations'}</span>
      {acknowledged > 0 && <span className="text-fg-3">{formatCount(acknowledged)} acknowledged</span>}
    </>
  );
  return (
    <Part>
      {open + acknowledged > 0 ? (
        <Link href={`/assets/${id}?tab=violations`} replace scroll={false} className="flex items-center gap-1.5 hover:underline">
          {words}
        </Link>
      ) : (
        words
      )}
    </Part>
  );
}

export const copyName = (name: string): void => void copyText(name).then(() => toast({ title: 'Name copied', text: name }));
