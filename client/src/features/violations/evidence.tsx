import type { ReactNode } from 'react';
import { LabelChip } from '@/components/ui/badge';
import { CodeBlock } from '@/components/ui/code-block';
import { Fact, Facts } from '@/components/ui/side-panel';
import { showHidden } from '@/lib/marked-name';

/** Lists of label names, by what rules call them. */
const LABELS = new Set(['label', 'labels', 'required']);
const SQL = new Set(['sql', 'definition', 'query']);
const LONG = 60;

/** `minLength` → `min length`. */
const wordsOf = (key: string): string =>
  key
    .replaceAll('_', ' ')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase();

const isPlain = (value: unknown): value is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof value);
const isPlainList = (value: unknown): value is (string | number | boolean)[] => Array.isArray(value) && value.every(isPlain);

function plainOf(key: string, value: string | number | boolean): ReactNode {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return value.toLocaleString();
  return LABELS.has(key) ? <LabelChip name={value} /> : <code className="break-all">{showHidden(value)}</code>;
}

function valueOf(key: string, value: unknown): ReactNode {
  if (value === null) return <span className="text-fg-3">any</span>;
  if (isPlain(value)) return plainOf(key, value);
  if (isPlainList(value)) {
    if (value.length === 0) return <span className="text-fg-3">none</span>;
    return (
      <span className="flex flex-wrap gap-x-2 gap-y-1">
        {value.map((each, index) => (
          <span key={index}>{plainOf(key, each)}</span>
        ))}
      </span>
    );
  }
  return null;
}

/** What the rule saw: names and values, SQL as code, labels as chips; what nobody foresaw as JSON, folded. */
export function Evidence({ evidence }: { evidence: unknown }) {
  const entries = typeof evidence === 'object' && evidence !== null && !Array.isArray(evidence) ? Object.entries(evidence) : null;
  if (!entries) return <Folded name="Evidence" value={evidence} />;
  if (entries.length === 0) return <p className="text-fg-3">The rule left no details.</p>;
  const isCode = ([key, value]: [string, unknown]) =>
    typeof value === 'string' && (SQL.has(key) || value.includes('\n') || value.length > 4 * LONG);
  const codes = entries.filter(isCode);
  const simple = entries.filter((entry) => !isCode(entry) && (entry[1] === null || isPlain(entry[1]) || isPlainList(entry[1])));
  const other = entries.filter((entry) => !codes.includes(entry) && !simple.includes(entry));
  return (
    <div className="flex flex-col gap-2">
      {simple.length > 0 && (
        <Facts>
          {simple.map(([key, value]) => (
            <Fact key={key} name={wordsOf(key)}>
              {valueOf(key, value)}
            </Fact>
          ))}
        </Facts>
      )}
      {codes.map(([key, value]) => (
        <CodeBlock key={key} label={wordsOf(key)} code={String(value)} language={SQL.has(key) ? 'sql' : 'text'} />
      ))}
      {other.map(([key, value]) => (
        <Folded key={key} name={wordsOf(key)} value={value} />
      ))}
    </div>
  );
}

const Folded = ({ name, value }: { name: string; value: unknown }) => (
  <details>
    <summary className="cursor-pointer text-fg-2">{name}</summary>
    <CodeBlock className="mt-1" label={name} code={JSON.stringify(value, null, 2) ?? ''} language="json" />
  </details>
);
