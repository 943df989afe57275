'use client';
import { ConflictDialog } from '@/components/conflict-dialog';
import type { Editing } from './description-cell';
import { draftKey, writeDraft } from './draft';
import type { DescribeConflict, useDescribe } from './use-describe';

type Props = {
  conflict: DescribeConflict;
  describe: ReturnType<typeof useDescribe>['describe'];
  viewerId: string;
  onEditing: (editing: Editing | null) => void;
  onClose: () => void;
  /** Whose text it is is decided. */
  onResolved: () => void;
};

/** Somebody else described the column first. */
export function DescribeConflictDialog({ conflict, describe, viewerId, onEditing, onClose, onResolved }: Props) {
  const { column, text, theirs, by, at, isInPlace } = conflict;
  const mine = { columnId: column.id, text, base: theirs, version: column.version };
  return (
    <ConflictDialog
      open
      by={by}
      at={at}
      fields={[{ id: 'description', label: `Description of ${column.name}`, theirs, mine: text }]}
      onKeepEditing={() => {
        if (isInPlace) onEditing(mine);
        onClose();
      }}
      onResolve={({ description }) => {
        onClose();
        writeDraft(draftKey(`column-text.${column.id}`, viewerId), null);
        onResolved();
        if (description === 'theirs') return onEditing(null);
        void describe(column, text, { base: theirs }).then(({ error, isConflict }) =>
          onEditing(error && !isConflict ? { ...mine, error } : null),
        );
      }}
    />
  );
}
