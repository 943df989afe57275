'use client';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { json } from '@codemirror/lang-json';
import { sql } from '@codemirror/lang-sql';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useEffectEvent, useRef } from 'react';
import type { CodeEditorProps, CodeLanguage } from './code-editor';

const graphqlWords = /^(query|mutation|subscription|fragment|on|true|false|null)\b/;
const graphql = StreamLanguage.define({
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match(/^#.*/)) return 'comment';
    if (stream.match(/^"(?:[^"\\]|\\.)*"/)) return 'string';
    if (stream.match(/^-?\d+(\.\d+)?/)) return 'number';
    if (stream.match(graphqlWords)) return 'keyword';
    if (stream.match(/^[$@]?\w+/)) return 'name';
    stream.next();
    return null;
  },
});

const LANGUAGES: Readonly<Record<CodeLanguage, () => Extension>> = {
  json: () => json(),
  sql: () => sql(),
  graphql: () => graphql,
  text: () => [],
};

/** The tokens of code blocks. */
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.bool, tags.null], color: 'var(--fg)', fontWeight: '600' },
  { tag: tags.string, color: 'var(--ok-text)' },
  { tag: tags.number, color: 'var(--fg-2)' },
  { tag: tags.comment, color: 'var(--fg-3)' },
]);
const look = EditorView.theme({
  '&': { backgroundColor: 'var(--surface)', color: 'var(--fg)', border: '1px solid var(--control)', borderRadius: '6px', fontSize: '12px' },
  '&.cm-focused': { outline: '2px solid var(--ring)', outlineOffset: '1px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '18px', maxHeight: '60vh', overflow: 'auto' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--fg)' },
  '.cm-gutters': { backgroundColor: 'var(--subtle)', color: 'var(--fg-3)', border: 'none', borderRadius: '5px 0 0 5px' },
  '.cm-cursor': { borderLeftColor: 'var(--fg)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--primary-subtle) !important' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--hover)', outline: '1px solid var(--line-strong)' },
});

/** CodeMirror with our look. Tab goes to the next control, as everywhere in a form. */
export function CodeMirror({ value, onChange, language = 'text', label, readOnly = false, lines = 4, onBlur, ...aria }: CodeEditorProps) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const attributes = useRef<Compartment>(new Compartment());
  const change = useEffectEvent((text: string) => text !== value && onChange?.(text));
  const blur = useEffectEvent(() => onBlur?.());
  const first = useEffectEvent(() => value);
  const described = aria['aria-describedby'];
  const isInvalid = aria['aria-invalid'];

  useEffect(() => {
    const made = new EditorView({
      parent: box.current!,
      state: EditorState.create({
        doc: first(),
        extensions: [
          lineNumbers(),
          history(),
          bracketMatching(),
          keymap.of([...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter'), ...historyKeymap]),
          syntaxHighlighting(colours),
          look,
          EditorView.lineWrapping,
          EditorState.readOnly.of(readOnly),
          LANGUAGES[language](),
          attributes.current.of([]),
          EditorView.updateListener.of((update) => update.docChanged && change(update.state.doc.toString())),
          EditorView.domEventHandlers({ blur: () => blur() }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [language, readOnly]);

  useEffect(() => {
    view.current?.dispatch({
      effects: attributes.current.reconfigure(
        EditorView.contentAttributes.of({
          'aria-label': label,
          tabindex: '0',
          ...(described && { 'aria-describedby': described }),
          ...(isInvalid && { 'aria-invalid': 'true' }),
          style: `min-height:${lines * 18 + 16}px`,
        }),
      ),
    });
  }, [label, described, isInvalid, lines, language, readOnly]);

  useEffect(() => {
    const { current } = view;
    if (!current || current.state.doc.toString() === value) return;
    current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: value } });
  }, [value]);

  return <div ref={box} className="min-w-0" />;
}
