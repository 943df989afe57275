'use client';
import { useState } from 'react';
import { useMutation } from 'urql';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Panel } from '@/components/ui/panel';
import { Fact, Facts } from '@/components/ui/side-panel';
import { EmptyState } from '@/components/ui/states';
import { toast } from '@/components/ui/toast';
import { graphql } from '@/gql';
import { errorText } from '@/lib/errors';
import { useViewer } from '@/lib/viewer';
import { NextTimes } from './next-run';
import { ScanSheet } from './scan-sheet';
import { scheduleInWords } from './schedule';
import type { SourceData } from './source-page';
import { useStart } from './use-start';

const SCANS_TAB_REMOVE = graphql(`
  mutation ScansTabRemove($input: RemoveScanInput!) {
    removeScan(input: $input) {
      scan {
        id
      }
    }
  }
`);
export type ScanData = SourceData['scans'][number];
type Props = { source: SourceData; administers: boolean; onChanged: () => void };

/** What is scanned, and when. */
export function ScansTab({ source, administers, onChanged }: Props) {
  const { maySteward } = useViewer();
  const { start, isStarting } = useStart();
  const [edited, setEdited] = useState<ScanData | 'new' | null>(null);
  const [removed, setRemoved] = useState<ScanData | null>(null);
  const [, remove] = useMutation(SCANS_TAB_REMOVE);

  async function confirmRemoval(scan: ScanData): Promise<void> {
    const { error } = await remove({ input: { id: scan.id } });
    if (error) toast({ title: 'The scan was not removed', text: errorText(error), stays: true });
    else onChanged();
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto p-5 max-sm:p-3">
      {source.scans.length === 0 && (
        <EmptyState title="No scans">Without one this source is read as a whole, when it is started by hand.</EmptyState>
      )}
      {source.scans.map((scan) => (
        <Panel
          key={scan.id}
          name={`Scan ${scan.name}`}
          title={<bdi>{scan.name}</bdi>}
          className="max-w-[720px] shrink-0"
          actions={
            <>
              {administers && (
                <>
                  <Button size="small" variant="danger" onClick={() => setRemoved(scan)}>
                    Remove
                  </Button>
                  <Button size="small" onClick={() => setEdited(scan)}>
                    Edit
                  </Button>
                </>
              )}
              {maySteward({ sourceId: source.id }) && (
                <Button size="small" busy={isStarting} onClick={() => void start(source.id, scan.id)}>
                  Scan now
                </Button>
              )}
            </>
          }
        >
          <div className="p-3">
            <Facts>
              <Fact name="Schedule">
                {scheduleInWords(scan.schedule)} {scan.schedule && <code className="text-fg-3">{scan.schedule}</code>}
              </Fact>
              {scan.schedule && (
                <Fact name="Next">
                  <NextTimes schedule={scan.schedule} />
                </Fact>
              )}
              <Fact name="Include">{scan.include.length > 0 ? <code>{scan.include.join(', ')}</code> : 'Everything'}</Fact>
              <Fact name="Exclude">{scan.exclude.length > 0 ? <code>{scan.exclude.join(', ')}</code> : 'Nothing'}</Fact>
            </Facts>
          </div>
        </Panel>
      ))}
      {administers && (
        <div>
          <Button onClick={() => setEdited('new')}>Add a scan</Button>
        </div>
      )}
      {edited && (
        <ScanSheet
          sourceId={source.id}
          scan={edited === 'new' ? null : (source.scans.find(({ id }) => id === edited.id) ?? edited)}
          onClose={() => setEdited(null)}
          onSaved={() => (setEdited(null), onChanged())}
          onConflict={onChanged}
        />
      )}
      {removed && (
        <ConfirmDialog
          open
          title={`Remove the scan ${removed.name}?`}
          action="Remove scan"
          onConfirm={() => confirmRemoval(removed)}
          onClose={() => setRemoved(null)}
        >
          A run of it that is going on is cancelled. Earlier runs and all assets stay.
        </ConfirmDialog>
      )}
    </div>
  );
}
