'use client';
import { Dialog } from '@/components/ui/dialog';
import { Kbd } from '@/components/ui/badge';
import { modKey } from '@/lib/keys';
import { GO } from './navigation';

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'search box'],
  ['J K', 'next, previous row'],
  ['Enter', 'open'],
  ['X, Shift X', 'select a row, a range'],
  ['F', 'filter in this table or graph'],
  ['E', 'edit'],
  ['.', 'show what arrived'],
  ['A, W', 'acknowledge, waive'],
  ['[ ]', 'previous, next change'],
  ['Y, N', 'confirm, reject the label'],
  ['C', 'copy the qualified name'],
  ['L', 'lineage of the asset'],
  ['1 … 6', 'tabs of an asset'],
  ['Esc', 'close one layer, then clear the selection'],
  ['?', 'this map'],
];

export const KeyMapDialog = ({ open, onClose }: { open: boolean; onClose: () => void }) => (
  <Dialog open={open} onClose={onClose} title="Keyboard" wide>
    <div className="grid gap-x-8 gap-y-1.5 sm:grid-cols-2">
      <Row keys={`${modKey()}K`} does="palette: every page and action" />
      {KEYS.map(([keys, does]) => (
        <Row key={keys} keys={keys} does={does} />
      ))}
      {GO.map(({ key, label }) => (
        <Row key={key} keys={`G ${key.toUpperCase()}`} does={label} />
      ))}
    </div>
  </Dialog>
);

const Row = ({ keys, does }: { keys: string; does: string }) => (
  <div className="flex items-center gap-3">
    <span className="w-24 shrink-0">
      <Kbd>{keys}</Kbd>
    </span>
    <span className="text-fg-2">{does}</span>
  </div>
);
