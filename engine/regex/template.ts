// Replacement templates of `re.sub`, and `re.escape`.
import type { CompiledPattern } from "./compiled-pattern.ts";
import { MAX_GROUPS } from "./flags.ts";
import { templateEscape } from "./parse-escape.ts";
import { PatternValueError } from "./pattern-error.ts";
import { isAscii, lengthOf, PatternSource, pythonRepr } from "./pattern-source.ts";

const DIGIT = /^[0-9]$/;
const OCTAL = /^[0-7]$/;
const NUMBER = /^[0-9]+$/;

/**
 * Takes a replacement template apart: literal text and group numbers.
 * @param template a bytes template as one character per byte.
 * @throws PatternSyntaxError with CPython's message and position.
 * @throws PatternValueError (`IndexError`) for an unknown group name.
 */
export function parseTemplate(
  template: string,
  pattern: Pick<CompiledPattern, "groups" | "groupindex">,
  options: { readonly bytes: boolean },
): (string | number)[] {
  const source = new PatternSource(template, options.bytes);
  const parts: (string | number)[] = [];
  let literal = "";
  const addGroup = (group: number, back: number): void => {
    if (group > pattern.groups) throw source.error(`invalid group reference ${group}`, back);
    if (literal !== "") parts.push(literal);
    literal = "";
    parts.push(group);
  };
  for (;;) {
    const taken = source.get();
    if (taken === undefined) break;
    const kind = taken[0] === "\\" ? taken[1] : undefined;
    if (kind === undefined) {
      literal += taken;
    } else if (kind === "g") {
      if (!source.match("<")) throw source.error("missing <");
      const name = source.getUntil(">", "group name");
      addGroup(groupNamed(source, name, pattern.groupindex), lengthOf(name) + 1);
    } else if (kind === "0") {
      const digits = `0${source.getWhile(2, OCTAL)}`;
      literal += String.fromCharCode(Number.parseInt(digits, 8) & 0xff);
    } else if (DIGIT.test(kind)) {
      let written = taken;
      if (source.next !== undefined && DIGIT.test(source.next)) {
        written += source.get();
        const octal = OCTAL.test(kind) && OCTAL.test(written[2]);
        if (octal && source.next !== undefined && OCTAL.test(source.next)) {
          written += source.get();
          const code = Number.parseInt(written.slice(1), 8);
          if (code > 0o377) {
            throw source.error(`octal escape value ${written} outside of range 0-0o377`, written.length);
          }
          literal += String.fromCharCode(code);
          continue;
        }
      }
      addGroup(Number(written.slice(1)), written.length - 1);
    } else {
      literal += templateEscape(source, taken);
    }
  }
  if (literal !== "") parts.push(literal);
  return parts;
}

function groupNamed(source: PatternSource, name: string, groupindex: ReadonlyMap<string, number>): number {
  if (NUMBER.test(name) && isAscii(name)) {
    const group = Number(name);
    if (group >= MAX_GROUPS)
      throw source.error(`invalid group reference ${BigInt(name)}`, lengthOf(name) + 1);
    return group;
  }
  source.checkGroupName(name, 1);
  const group = groupindex.get(name);
  if (group === undefined)
    throw new PatternValueError("IndexError", `unknown group name ${pythonRepr(name)}`);
  return group;
}

const ESCAPED = /[()[\]{}?*+\-|^$\\.&~# \t\n\r\v\f]/g;

/** `re.escape`. */
export function escapePattern(text: string): string {
  return text.replace(ESCAPED, "\\$&");
}
