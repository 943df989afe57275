'use client';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { describeError } from '@/lib/errors';
import { focusInvalid } from '@/lib/focus';
import { keep, readKept } from '@/lib/kept';
import { useKeys } from '@/lib/keys';
import type { CombinedError } from '@urql/core';
import { ConflictDialog } from '../conflict-dialog';
import { TheirChange } from '../their-change';
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

/** What was typed, and what it is a change of. */
type Typed = { form: NodeForm; base: NodeForm; version: number | null };

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
  const [typed, setTyped] = useState<Typed | null>(() => readKept(keptName));
  const [opened] = useState({ form: base, version: node?.version ?? null });
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [failure, setFailure] = useState<CombinedError | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [showsText, setShowsText] = useState<'write' | 'read'>('write');
  const [conflict, setConflict] = useState<TheirNode | null>(null);
  const element = useRef<HTMLFormElement>(null);
  const { nodes } = useNodes();
  const form = typed?.form ?? base;
  const version = typed?.version ?? node?.version ?? null;
  const { form: before, version: versionBefore } = typed ? { form: typed.base, version: typed.version } : opened;
  const changedTo = node && versionBefore !== null && node.version > versionBefore ? node.version : null;
  const change = useTheirChange(open && !isBusy && changedTo ? { id: node!.id, version: changedTo } : null, theirs);
  useEffect(() => keep(keptName, typed), [keptName, typed]);

  const type = (part: Partial<NodeForm>) => {
    setTyped({ form: { ...form, ...part }, base: typed?.base ?? base, version });
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
  const between = (a: NodeForm, b: NodeForm) =>
    [
      { id: 'name', label: 'Name', a: a.name, b: b.name, mode: 'prose' as const },
      { id: 'text', label: labelOf(noun.text), a: a.text, b: b.text, mode: 'prose' as const },
      { id: 'parentId', label: 'Place', a: nameOf(a.parentId), b: nameOf(b.parentId), mode: 'value' as const },
    ].filter((field) => field.a !== field.b);
  const fields = conflict ? between(conflict.form, form).map(({ a, b, ...field }) => ({ ...field, theirs: a, mine: b })) : [];

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
          {change && (
            <TheirChange
              by={change.by}
              at={change.at}
              fields={between(before, change.form).map(({ a, b, ...field }) => ({ ...field, before: a, after: b }))}
            />
          )}
          {failure && <ErrorPanel error={failure} className="rounded-panel border border-line" />}
          <Field label="Name" error={errors.name} required>
            {(control) => <Input {...control} value={form.name} maxLength={200} onChange={(event) => type({ name: event.target.value })} />}
          </Field>
          <Field label="Place" error={errors.parentId} hint={`Below which ${noun.one} it stands; empty: at the top.`}>
            {(control) => (
              <ParentPicker {...control} nodeId={node?.id ?? null} value={form.parentId} onChange={(place) => type({ parentId: place })} />
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
                  <Textarea {...control} rows={12} dir="auto" value={form.text} onChange={(event) => type({ text: event.target.value })} />
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
            setTyped({ form: merged, base: conflict.form, version: conflict.version });
            void submit(merged, conflict.version);
          }}
        />
      )}
    </>
  );
}

const labelOf = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Who changed meanwhile what is edited, and to what. `at`: null where nobody did. */
function useTheirChange(at: { id: string; version: number } | null, theirs: Props['theirs']): TheirNode | null {
  const [change, setChange] = useState<TheirNode | null>(null);
  const ask = useEffectEvent(theirs);
  const { id, version } = at ?? { id: null, version: 0 };
  useEffect(() => {
    if (id === null) return;
    let isOver = false;
    void ask(id).then((found) => !isOver && setChange(found));
    return () => {
      isOver = true;
    };
  }, [id, version]);
  return at && change;
}
