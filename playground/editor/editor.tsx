// CodeMirror as a component: Python or JSON, told from outside what its text and its marks are.
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { python } from "@codemirror/lang-python";
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { linter, lintKeymap } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Signal } from "@preact/signals";
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

/** The answer's nonce: without it the browser refuses the editor's styles. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.nonce ?? "";

const colors = HighlightStyle.define([
  {
    tag: [tags.keyword, tags.controlKeyword, tags.operatorKeyword],
    color: "var(--code-keyword)",
    fontWeight: "600",
  },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
  { tag: [tags.function(tags.variableName), tags.propertyName], color: "var(--code-name)" },
]);

const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--surface)", fontSize: "0.875rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--ink)", padding: "0.75rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--selection)",
  },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--muted)", border: "none" },
  ".cm-tooltip": {
    backgroundColor: "var(--surface)",
    color: "var(--ink)",
    border: "1px solid var(--line)",
    borderRadius: "8px",
    boxShadow: "var(--shadow)",
    maxWidth: "28rem",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--accent)",
    color: "var(--on-accent)",
  },
  ".cm-diagnostic": { padding: "0.4rem 0.7rem", whiteSpace: "pre-wrap" },
});

interface Props {
  readonly language: "python" | "json";
  readonly text: Signal<string>;
  readonly label: string;
  readonly describedBy?: string;
  readonly extensions?: Extension;
  /** Told the editor when it is there; answers what ends the listening. */
  readonly onMount?: (view: EditorView) => () => void;
}

/** An editor of a signal's text. */
export function Editor({ language, text, label, describedBy, extensions = [], onMount }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef<EditorView>(null);
  useEffect(() => {
    const view = new EditorView({
      parent: place.current as HTMLDivElement,
      state: EditorState.create({
        doc: text.peek(),
        extensions: [
          EditorView.cspNonce.of(nonce),
          lineNumbers(),
          history(),
          drawSelection(),
          indentUnit.of(language === "python" ? "    " : "  "),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          autocompletion(),
          language === "python" ? python() : [json(), linter(jsonParseLinter(), { delay: 100 })],
          syntaxHighlighting(colors),
          keymap.of([
            ...closeBracketsKeymap,
            ...defaultKeymap,
            ...historyKeymap,
            ...completionKeymap,
            ...lintKeymap,
            indentWithTab,
          ]),
          EditorView.lineWrapping,
          look,
          extensions,
          EditorView.updateListener.of((update) => {
            if (update.docChanged) text.value = update.state.doc.toString();
          }),
        ],
      }),
    });
    shown.current = view;
    const unfollow = effect(() => {
      const wanted = text.value;
      const { doc } = view.state;
      if (wanted !== doc.toString()) view.dispatch({ changes: { from: 0, to: doc.length, insert: wanted } });
    });
    const unmount = onMount?.(view);
    return () => {
      unmount?.();
      unfollow();
      view.destroy();
    };
  }, []);
  useEffect(() => {
    const content = shown.current?.contentDOM;
    content?.setAttribute("aria-label", label);
    if (describedBy !== undefined) content?.setAttribute("aria-describedby", describedBy);
  }, [label, describedBy]);
  return <div class="editor" ref={place} />;
}
