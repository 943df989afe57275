'use client';
import Link from 'next/link';
import { useEffect, useMemo, useState } from 'react';
import { CodeBlock, type CodeLink } from '@/components/ui/code-block';
import { Segmented } from '@/components/ui/field';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState } from '@/components/ui/states';
import { formatEnum } from '@/lib/format';
import { useUrlState } from '@/lib/url-state';
import { assetHref, type Asset } from './asset-query';
import { outputColumns } from './output-columns';
import { useColumns } from './schema-tab';

type Formatted = { of: string; text: string | null };

/** Null: it cannot be read as SQL. Undefined: not yet. */
function useFormatted(sql: string): string | null | undefined {
  const [formatted, setFormatted] = useState<Formatted | null>(null);
  useEffect(() => {
    let isOver = false;
    void import('sql-formatter')
      .then(({ format }) => format(sql, { language: 'postgresql', keywordCase: 'preserve', tabWidth: 2 }))
      // What the formatter does not understand is shown as it is.
      .catch(() => null)
      .then((text) => isOver || setFormatted({ of: sql, text }));
    return () => {
      isOver = true;
    };
  }, [sql]);
  return formatted?.of === sql ? formatted.text : undefined;
}

/** Where the query names a column that it gives it leads to that one in the schema. */
function useColumnLinks(id: string, sql: string): CodeLink[] {
  const { nodes } = useColumns(id);
  return useMemo(() => {
    const living = new Map(nodes.flatMap((column) => (column.deletedAt ? [] : [[column.name, column.id] as const])));
    return outputColumns(sql).flatMap(({ from, to, name }) => {
      const columnId = living.get(name);
      return columnId ? [{ from, to, href: `${assetHref(id)}?column=${columnId}`, title: `${name} in the schema` }] : [];
    });
  }, [nodes, id, sql]);
}

export function DefinitionTab({ asset }: { asset: Asset }) {
  const definition = asset.table?.definition;
  if (!definition) {
    return (
      <EmptyState title="No definition">
        {asset.kind === 'TABLE'
          ? 'A table holds its rows itself; views have a definition.'
          : `The source tells of none for this ${formatEnum(asset.kind).toLowerCase()}.`}
      </EmptyState>
    );
  }
  return <Definition id={asset.id} definition={definition} />;
}

function Definition({ id, definition }: { id: string; definition: string }) {
  const url = useUrlState();
  const formatted = useFormatted(definition);
  const isRaw = url.get('as') === 'source';
  const code = (isRaw ? definition : (formatted ?? definition)).trim();
  const links = useColumnLinks(id, code);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto p-5 max-sm:p-3">
      <div className="flex flex-wrap items-center gap-3 pb-3">
        <Segmented
          label="How it is written"
          value={isRaw ? 'source' : 'formatted'}
          onChange={(value) => url.set({ as: value === 'source' ? 'source' : null })}
          options={[
            { value: 'formatted', label: 'Formatted' },
            { value: 'source', label: 'As in the source' },
          ]}
        />
        {formatted === null && !isRaw && <p className="text-small text-fg-3">This cannot be formatted; it is shown as it is.</p>}
        <Link href={assetHref(id)} className="ml-auto text-primary-text hover:underline">
          Its columns
        </Link>
      </div>
      {isRaw || formatted !== undefined ? (
        <CodeBlock label="Definition" language="sql" code={code} links={links} />
      ) : (
        <SkeletonRows rows={8} />
      )}
    </div>
  );
}
