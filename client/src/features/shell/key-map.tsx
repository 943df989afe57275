'use client';
import { usePathname } from 'next/navigation';
import { Dialog } from '@/components/ui/dialog';
import { Kbd } from '@/components/ui/badge';
import { modKey } from '@/lib/keys';
import { GO } from './navigation';

type Key = readonly [keys: string, does: string];

/** Those of pages, by how their addresses begin; `mod` stands for ⌘ or Ctrl. */
const PAGE_KEYS: readonly (readonly [pages: RegExp, keys: readonly Key[]])[] = [
  [
    /^\/(search|violations|assets|sources|policies|glossary|domains|tags|tokens|admin)/,
    [
      ['J K', 'next, previous row'],
      ['Enter', 'open'],
      ['mod↵', 'open in a new tab'],
    ],
  ],
  [/^\/(violations|assets|glossary|domains)/, [['X, Shift X', 'select a row, a range']]],
  [/^\/(search|tags|assets|lineage\/)/, [['F', 'filter in this table or graph']]],
  [/^\/violations/, [['A, W', 'acknowledge, waive']]],
  [/^\/(violations|lineage\/|runs|admin\/audit)/, [['.', 'show what arrived']]],
  [
    /^\/assets/,
    [
      ['1 … 6', 'tabs of the asset'],
      ['Y, N', 'confirm, reject the label'],
    ],
  ],
  [/^\/(assets\/|admin\/users|glossary\/|domains\/|policies\/(?!new)[^/]+$)/, [['E', 'edit the focused thing']]],
  [/^\/(search|assets)/, [['C', 'copy the qualified name']]],
  [/^\/(search|assets)/, [['L', 'lineage of the asset']]],
  [/^\/(assets|lineage\/)/, [['[ ]', 'previous, next change']]],
  [/^\/(violations|assets)/, [['modZ', 'undo the last edit of this page']]],
  [/^\/(violations|assets|policies|glossary|domains|sources)/, [['mod↵', 'in a form: save, publish, run the preview']]],
  [
    /^\/lineage\//,
    [
      ['← →', 'neighbour of the focused node'],
      ['↑ ↓', 'node above, below'],
      ['Space', 'show or fold its neighbours'],
      ['+ − 0', 'zoom in, out, show all'],
    ],
  ],
];
const EVERYWHERE: readonly Key[] = [
  ['modK', 'palette: every page and action'],
  ['/', 'search box'],
  ['Esc', 'close one layer, then clear the selection'],
  ['?', 'this map'],
];

export function KeyMapDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const path = usePathname();
  const here = PAGE_KEYS.flatMap(([pages, keys]) => (pages.test(path) ? keys : []));
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard" wide>
      <div className="flex flex-col gap-5">
        {here.length > 0 && <Keys title="On this page" keys={here} />}
        <Keys title="Everywhere" keys={[...EVERYWHERE, ...GO.map(({ key, label }): Key => [`G ${key.toUpperCase()}`, label])]} />
      </div>
    </Dialog>
  );
}

const Keys = ({ title, keys }: { title: string; keys: readonly Key[] }) => (
  <section aria-label={title}>
    <h3 className="pb-2 font-semibold">{title}</h3>
    <dl className="grid gap-x-8 gap-y-1.5 sm:grid-cols-2">
      {keys.map(([pressed, does]) => (
        <div key={does} className="flex items-center gap-3">
          <dt className="w-24 shrink-0">
            <Kbd>{pressed.replace('mod', modKey())}</Kbd>
          </dt>
          <dd className="text-fg-2">{does}</dd>
        </div>
      ))}
    </dl>
  </section>
);
