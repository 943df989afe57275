'use client';
import dynamic from 'next/dynamic';
import { Button } from '@/components/ui/button';
import { Popover } from '@/components/ui/menu';
import { cn } from '@/lib/class-names';
import { useUrlState } from '@/lib/url-state';

const LabelPicker = dynamic(() => import('@/components/pickers/label-picker').then((file) => file.LabelPicker));

/** Columns by their labels; in the address. */
export function LabelFilter() {
  const url = useUrlState();
  const labels = url.getAll('label');
  return (
    <Popover
      label="Label"
      trigger={
        <Button variant="quiet" aria-pressed={labels.length > 0} className={cn(labels.length > 0 && 'bg-primary-subtle text-primary-text')}>
          {labels.length > 0 ? labels.join(', ') : 'Label'}
        </Button>
      }
    >
      <LabelPicker
        label="Labels"
        value={labels.map((name) => ({ id: name, name }))}
        onChange={(value) => url.set({ label: value.map(({ name }) => name) })}
      />
    </Popover>
  );
}
