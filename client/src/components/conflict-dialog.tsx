'use client';
import dynamic from 'next/dynamic';
import { useState } from 'react';

/** One thing that two people changed. Texts are compared word by word. */
export type ConflictField = { id: string; label: string; theirs: string; mine: string; mode?: 'prose' | 'value' };
export type Choice = 'theirs' | 'mine';

export type ConflictProps = {
  open: boolean;
  /** Whose change was first: a person, or the scan that did it; null: not known. */
  by: string | null;
  at: string | null;
  fields: readonly ConflictField[];
  isBusy?: boolean;
  /** What becomes of each field. */
  onResolve: (choices: Readonly<Record<string, Choice>>) => void;
  /** Back to what was typed, which stays as it is. */
  onKeepEditing: () => void;
};

const ConflictChoice = dynamic(() => import('./conflict-choice').then((module) => module.ConflictChoice), { ssr: false });

/** Somebody saved the same first: both versions, and whose it shall be. Its script comes with the first conflict. */
export function ConflictDialog(props: ConflictProps) {
  const [wasOpened, setWasOpened] = useState(false);
  if (props.open && !wasOpened) setWasOpened(true);
  return wasOpened ? <ConflictChoice {...props} /> : null;
}
