'use client';
import { useState } from 'react';
import type { CombinedError } from '@urql/core';
import { describeError } from '@/lib/errors';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { ParentPicker } from './parent-picker';

type Props = {
  open: boolean;
  onClose: () => void;
  node: { id: string; name: string; parentId: string | null };
  move: (parentId: string | null) => Promise<CombinedError | undefined>;
};

/** Another place in the tree, with all that is below it. */
export function MoveDialog({ open, onClose, node, move }: Props) {
  const [parentId, setParentId] = useState(node.parentId);
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const submit = async () => {
    setBusy(true);
    const error = await move(parentId);
    setBusy(false);
    if (error) setProblem(describeError(error).text);
    else onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Move “${node.name}”`}
      description="What is below it moves with it."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={isBusy} onClick={() => !isBusy && void submit()}>
            Move
          </Button>
        </>
      }
    >
      <Field label="Below" error={problem} hint="Empty: at the top.">
        {(control) => (
          <ParentPicker
            {...control}
            nodeId={node.id}
            value={parentId}
            onChange={(place) => {
              setParentId(place);
              setProblem(undefined);
            }}
          />
        )}
      </Field>
    </Dialog>
  );
}
