import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { unifiedMergeView } from '@codemirror/merge';
import { Annotation, EditorState, type Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { basicSetup } from 'codemirror';
import { useEffect, useMemo, useRef } from 'react';
import { proposals, type Schemas, spotAt } from './complete';

/** Text that was put there, not written. */
const given = Annotation.define<boolean>();

/** Something that is told at its place: line and column from 1. */
export interface Mark {
  line: number;
  column: number;
  width: number;
  refused: boolean;
  text: string;
}

/** Where the cursor is to go; `n` tells one wish from the next. */
export interface Jump {
  line: number;
  column: number;
  n: number;
}

// The page's own colours, in light and dark.
const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--panel)' },
  // The frame around it tells that it has the focus: gutters would cover an outline of its own.
  '&.cm-focused, & .cm-content': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'ui-monospace, "Liberation Mono", monospace', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': {
    color: 'var(--muted)',
    backgroundColor: 'var(--sunken)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'color-mix(in srgb, var(--accent-soft) 45%, transparent)',
  },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    { backgroundColor: 'var(--accent-soft)' },
  '.cm-panels, .cm-tooltip': {
    color: 'var(--text)',
    backgroundColor: 'var(--raised)',
    borderColor: 'var(--line)',
  },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    color: 'var(--on-accent)',
    backgroundColor: 'var(--accent)',
  },
  // Where there is no room beside the list: below it, not over it.
  '.cm-tooltip.cm-completionInfo-left-narrow, .cm-tooltip.cm-completionInfo-right-narrow': {
    inset: '100% auto auto 0 !important',
    marginTop: '2px',
  },
  '.cm-foldPlaceholder': { color: 'var(--muted)', backgroundColor: 'var(--sunken)' },
  '.cm-changedLine, .cm-insertedLine': { backgroundColor: 'var(--good-soft)' },
  '.cm-deletedChunk': { backgroundColor: 'var(--bad-soft)' },
  '.cm-changedText, &.cm-merge-b .cm-changedText': {
    background: 'none',
    borderBottom: '2px solid var(--good)',
  },
  '.cm-deletedChunk .cm-deletedText': {
    background: 'none',
    borderBottom: '2px solid var(--bad)',
  },
  '.cm-collapsedLines': {
    color: 'var(--muted)',
    background: 'var(--sunken)',
  },
  // Few fonts have the sign that is there else.
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '"···"' },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--good)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--muted)', fontStyle: 'italic' },
  { tag: [tags.keyword, tags.atom, tags.bool, tags.number], color: 'var(--warn)' },
]);

/** Icons are letters that few fonts have. */
const PLAIN = autocompletion({ icons: false });
const BASE: Extension = [basicSetup, PLAIN, yaml(), look, syntaxHighlighting(colours)];

function completion(schemas: Schemas) {
  const source = (context: CompletionContext): CompletionResult | null => {
    const text = context.state.doc.toString();
    const spot = spotAt(text, context.pos);
    if (!spot || (spot.word === '' && !context.explicit)) return null;
    const options = proposals(text, spot, schemas).map((p) => ({
      label: p.label,
      apply: p.apply,
      type: p.kind === 'key' ? 'property' : p.kind === 'node' ? 'variable' : 'enum',
      ...(p.info ? { info: p.info } : {}),
    }));
    return options.length > 0 ? { from: spot.from, options, validFor: /^[\w-]*$/ } : null;
  };
  return EditorState.languageData.of(() => [{ autocomplete: source }]);
}

/** Marks as the editor underlines them. */
function diagnostics(view: EditorView, marks: readonly Mark[]): Diagnostic[] {
  const { doc } = view.state;
  return marks.map((mark) => {
    const line = doc.line(Math.min(Math.max(mark.line, 1), doc.lines));
    const from = Math.min(line.from + Math.max(mark.column - 1, 0), line.to);
    const to = Math.min(from + Math.max(mark.width, 1), line.to);
    return { from, to, severity: mark.refused ? 'error' : 'warning', message: mark.text };
  });
}

/**
 * Where an editor lives: a shadow, as its styles are made by script, which the policy of this
 * server allows there and not in the page.
 */
function shadowOf(host: HTMLElement): ShadowRoot {
  return host.shadowRoot ?? host.attachShadow({ mode: 'open' });
}

interface EditorProps {
  label: string;
  text: string;
  onChange: (text: string) => void;
  marks: readonly Mark[];
  schemas: Schemas;
  fixed: boolean;
  jump: Jump | null;
}

/** One file. What `text` is at first is edited from then on; another file is another editor. */
export function Editor({ label, text, onChange, marks, schemas, fixed, jump }: EditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const first = useRef(text);
  const changed = useRef(onChange);
  changed.current = onChange;
  // What was written and has not come back as `text` yet.
  const told = useRef<string[]>([]);

  useEffect(() => {
    if (!host.current) return;
    const root = shadowOf(host.current);
    const made = new EditorView({
      root,
      parent: root,
      doc: first.current,
      extensions: [
        BASE,
        lintGutter(),
        completion(schemas),
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorState.readOnly.of(fixed),
        EditorView.updateListener.of((update) => {
          const own = !update.transactions.some((t) => t.annotation(given));
          if (!update.docChanged || !own) return;
          const written = update.state.doc.toString();
          told.current.push(written);
          changed.current(written);
        }),
      ],
    });
    view.current = made;
    return () => {
      first.current = made.state.doc.toString();
      made.destroy();
      view.current = null;
    };
  }, [label, schemas, fixed]);

  // What came from elsewhere: changes that were thrown away, or another's.
  useEffect(() => {
    const { current } = view;
    if (!current) return;
    // Our own comes back late: meanwhile more may have been written, which is not lost.
    const own = told.current.lastIndexOf(text);
    told.current = own < 0 ? [] : told.current.slice(own + 1);
    const now = current.state.doc.toString();
    if (own < 0 && now !== text)
      current.dispatch({
        changes: { from: 0, to: now.length, insert: text },
        annotations: given.of(true),
      });
  }, [text]);

  useEffect(() => {
    const { current } = view;
    if (current) current.dispatch(setDiagnostics(current.state, diagnostics(current, marks)));
  }, [marks]);

  useEffect(() => {
    const { current } = view;
    if (!current || !jump) return;
    const line = current.state.doc.line(Math.min(Math.max(jump.line, 1), current.state.doc.lines));
    const anchor = Math.min(line.from + Math.max(jump.column - 1, 0), line.to);
    current.dispatch({
      selection: { anchor },
      effects: EditorView.scrollIntoView(anchor, { y: 'center' }),
    });
    current.focus();
  }, [jump]);

  return <div ref={host} className="editor" />;
}

/** What is different between two texts, line by line. */
export function Diff({ label, before, after }: { label: string; before: string; after: string }) {
  const host = useRef<HTMLDivElement>(null);
  const key = useMemo(() => ({ before, after }), [before, after]);
  useEffect(() => {
    if (!host.current) return;
    const root = shadowOf(host.current);
    const view = new EditorView({
      root,
      parent: root,
      doc: key.after,
      extensions: [
        BASE,
        unifiedMergeView({
          original: key.before,
          mergeControls: false,
          collapseUnchanged: { margin: 3, minSize: 6 },
        }),
        EditorState.readOnly.of(true),
        EditorView.editable.of(false),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
      ],
    });
    return () => view.destroy();
  }, [key, label]);
  return <div ref={host} className="editor diff" />;
}
