'use client';
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { linter, lintKeymap } from '@codemirror/lint';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { graphql, updateSchema } from 'cm6-graphql';
import type { GraphQLSchema } from 'graphql';
import { useEffect, useEffectEvent, useRef } from 'react';
import { colours, look, roomy } from './editor-look';

type Props = {
  value: string;
  /** Without: it is only read. */
  onChange?: (value: string) => void;
  language: 'graphql' | 'json';
  /** For completion and checks, once it is known. */
  schema?: GraphQLSchema | null;
  /** ⌘ and a click on a name. */
  onLookUp?: (type: string, field: string | undefined) => void;
  label: string;
  'aria-describedby'?: string;
};

const checkJson = jsonParseLinter();
/** No variables at all are fine. */
const jsonChecks = linter((view) => (view.state.doc.toString().trim() === '' ? [] : checkJson(view)));

const writing: Extension = [
  roomy,
  history(),
  closeBrackets(),
  autocompletion({ icons: false }),
  indentOnInput(),
  // Tab indents; after Esc it leaves, as CodeMirror has it everywhere.
  keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, indentWithTab]),
];

/** CodeMirror, as high as its pane. */
export function Editor({ value, onChange, language, schema, onLookUp, label, 'aria-describedby': described }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const attributes = useRef(new Compartment());
  const change = useEffectEvent((text: string) => text !== value && onChange?.(text));
  const first = useEffectEvent(() => ({ value, schema: schema ?? undefined }));
  const lookUp = useEffectEvent((field?: string, type?: string, parent?: string) => {
    const name = parent ?? type;
    if (name) onLookUp?.(name.replaceAll(/[[\]!]/g, ''), parent ? field : undefined);
  });
  const isRead = !onChange;

  useEffect(() => {
    const made = new EditorView({
      parent: box.current!,
      state: EditorState.create({
        doc: first().value,
        extensions: [
          lineNumbers(),
          bracketMatching(),
          syntaxHighlighting(colours),
          look,
          EditorView.lineWrapping,
          language === 'json'
            ? [json(), isRead ? foldGutter() : jsonChecks]
            : graphql(first().schema, {
                showErrorOnInvalidSchema: false,
                onShowInDocs: (field, type, parent) => lookUp(field, type, parent),
              }),
          isRead ? [EditorState.readOnly.of(true), keymap.of(foldKeymap)] : writing,
          // ⌘Enter is the page's.
          keymap.of(defaultKeymap.filter(({ key }) => key !== 'Mod-Enter')),
          attributes.current.of([]),
          EditorView.updateListener.of((update) => update.docChanged && change(update.state.doc.toString())),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [language, isRead]);

  useEffect(() => {
    view.current?.dispatch({
      effects: attributes.current.reconfigure(
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0', ...(described && { 'aria-describedby': described }) }),
      ),
    });
  }, [label, described, language, isRead]);

  useEffect(() => {
    if (schema && view.current && language === 'graphql') updateSchema(view.current, schema);
  }, [schema, language]);

  useEffect(() => {
    const { current } = view;
    if (!current || current.state.doc.toString() === value) return;
    current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: value } });
    current.scrollDOM.scrollTop = 0;
  }, [value]);

  return <div ref={box} className="h-full min-h-0 min-w-0" />;
}
