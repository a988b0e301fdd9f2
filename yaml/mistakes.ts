// What is wrong with a text that is no YAML, in words for those who wrote it, and what to do.
import type { YAMLException } from "js-yaml";
import type { YamlProblem } from "./tree.ts";

/** What is told of a key that stands twice in a mapping. */
export const DUPLICATE = "Map keys must be unique";

interface Advice {
  /** The library's words. */
  readonly reason: RegExp;
  /** What stands where it stopped; anything where nothing is said. */
  readonly at?: RegExp;
  readonly what: string;
  readonly hint: string;
}

/** Where the library's own words do not say enough; the first that fits. */
const ADVICE: readonly Advice[] = [
  {
    reason: /^bad indentation|^missed comma|^expected ':'/,
    at: /^:/,
    what: "a colon within a value: mappings within a line are not allowed",
    hint: "put a text with a colon in quotes",
  },
  {
    reason: /^bad indentation/,
    at: /^[@`%]/,
    what: "a text cannot begin with this character",
    hint: "put it in quotes",
  },
  {
    reason: /^bad indentation/,
    at: /^[-?](?=\s)/,
    what: "a list cannot begin in the line of its key",
    hint: "begin it below; put a text in quotes",
  },
  {
    reason: /^a line break is expected/,
    what: "a text after | or > begins in the next line",
    hint: "put a text in quotes",
  },
  {
    reason: /^bad indentation/,
    at: /^[\]}]/,
    what: "nothing was opened that this bracket closes",
    hint: "a text that begins with a bracket needs quotes",
  },
  {
    reason: /^deficient indentation|^unexpected end of the stream within/,
    what: "a bracket or quote is not closed, or its lines are not indented",
    hint: "look for the ], } or quote that is missing",
  },
  {
    reason: /^name of an (?:alias|anchor) node/,
    what: "* and & stand before the name of an anchor",
    hint: "a text that begins with * or & needs quotes",
  },
  {
    reason: /^end of the stream or a document separator/,
    what: "this does not belong to what stands above it",
    hint: "indent it like what it belongs to; a file holds one mapping or one list",
  },
  {
    reason: /a multiline key may not/,
    what: "a key without a value stands above",
    hint: "write a colon behind a key; put a text with a colon in quotes",
  },
];

/** The library's error as a problem of the text. */
export function mistake(text: string, error: YAMLException): YamlProblem {
  const offset = Math.min(error.mark?.position ?? 0, text.length);
  const begin = Math.max(text.lastIndexOf("\n", offset - 1), text.lastIndexOf("\r", offset - 1)) + 1;
  const isIndentation = /\btab\b|indentation|^end of the stream or/.test(error.reason);
  const tab = isIndentation ? /^ *\t/.exec(text.slice(begin, offset + 1)) : null;
  if (tab !== null || /\btab\b/.test(error.reason)) {
    const at = tab === null ? offset : begin + tab[0].length - 1;
    return { offset: at, what: "Tabs are not allowed as indentation", hint: "indent with spaces" };
  }
  const rest = text.slice(offset);
  const found = ADVICE.find(({ reason, at }) => reason.test(error.reason) && (at?.test(rest) ?? true));
  if (found !== undefined) return { offset, what: found.what, hint: found.hint };
  const isBehind = /^bad indentation/.test(error.reason) && text.slice(begin, offset).trim() !== "";
  if (isBehind)
    return {
      offset,
      what: "there is more behind the end of the value",
      hint: "put the whole text in quotes",
    };
  if (/^bad indentation/.test(error.reason))
    return { offset, what: error.reason, hint: "lines of one mapping or list begin in the same column" };
  const depth = /^nesting exceeded maxDepth \((\d+)\)/.exec(error.reason)?.[1];
  if (depth !== undefined)
    return { offset, what: `lists and mappings are nested more than ${depth} levels deep` };
  return { offset, what: error.reason };
}
