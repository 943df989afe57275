'use client';
import { useState } from 'react';
import { ConflictDialog } from '@/components/conflict-dialog';
import { DomainPicker } from '@/components/pickers/domain-picker';
import { OwnerPicker } from '@/components/pickers/owner-picker';
import { TagPicker } from '@/components/pickers/tag-picker';
import { TermPicker } from '@/components/pickers/term-picker';
import { TheirChange } from '@/components/their-change';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Kbd } from '@/components/ui/badge';
import { Field, Textarea } from '@/components/ui/field';
import { modKey, useKeys } from '@/lib/keys';
import type { Asset } from './asset-query';
import type { LiveChange } from './use-live-asset';
import { readDraft, writeDraft, type DraftKey } from './draft';
import { changedFields, fieldText, FIELDS, wordsOf, type Words } from './edit-fields';
import { pick, useEditWords, type WordsConflict } from './use-edit-words';
import type { Did } from './use-undo';

/** What the form started from, and what became of it. */
export type Draft = {
  base: Words;
  version: number;
  mine: Words;
  /** Put aside: it does not open by itself. */
  isLater?: boolean;
};

type Props = { asset: Asset; draft: DraftKey; change: LiveChange | null; did: Did; onClose: () => void };

/** What people say of an asset, in one form and one save. What is typed stays until it is saved or given up, also over a reload. */
export function EditSheet({ asset, draft, change, did, onClose }: Props) {
  const [form, setForm] = useState<Draft>(
    () => readDraft<Draft>(draft) ?? { base: wordsOf(asset), version: asset.version, mine: wordsOf(asset) },
  );
  const [conflict, setConflict] = useState<WordsConflict | null>(null);
  const [failed, setFailed] = useState<{ text: string; field?: string } | null>(null);
  const [isBusy, setBusy] = useState(false);
  const saveWords = useEditWords(asset.id, did);
  const { base, mine, version } = form;
  const isChanged = changedFields(base, mine).length > 0;

  const set = (next: Draft) => {
    setForm(next);
    writeDraft(draft, next);
  };
  const edit = (words: Partial<Words>) => set({ ...form, mine: { ...mine, ...words } });
  const close = () => {
    writeDraft(draft, null);
    onClose();
  };
  const putAside = () => {
    writeDraft(draft, isChanged ? { ...form, isLater: true } : null);
    onClose();
  };
  const save = async (given: Draft): Promise<void> => {
    setBusy(true);
    setFailed(null);
    const saved = await saveWords(given.base, given.mine, given.version);
    setBusy(false);
    if (saved.kind === 'saved') close();
    else if (saved.kind === 'conflict') setConflict(saved.conflict);
    else setFailed(saved);
  };

  useKeys({ 'mod+Enter': () => isChanged && !isBusy && void save(form) }, conflict === null);

  if (conflict) {
    const { fields, theirs } = conflict;
    return (
      <ConflictDialog
        open
        by={conflict.by}
        at={conflict.at}
        isBusy={isBusy}
        fields={FIELDS.filter(({ id }) => fields.includes(id)).map(({ id, label }) => ({
          id,
          label,
          theirs: fieldText(theirs, id),
          mine: fieldText(mine, id),
          mode: id === 'description' ? 'prose' : 'value',
        }))}
        onKeepEditing={() => setConflict(null)}
        onResolve={(choices) => {
          // From here on theirs is what it starts from: what is mine is a change of that.
          const taken = pick(
            theirs,
            fields.filter((field) => choices[field] === 'theirs'),
          );
          const rest = changedFields(base, mine);
          const next = { base: theirs, version: conflict.version, mine: { ...theirs, ...pick(mine, rest), ...taken } };
          set(next);
          setConflict(null);
          void save(next);
        }}
      />
    );
  }
  const errorOf = (field: string) => (failed?.field?.startsWith(field) ? failed.text : undefined);
  return (
    <Dialog
      as="sheet"
      open
      // What was typed waits for when it is opened again.
      onClose={putAside}
      title={
        <>
          Edit <bdi className="font-mono">{asset.displayName}</bdi>
        </>
      }
      initialFocus={() => document.querySelector<HTMLElement>('[role=dialog] textarea')}
      footer={
        <>
          {isChanged && (
            <Button variant="quiet" className="mr-auto" onClick={close}>
              Discard
            </Button>
          )}
          <Button onClick={putAside}>{isChanged ? 'Later' : 'Cancel'}</Button>
          <Button variant="primary" busy={isBusy} disabled={!isChanged} onClick={() => void save(form)}>
            {isBusy ? 'Saving' : 'Save'} <Kbd>{modKey()}↵</Kbd>
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void save(form);
        }}
      >
        {change && asset.version > version && <TheirChange {...change} fields={fieldsBetween(base, wordsOf(asset))} />}
        {failed && !failed.field && (
          <p role="alert" className="rounded-control bg-error-subtle px-2.5 py-1.5 text-error-text">
            {failed.text}
          </p>
        )}
        <Field label="Description" hint="Emphasis, code, lists and links as in Markdown." error={errorOf('description')}>
          {(control) => (
            <Textarea
              {...control}
              rows={7}
              dir="auto"
              value={mine.description}
              onChange={(event) => edit({ description: event.target.value })}
            />
          )}
        </Field>
        <Field label="People" error={errorOf('owners')}>
          {(control) => <OwnerPicker {...control} value={mine.owners} onChange={(owners) => edit({ owners })} />}
        </Field>
        <Field label="Domain" error={errorOf('domainId')}>
          {(control) => (
            <DomainPicker
              {...control}
              single
              value={mine.domain ? [mine.domain] : []}
              onChange={([domain]) => edit({ domain: domain ?? null })}
            />
          )}
        </Field>
        <Field label="Terms" error={errorOf('termIds')}>
          {(control) => <TermPicker {...control} value={mine.terms} onChange={(terms) => edit({ terms })} />}
        </Field>
        <Field label="Tags" error={errorOf('tags')}>
          {(control) => (
            <TagPicker
              {...control}
              allowsNew
              value={mine.tags.map((tag) => ({ id: tag, name: tag }))}
              onChange={(tags) => edit({ tags: tags.map(({ name }) => name) })}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}

const fieldsBetween = (before: Words, after: Words) =>
  FIELDS.filter(({ id }) => changedFields(before, after).includes(id)).map(({ id, label }) => ({
    id,
    label,
    before: fieldText(before, id),
    after: fieldText(after, id),
    mode: id === 'description' ? ('prose' as const) : ('value' as const),
  }));
