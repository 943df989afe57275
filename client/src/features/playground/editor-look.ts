import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** As in code blocks. Other keywords of GraphQL are names of fields, too (`type`). */
export const colours = HighlightStyle.define([
  { tag: [tags.definitionKeyword, tags.bool, tags.null], color: 'var(--fg)', fontWeight: '600' },
  { tag: tags.string, color: 'var(--ok-text)' },
  { tag: [tags.number, tags.variableName], color: 'var(--fg-2)' },
  { tag: tags.comment, color: 'var(--fg-3)' },
]);

/** It fills its pane, whose border is its own. */
export const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--surface)', color: 'var(--fg)', fontSize: '12px' },
  '&.cm-focused': { outline: '2px solid var(--ring)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '18px' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--fg)' },
  // The focus ring is seen through them; nothing scrolls below.
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--fg-3)', border: 'none' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--hover)', border: 'none', color: 'var(--fg-2)', padding: '0 4px' },
  '.cm-cursor': { borderLeftColor: 'var(--fg)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--primary-subtle) !important' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--hover)', outline: '1px solid var(--line-strong)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--fg)',
    border: '1px solid var(--line-strong)',
    borderRadius: '8px',
    boxShadow: 'var(--shadow-raised)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', maxHeight: '16em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '2px 8px', lineHeight: '18px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--hover) !important', color: 'var(--fg) !important' },
  '.cm-completionMatchedText': { textDecoration: 'none', color: 'var(--primary-text)' },
  '.cm-completionDetail': { color: 'var(--fg-3)', fontStyle: 'normal' },
  '.cm-completionInfo': { maxWidth: '320px', padding: '6px 8px', whiteSpace: 'pre-line', fontFamily: 'var(--font-sans)' },
  '.cm-diagnostic': { padding: '4px 8px', fontFamily: 'var(--font-sans)' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--error-mark)' },
  '.cm-diagnostic-warning': { borderLeft: '3px solid var(--warning-mark)' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--error-mark)' },
  '.cm-lintRange-warning': { backgroundImage: 'none', textDecoration: 'underline wavy var(--warning-mark)' },
});

/** Where one types with a finger: smaller text would zoom the page. */
export const roomy = EditorView.theme({ '@media (max-width: 699px) and (pointer: coarse)': { '&': { fontSize: '16px' } } });
