'use client';
import { CodeBlock } from '@/components/ui/code-block';
import { Markdown } from '@/components/ui/markdown';
import { Name } from '@/components/ui/name';
import { Fact, Facts } from '@/components/ui/side-panel';
import { formatCount } from '@/lib/format';
import { diffSnapshots, type NameOf } from './history-diff';

type Column = {
  nativeType?: string;
  nullable?: boolean;
  default?: string | null;
  description?: string | null;
  sourceDescription?: string | null;
};
type Snapshot = { description?: string | null; columns?: Record<string, Column>; table?: { definition?: string | null } | null };

/** All that the asset was at one version. */
export function SnapshotView({ snapshot, nameOf }: { snapshot: unknown; nameOf: NameOf }) {
  const { description, columns = {}, table } = snapshot as Snapshot;
  const names = Object.keys(columns);
  // Compared with nothing, everything that it says is there once.
  const others = diffSnapshots({ columns }, snapshot, nameOf).groups.flatMap(({ rows }) =>
    rows.filter(({ id, after }) => after !== undefined && id !== '/description' && id !== '/table/definition'),
  );
  return (
    <div className="flex flex-col gap-5 p-5 max-sm:p-3">
      <section>
        <h3 className="pb-2 font-semibold">Description</h3>
        {description ? <Markdown className="text-fg-2">{description}</Markdown> : <p className="text-fg-3">No description</p>}
      </section>
      <section>
        <h3 className="pb-2 font-semibold">What was known</h3>
        <Facts>
          {others.map(({ id, name, detail, after, mode }) => (
            <Fact key={id} name={capital(detail ?? String(name))}>
              {detail && <span className="font-mono text-small">{name} </span>}
              <span className={mode === 'code' ? 'font-mono text-small text-fg-2' : 'text-fg-2'}>{after}</span>
            </Fact>
          ))}
        </Facts>
      </section>
      {names.length > 0 && (
        <section className="min-w-0">
          <h3 className="pb-2 font-semibold">
            Columns <span className="font-normal text-fg-3">{formatCount(names.length)}</span>
          </h3>
          <table className="w-full table-fixed">
            <thead className="text-left text-small text-fg-3">
              <tr>
                <th className="py-1 font-normal">Column</th>
                <th className="w-36 py-1 font-normal">Type</th>
                <th className="w-14 py-1 font-normal max-sm:hidden">Null</th>
                <th className="py-1 font-normal max-sm:hidden">Description</th>
              </tr>
            </thead>
            <tbody>
              {names.map((name) => (
                <tr key={name} className="border-t border-line">
                  <td className="truncate py-1.5 pr-2">
                    <Name name={name} className="font-medium" />
                  </td>
                  <td className="truncate py-1.5 pr-2 font-mono text-small text-fg-2">{columns[name]!.nativeType}</td>
                  <td className="py-1.5 text-fg-2 max-sm:hidden">{columns[name]!.nullable ? 'yes' : 'no'}</td>
                  <td className="truncate py-1.5 text-fg-2 max-sm:hidden">
                    <bdi>{columns[name]!.description ?? columns[name]!.sourceDescription}</bdi>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {table?.definition && <CodeBlock label="Definition" language="sql" code={table.definition.trim()} />}
    </div>
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
