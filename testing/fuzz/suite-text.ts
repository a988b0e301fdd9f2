// What a search found, as the text of a suite that `postern test` runs.
import type { ExpressionKind, JsonObject } from "../../engine/types.ts";
import { yamlText } from "../../yaml/write.ts";
import type { Origin } from "../suite/schema.ts";
import type { Input } from "./input.ts";

/** A case to write. */
export interface FoundCase {
  readonly name: string;
  readonly input: Input;
  readonly expect: JsonObject;
  /** Users of the suite beside who asks, by name. */
  readonly users?: { readonly [name: string]: JsonObject };
  /** Written as a comment over the case. */
  readonly comment?: string;
}

/** A suite of these cases about the expression; files are relative to where the suite will stand. */
export function suiteText(kind: ExpressionKind, origin: Origin, cases: readonly FoundCase[]): string {
  const texts = cases.map(({ name, input: { groups, user, ...input }, expect, comment }) => {
    const body = { name, ...(user === undefined ? {} : { user }), ...input, expect };
    const text = yamlText([body]).replace(/\n$/, "");
    const above = comment === undefined ? "" : `# ${comment.replace(/[\s\p{C}]+/gu, " ")}\n`;
    return `${above}${text}`
      .split("\n")
      .map((line) => (line === "" ? "\n" : `  ${line}\n`))
      .join("");
  });
  const groups = Object.fromEntries(cases.flatMap(({ input }) => Object.entries(input.groups)));
  const users = Object.fromEntries(cases.flatMap((each) => Object.entries(each.users ?? {})));
  const head = {
    [kind]: origin,
    ...(Object.keys(users).length === 0 ? {} : { users }),
    ...(Object.keys(groups).length === 0 ? {} : { groups }),
  };
  return `${yamlText(head)}cases:\n${texts.join("")}`;
}
