'use client';
import { Pencil } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { Chip } from '@/components/ui/badge';
import { IconButton } from '@/components/ui/button';
import { Markdown } from '@/components/ui/markdown';
import { Name } from '@/components/ui/name';
import { OwnerName } from '@/components/ui/people';
import { Fact, Facts, SideSection } from '@/components/ui/side-panel';
import { Time } from '@/components/ui/time';
import { formatAbout, formatBytes, formatEnum } from '@/lib/format';
import { assetHref, type Asset, type Table } from './asset-query';

export type AssetFactsProps = { asset: Asset; mayEdit: boolean; onEdit: () => void };

/** What is known of the asset itself: its words, its people, its facts. */
export function AssetFacts({ asset, mayEdit, onEdit }: AssetFactsProps) {
  const { description, sourceDescription, owners, terms, table } = asset;
  return (
    <>
      <SideSection
        title="Description"
        action={
          mayEdit && (
            <IconButton size="small" label="Edit the description" icon={<Pencil className="size-3" strokeWidth={1.6} />} onClick={onEdit} />
          )
        }
      >
        {description ? <Markdown className="text-fg-2">{description}</Markdown> : <p className="text-fg-3">No description</p>}
        {sourceDescription && (
          <p className="mt-2 text-small break-words text-fg-3">
            From the source: “<bdi>{sourceDescription}</bdi>”
          </p>
        )}
      </SideSection>
      <SideSection title="People">
        {owners.length === 0 ? (
          <p className="text-fg-3">No owner</p>
        ) : (
          <Facts>
            {owners.map((owner) => (
              <Fact key={`${owner.role} ${owner.user?.id ?? owner.team?.id}`} name={formatEnum(owner.role)}>
                <OwnerName owner={owner} className="max-w-full" />
              </Fact>
            ))}
          </Facts>
        )}
      </SideSection>
      {terms.length > 0 && (
        <SideSection title="Terms">
          <div className="flex flex-wrap gap-1.5">
            {terms.map(({ id, name }) => (
              <Link key={id} href={`/glossary/${id}`} className="max-w-full">
                <Chip className="hover:bg-hover">
                  <bdi className="truncate">{name}</bdi>
                </Chip>
              </Link>
            ))}
          </div>
        </SideSection>
      )}
      <SideSection title="Facts">
        <Facts>
          {table?.rowEstimate != null && <Fact name="Rows">{formatAbout(table.rowEstimate)}</Fact>}
          {table?.sizeBytes != null && <Fact name="Size">{formatBytes(table.sizeBytes)}</Fact>}
          {table && asset.kind === 'TABLE' && <Fact name="Partitioned">{table.partitioned ? 'yes' : 'no'}</Fact>}
          <Fact name="Seen first">
            <Time at={asset.createdAt} />
          </Fact>
          <Fact name="Changed">
            <Time at={asset.updatedAt} />, version {asset.version}
          </Fact>
        </Facts>
      </SideSection>
      {table && <KeysAndIndexes table={table} />}
    </>
  );
}

const Mono = ({ children }: { children: ReactNode }) => <code className="text-small break-words">{children}</code>;
const list = (names: readonly string[]): string => names.join(', ');

function KeysAndIndexes({ table }: { table: Table }) {
  const keys = new Set(table.uniqueKeys.map(({ name }) => name));
  // A key's own index says nothing more.
  const indexes = table.indexes.filter(
    ({ name, unique, columns }) => !keys.has(name) && !(unique && list(columns) === list(table.primaryKey)),
  );
  const isEmpty = table.primaryKey.length + table.uniqueKeys.length + table.foreignKeys.length + table.checks.length + indexes.length === 0;
  if (isEmpty) return null;
  return (
    <SideSection title="Keys and indexes">
      <Facts>
        {table.primaryKey.length > 0 && (
          <Fact name="Primary key">
            <Mono>{list(table.primaryKey)}</Mono>
          </Fact>
        )}
        {table.uniqueKeys.map(({ name, columns }) => (
          <Fact key={name} name="Unique">
            <Mono>{list(columns)}</Mono>
          </Fact>
        ))}
        {table.foreignKeys.map(({ name, columns, references, referencesName, referencesColumns }) => (
          <Fact key={name} name="Foreign key">
            <Mono>{list(columns)} → </Mono>
            {references ? (
              <Link href={assetHref(references.id)} className="text-primary-text hover:underline">
                <Name name={referencesName} className="text-small" />
              </Link>
            ) : (
              <Name name={referencesName} className="text-small" />
            )}
            <Mono> ({list(referencesColumns)})</Mono>
          </Fact>
        ))}
        {table.checks.map(({ name, expression }) => (
          <Fact key={name} name="Check">
            <Mono>{expression}</Mono>
          </Fact>
        ))}
        {indexes.map(({ name, columns, unique, definition }) => (
          <Fact key={name} name={unique ? 'Unique index' : 'Index'}>
            <span title={definition}>
              <Mono>{list(columns)}</Mono>
            </span>
          </Fact>
        ))}
      </Facts>
    </SideSection>
  );
}
