// Reads what a document wants to have run: its code blocks, and the comments that say what kind a block is.
//
// A comment in the line before a block says what the block is; readers of the page do not see it.
//
//   <!-- file PATH -->        the block is that file's text, which commands and programs further on use
//   <!-- add to PATH -->      it is added at the end of that file
//   <!-- change PATH -->      a diff of one line or more of that file: each `-` line becomes the `+` line after it
//   <!-- of PATH -->          it is the text of that file of the checkout
//   <!-- picture -->          nothing to run: a drawing, or a grammar
//   <!-- declaration -->      a declaration of docs/api/, which a script writes from the docstrings
//   <!-- with …lines… -->     lines of program before those of the block, a `ts` one
//
// and by itself, `<!-- given PATH: FILE -->` copies a file of the checkout to where the commands run. Without a comment,
// `console` is a session (`$ command`, then what it prints), `sh` is commands that end well, and `ts` is a program;
// `// => value` behind a statement of one says what its expression is.

/** A file that a block makes or changes. */
export interface Edit {
  readonly kind: "file" | "add to" | "change";
  readonly line: number;
  readonly path: string;
  readonly text: string;
}

/** What a document wants to have done, in its order. `line` is where it says so. */
export type Step =
  | { readonly kind: "given"; readonly line: number; readonly path: string; readonly from: string }
  | Edit
  | { readonly kind: "of"; readonly line: number; readonly path: string; readonly text: string }
  | { readonly kind: "picture" | "declaration"; readonly line: number }
  | { readonly kind: "session" | "commands"; readonly line: number; readonly text: string }
  | { readonly kind: "program"; readonly line: number; readonly text: string; readonly before: string };

/** A document with a block that nothing runs, or that is not written as it must be. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
}

const FENCE = /^( *)(`{3,})([^`]*)$/;

/** Reads a document. Throws {@link DocumentError}, which names the line. */
export function readSteps(text: string, name: string): Step[] {
  const lines = text.split("\n");
  const steps: Step[] = [];
  let marker = "";
  for (let i = 0; i < lines.length; i++) {
    const [comment, length] = commentAt(lines, i);
    if (comment !== undefined) {
      const [, path, from] = /^given (\S+): (\S+)$/.exec(comment) ?? [];
      if (path !== undefined && from !== undefined) steps.push({ kind: "given", line: i + 1, path, from });
      else marker = comment;
      i += length - 1;
      continue;
    }
    const [fence, indent = "", ticks = "", language = ""] = FENCE.exec(lines[i] as string) ?? [];
    if (fence === undefined) {
      marker = "";
      continue;
    }
    const line = i + 1;
    const end = lines.indexOf(indent + ticks, line);
    if (end < 0) throw new DocumentError(`${name}:${line}: the block has no end`);
    const block = lines.slice(line, end).map((each) => each.slice(indent.length));
    const step = stepOf(language.trim(), marker, `${block.join("\n")}\n`, line);
    if (step === undefined) {
      const what = marker === "" ? `a block of ${language || "no language"}` : `<!-- ${marker} -->`;
      throw new DocumentError(
        `${name}:${line}: nothing runs ${what}; tests/documents/document.ts says what there is`,
      );
    }
    steps.push(step);
    marker = "";
    i = end;
  }
  return steps;
}

/** The comment that begins in a line, trimmed, and how many lines it takes. */
function commentAt(lines: readonly string[], start: number): [comment: string | undefined, length: number] {
  if (!lines[start]?.startsWith("<!--")) return [undefined, 0];
  const end = lines.findIndex((line, i) => i >= start && line.trimEnd().endsWith("-->"));
  if (end < 0) return [undefined, 0];
  const text = lines.slice(start, end + 1).join("\n");
  return [text.trim().slice("<!--".length, -"-->".length).trim(), end - start + 1];
}

function stepOf(language: string, marker: string, text: string, line: number): Step | undefined {
  const [, kind, path] = /^(file|add to|change|of) (\S+)$/.exec(marker) ?? [];
  if (kind !== undefined && path !== undefined)
    return { kind: kind as Edit["kind"] | "of", line, path, text };
  if (marker === "picture" || marker === "declaration") return { kind: marker, line };
  const before = /^with\n([\s\S]*)$/.exec(marker)?.[1];
  if (language === "ts" && (marker === "" || before !== undefined))
    return { kind: "program", line, text, before: before === undefined ? "" : `${before}\n` };
  if (marker !== "") return undefined;
  if (language === "console") return { kind: "session", line, text };
  if (language === "sh") return { kind: "commands", line, text };
  return undefined;
}
