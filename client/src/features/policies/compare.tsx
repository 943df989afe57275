'use client';
import type { ConflictField } from '@/components/conflict-dialog';
import { Diff, type DiffMode } from '@/components/diff';
import { formatEnum } from '@/lib/format';
import { changedFields, FIELD_WORDS, type FormField, type PolicyForm } from './editor-form';

type InWords = (form: PolicyForm) => string;

const MODES: Record<FormField, DiffMode> = {
  name: 'prose',
  description: 'prose',
  scope: 'prose',
  severity: 'value',
  ruleType: 'value',
  params: 'code',
};

function textOf(form: PolicyForm, field: FormField, scopeInWords: InWords): string {
  switch (field) {
    case 'scope':
      return scopeInWords(form);
    case 'params':
      return JSON.stringify(form.params, null, 2);
    case 'severity':
      return formatEnum(form.severity);
    default:
      return form[field];
  }
}

/** A draft beside what is in force: only what differs. */
export function Compare({ before, after, scopeInWords }: { before: PolicyForm; after: PolicyForm; scopeInWords: InWords }) {
  const changed = changedFields(before, after);
  if (changed.length === 0) return <p className="px-3 py-2 text-fg-2">Nothing differs from what is in force.</p>;
  const rows = changed.map((field) => ({
    id: field,
    name: FIELD_WORDS[field],
    mode: MODES[field],
    before: textOf(before, field, scopeInWords),
    after: textOf(after, field, scopeInWords),
  }));
  return <Diff label="The draft beside what is in force" before="In force" after="This draft" groups={[{ title: 'Changed', rows }]} />;
}

/** What two people changed differently. */
export const conflictFields = (theirs: PolicyForm, mine: PolicyForm, scopeInWords: InWords): ConflictField[] =>
  changedFields(theirs, mine).map((field) => ({
    id: field,
    label: FIELD_WORDS[field],
    theirs: textOf(theirs, field, scopeInWords),
    mine: textOf(mine, field, scopeInWords),
    mode: MODES[field] === 'value' ? 'value' : 'prose',
  }));
