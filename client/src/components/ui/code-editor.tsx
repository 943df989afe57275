'use client';
import dynamic from 'next/dynamic';
import { Skeleton } from './skeleton';

export type CodeLanguage = 'json' | 'sql' | 'graphql' | 'text';
export type CodeEditorProps = {
  value: string;
  onChange?: (value: string) => void;
  language?: CodeLanguage;
  /** What screen readers call it. */
  label: string;
  readOnly?: boolean;
  /** Lines that are to be seen at least. */
  lines?: number;
  'aria-invalid'?: true;
  'aria-describedby'?: string;
  onBlur?: () => void;
};

/** For code that is typed; to be read it goes into a `CodeBlock`. It comes on demand. Tab moves on, as elsewhere; Esc then Tab is not needed. */
export const CodeEditor = dynamic<CodeEditorProps>(() => import('./code-mirror').then(({ CodeMirror }) => CodeMirror), {
  ssr: false,
  loading: () => <Skeleton className="h-24 w-full" />,
});
