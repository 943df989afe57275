'use client';
import { useEffect, useRef, useState } from 'react';
import { describeError } from '@/lib/errors';
import { focusInvalid } from '@/lib/focus';
import { keep, readKept } from '@/lib/kept';
import { useKeys } from '@/lib/keys';
import type { CombinedError } from '@urql/core';
import { ConflictDialog } from '../conflict-dialog';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Field, Segmented, Textarea } from '../ui/field';
import { Input } from '../ui/input';
import { Markdown } from '../ui/markdown';
import { ErrorPanel } from '../ui/states';
import { useNodes } from './frame';
import { ParentPicker } from './parent-picker';

export type NodeForm = { name: string; text: string; parentId: string | null };
/** What was saved by somebody else meanwhile. */
export type TheirNode = { form: NodeForm; version: number; by: string | null; at: string | null };

export type Noun = { one: string; text: string; isTextNeeded: boolean };

type Props = {
  open: boolean;
  onClose: () => void;
  noun: Noun;
  /** null: a new one. */
  node: (NodeForm & { id: string; version: number }) | null;
  /** Of a new one: where it is asked for. */
  parentId?: string | null;
  save: (form: NodeForm, at: { id: string; version: number } | null) => Promise<CombinedError | undefined>;
  theirs: (id: string) => Promise<TheirNode | null>;
};

/** A term or a domain is written in a sheet. What was typed stays until it is saved or discarded. */
export function NodeSheet({ open, onClose, noun, node, parentId = null, save, theirs }: Props) {
  const keptName = `${noun.one}.${node?.id ?? 'new'}`;
  const base: NodeForm = node ? { name: node.name, text: node.text, parentId: node.parentId } : { name: '', text: '', parentId };
  const [typed, setTyped] = useState<{ form: NodeForm; version: number | null } | null>(() => readKept(keptName));
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [failure, setFailure] = useState<CombinedError | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [showsText, setShowsText] = useState<'write' | 'read'>('write');
  const [conflict, setConflict] = useState<TheirNode | null>(null);
  const element = useRef<HTMLFormElement>(null);
  const { nodes } = useNodes();
  const form = typed?.form ?? base;
  const version = typed?.version ?? node?.version ?? null;
  useEffect(() => keep(keptName, typed), [keptName, typed]);

  const change = (part: Partial<NodeForm>) => {
    setTyped({ form: { ...form, ...part }, version });
    setErrors({});
    setFailure(null);
  };
  const finish = () => {
    setTyped(null);
    // The sheet may be gone with its closing, before an effect has its turn.
    keep(keptName, null);
    onClose();
  };
  const submit = async (what: NodeForm, at: number | null) => {
    const missing = {
      ...(what.name.trim() === '' && { name: 'A name is needed.' }),
      ...(noun.isTextNeeded && what.text.trim() === '' && { text: `A ${noun.text} is needed.` }),
    };
    setErrors(missing);
    if (Object.keys(missing).length > 0) return focusInvalid(element.current);
    setBusy(true);
    const error = await save({ ...what, name: what.name.trim() }, node && at !== null ? { id: node.id, version: at } : null);
    setBusy(false);
    if (!error) return finish();
    const told = describeError(error, `This ${noun.one}`);
    if (told.field) {
      setErrors({ [told.field === 'name' || told.field === 'parentId' ? told.field : 'text']: told.text });
      return focusInvalid(element.current);
    }
    const found = node && told.code === 'CONFLICT' ? await theirs(node.id) : null;
    if (found) setConflict(found);
    else setFailure(error);
  };

  useKeys({ 'mod+Enter': () => void submit(form, version) }, open && conflict === null);

  const nameOf = (id: string | null) => (id === null ? 'at the top' : (nodes.byId.get(id)?.name ?? 'unknown'));
  const fields = conflict
    ? [
        { id: 'name', label: 'Name', theirs: conflict.form.name, mine: form.name },
        { id: 'text', label: labelOf(noun.text), theirs: conflict.form.text, mine: form.text },
        { id: 'parentId', label: 'Place', theirs: nameOf(conflict.form.parentId), mine: nameOf(form.parentId), mode: 'value' as const },
      ].filter((field) => field.theirs !== field.mine)
    : [];

  return (
    <>
      <Dialog
        as="sheet"
        open={open && conflict === null}
        onClose={onClose}
        title={node ? `Edit ${node.name}` : `New ${noun.one}`}
        footer={
          <>
            {typed && (
              <Button variant="quiet" className="mr-auto" onClick={() => (setTyped(null), setErrors({}), setFailure(null))}>
                Discard
              </Button>
            )}
            <Button onClick={onClose}>Cancel</Button>
            <Button variant="primary" busy={isBusy} onClick={() => !isBusy && void submit(form, version)}>
              {isBusy ? 'Saving' : 'Save'}
            </Button>
          </>
        }
      >
        <form ref={element} className="flex flex-col gap-4" onSubmit={(event) => (event.preventDefault(), void submit(form, version))}>
          {failure && <ErrorPanel error={failure} className="rounded-panel border border-line" />}
          <Field label="Name" error={errors.name} required>
            {(control) => (
              <Input {...control} value={form.name} maxLength={200} onChange={(event) => change({ name: event.target.value })} />
            )}
          </Field>
          <Field label="Place" error={errors.parentId} hint={`Below which ${noun.one} it stands; empty: at the top.`}>
            {(control) => (
              <ParentPicker
                {...control}
                nodeId={node?.id ?? null}
                value={form.parentId}
                onChange={(place) => change({ parentId: place })}
              />
            )}
          </Field>
          <div className="flex flex-col gap-1">
            <Field
              label={labelOf(noun.text)}
              required={noun.isTextNeeded}
              error={errors.text}
              hint="Markdown: emphasis, code, lists and links."
            >
              {(control) =>
                showsText === 'write' ? (
                  <Textarea
                    {...control}
                    rows={12}
                    dir="auto"
                    value={form.text}
                    onChange={(event) => change({ text: event.target.value })}
                  />
                ) : (
                  <div className="min-h-[250px] rounded-control border border-line p-2">
                    <Markdown>{form.text || 'Nothing is written yet.'}</Markdown>
                  </div>
                )
              }
            </Field>
            <Segmented
              label={`How the ${noun.text} is shown`}
              className="self-start"
              value={showsText}
              onChange={setShowsText}
              options={[
                { value: 'write', label: 'Write' },
                { value: 'read', label: 'As it reads' },
              ]}
            />
          </div>
        </form>
      </Dialog>
      {conflict && (
        <ConflictDialog
          open
          by={conflict.by}
          at={conflict.at}
          fields={fields}
          isBusy={isBusy}
          onKeepEditing={() => setConflict(null)}
          onResolve={(choices) => {
            const merged: NodeForm = {
              name: choices.name === 'mine' ? form.name : conflict.form.name,
              text: choices.text === 'mine' ? form.text : conflict.form.text,
              parentId: choices.parentId === 'mine' ? form.parentId : conflict.form.parentId,
            };
            setConflict(null);
            if (fields.every(({ id }) => choices[id] === 'theirs')) return finish();
            setTyped({ form: merged, version: conflict.version });
            void submit(merged, conflict.version);
          }}
        />
      )}
    </>
  );
}

const labelOf = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
