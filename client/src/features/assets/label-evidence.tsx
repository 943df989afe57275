'use client';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { LabelChip } from '@/components/ui/badge';
import { Popover } from '@/components/ui/menu';
import type { Column, ColumnLabel } from './schema-columns';
import type { Decide } from './use-decide';

const LabelEvidenceContent = dynamic(() => import('./label-evidence-content').then((file) => file.LabelEvidenceContent));

export type LabelEvidenceProps = { column: Column; given: ColumnLabel; mayEdit: boolean; sourceId?: string; decide: Decide };

/** A label; pressed it tells why it is there, and takes a decision. */
export function LabelEvidence({ column, given, mayEdit, sourceId, decide }: LabelEvidenceProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover
      label={`Why ${given.label.name}`}
      open={isOpen}
      onOpenChange={setOpen}
      className="w-[340px]"
      trigger={
        <button type="button" className="inline-flex min-h-6 items-center rounded-chip coarse:min-h-11">
          <LabelChip name={given.label.name} state={given.state} confidence={given.confidence} />
        </button>
      }
    >
      <LabelEvidenceContent {...{ column, given, mayEdit, sourceId, decide }} onClose={() => setOpen(false)} />
    </Popover>
  );
}
