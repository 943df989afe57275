import { LabelChip } from '@/components/ui/badge';
import { CodeBlock } from '@/components/ui/code-block';
import { Fact, Facts } from '@/components/ui/side-panel';
import { formatEnum } from '@/lib/format';

type Schema = { properties?: Record<string, { title?: string; description?: string; type?: string }> };

/** `minLength` → `Min length`. */
const titleOf = (name: string): string => formatEnum(name.replaceAll(/([a-z])([A-Z])/g, '$1_$2'));

/** A rule's parameters for readers: what is asked, and what for. */
export function RuleParams({ params, schema }: { params: unknown; schema: unknown }) {
  if (typeof params !== 'object' || params === null || Array.isArray(params))
    return <CodeBlock label="Parameters" language="json" code={JSON.stringify(params, null, 2)} />;
  const entries = Object.entries(params);
  if (entries.length === 0) return null;
  const properties = (schema as Schema | null)?.properties ?? {};
  return (
    <Facts>
      {entries.map(([name, value]) => (
        <Fact key={name} name={<span title={name}>{properties[name]?.title ?? titleOf(name)}</span>}>
          <Value name={name} value={value} />
          {properties[name]?.description && <p className="text-small text-fg-3">{properties[name].description}</p>}
        </Fact>
      ))}
    </Facts>
  );
}

function Value({ name, value }: { name: string; value: unknown }) {
  if (typeof value === 'boolean') return <>{value ? 'Yes' : 'No'}</>;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return (
      <span className="flex flex-wrap gap-1">
        {value.map((item) => (name === 'labels' ? <LabelChip key={item} name={item} /> : <code key={item}>{item}</code>))}
      </span>
    );
  }
  return <code className="break-all">{typeof value === 'string' ? value : JSON.stringify(value)}</code>;
}
