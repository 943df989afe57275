'use client';
import { Diff, DiffCounts, type DiffGroup } from '@/components/diff';
import { CodeBlock } from '@/components/ui/code-block';
import { Markdown } from '@/components/ui/markdown';
import { State, type Specimen } from './specimen';

const GROUPS: readonly DiffGroup[] = [
  {
    title: 'Columns',
    rows: [
      { id: '1', name: <code>discount</code>, mode: 'value', after: 'numeric(12,2), null' },
      { id: '2', name: <code>legacy_id</code>, mode: 'value', before: 'integer, not null' },
      { id: '3', name: <code>customer_id</code>, detail: 'type', mode: 'value', before: 'integer', after: 'bigint' },
    ],
  },
  {
    title: 'Words and people',
    rows: [
      {
        id: '4',
        name: 'Description',
        mode: 'prose',
        before: 'Orders of the web shop, without returns.',
        after: 'Orders of all shops, without returns and gifts.',
      },
    ],
  },
  {
    title: 'Facts',
    rows: [
      {
        id: '5',
        name: 'Definition',
        mode: 'code',
        before: 'select id, email\nfrom customers\nwhere country = 1',
        after: 'select id, email\nfrom sales.customers\nwhere country in (1, 2)',
      },
    ],
  },
];

const Diffs = () => (
  <State name="added, removed, changed: a value, words, code" boxed>
    <p className="px-5 py-2 max-sm:px-3">
      <DiffCounts groups={GROUPS} />
    </p>
    <Diff label="What changed" before="version 16" after="version 17" groups={GROUPS} />
  </State>
);

const SQL = `-- what a customer has ordered
create view sales.order_totals as
select c.id, c."Full name", sum(o.total) as total
from sales.customers c
join sales.orders o on o.customer_id = c.id
where o.status = 'paid' and o.total > 12.5
group by c.id, c."Full name"
having count(*) > 3 and a_condition_that_is_so_long(c.id, o.total, o.status, c.country, c.region, c.language) is not null;`;
const JSON_TEXT = '{ "rule": "minimum", "value": 12.5, "isOn": true, "note": null }';

const CodeBlocks = () => (
  <>
    <State name="SQL, numbered from eight lines on" className="w-[560px] max-w-full">
      <CodeBlock label="Definition" language="sql" code={SQL} className="w-full" />
    </State>
    <State name="JSON" className="w-[480px] max-w-full">
      <CodeBlock label="Parameters" language="json" code={JSON_TEXT} className="w-full" />
    </State>
    <State name="text" className="w-80 max-w-full">
      <CodeBlock label="Message" code="permission denied for schema sales" className="w-full" />
    </State>
  </>
);

const TEXT = `What is **sold**, with \`code\`, _stress_ and [a link](https://example.org/).

- one
- another, <b>not HTML</b>, [no script](javascript:alert(1))`;

const Markdowns = () => (
  <State name="a description">
    <Markdown>{TEXT}</Markdown>
  </State>
);

export const TEXTS: readonly Specimen[] = [
  { name: 'Diff', States: Diffs },
  { name: 'Code block', States: CodeBlocks },
  { name: 'Markdown', States: Markdowns },
];
