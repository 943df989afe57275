'use client';
import { X } from 'lucide-react';
import { Kbd } from '@/components/ui/badge';
import { BulkBar } from '@/components/ui/bulk-bar';
import { Button, IconButton } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { formatCount, plural } from '@/lib/format';
import { partsOf } from './finding';
import { MOST_AT_ONCE } from './use-all-matching';
import type { Deciding } from './use-deciding';
import { WaiveDialog } from './waive-dialog';

/** What did not work, until it is closed or something else is decided. */
export const Said = ({ deciding: { said, setSaid } }: { deciding: Deciding }) =>
  said && (
    <div role="alert" className="flex items-start gap-2 border-b border-line bg-error-subtle px-5 py-1 text-error-text max-sm:px-3">
      <p className="min-w-0 flex-1 py-0.5">{said}</p>
      <IconButton label="Close" size="small" icon={<X className="size-3.5" strokeWidth={1.6} />} onClick={() => setSaid('')} />
    </div>
  );

/** `total`: where all that are loaded are chosen and there are more, how many match. */
export function DecisionBar({ deciding, total }: { deciding: Deciding; total: number | null }) {
  const { selection, chosen, matching, targets, acknowledge, waive } = deciding;
  const chooseAll = async () => {
    const all = await matching.load();
    if (all) selection.set(all.map(({ id }) => id));
  };
  return (
    <BulkBar count={chosen.length} onClear={selection.clear}>
      {total !== null && (
        <Button variant="quiet" busy={matching.isLoading} onClick={() => void chooseAll()}>
          {total <= MOST_AT_ONCE ? `Select all ${formatCount(total)}` : `Select the first ${formatCount(MOST_AT_ONCE)}`}
        </Button>
      )}
      <Button onClick={() => acknowledge(targets())}>
        Acknowledge <Kbd>A</Kbd>
      </Button>
      <Button onClick={() => waive(targets())}>
        Waive… <Kbd>W</Kbd>
      </Button>
    </BulkBar>
  );
}

export function DecisionDialogs({ deciding: { waived, asked, decisions, closeDialogs } }: { deciding: Deciding }) {
  return (
    <>
      {waived && (
        <WaiveDialog
          count={waived.length}
          subject={
            waived.length === 1
              ? partsOf(waived[0]!.message).finding
              : `On ${plural(new Set(waived.map(({ asset }) => asset?.id)).size, 'asset')}, with one reason for all.`
          }
          onClose={closeDialogs}
          onWaive={async (waiver) => {
            const { done, failed, problem } = await decisions.waive(waived, waiver);
            return done.length > 0 || failed.length === 0 ? null : problem;
          }}
        />
      )}
      <ConfirmDialog
        open={asked !== null}
        title={`Acknowledge ${plural(asked?.length ?? 0, 'violation')}?`}
        action="Acknowledge"
        onClose={closeDialogs}
        onConfirm={() => decisions.acknowledge(asked ?? [])}
      >
        They stay among what is active, and say that somebody looks after them.
      </ConfirmDialog>
    </>
  );
}
