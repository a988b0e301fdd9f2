// Unicode's normal forms, in time that grows with the text.
//
// V8 brings the marks after a letter into order by moving each past those before it: a hundred thousand marks on one letter take
// twenty seconds, in the host as well, where names of programs are normalized. Long runs are put in order here first.
import { combiningClass } from "./properties.ts";

export type NormalForm = "NFC" | "NFD" | "NFKC" | "NFKD";

/** More marks in a row than any writing has (UAX #15 allows 30 in its stream-safe format). The two kana marks become such. */
const LONG_RUN = /[\p{M}\uff9e\uff9f]{32}/u;

/** `text.normalize(form)`. */
export function normalize(text: string, form: NormalForm): string {
  if (!LONG_RUN.test(text)) return text.normalize(form);
  const decomposed = ordered(text, form === "NFC" || form === "NFD" ? "NFD" : "NFKD");
  return form === "NFC" || form === "NFKC" ? decomposed.normalize("NFC") : decomposed;
}

/** The decomposition of each character, with the marks after a letter in the order of their classes. */
function ordered(text: string, form: "NFD" | "NFKD"): string {
  const out: string[] = [];
  /** Marks since the last letter, by class. */
  let run: [kind: number, mark: string][] = [];
  const flush = () => {
    // Stable: marks of one class keep their order.
    run.sort(([a], [b]) => a - b);
    for (const [, mark] of run) out.push(mark);
    run = [];
  };
  /** What a character is made of, for those met before: long runs repeat a few. */
  const known = new Map<string, [kind: number, part: string][]>();
  for (const char of text) {
    let parts = known.get(char);
    if (parts === undefined) {
      parts = [...char.normalize(form)].map((part) => [combiningClass(part.codePointAt(0) as number), part]);
      known.set(char, parts);
    }
    for (const part of parts) {
      if (part[0] !== 0) run.push(part);
      else {
        flush();
        out.push(part[1]);
      }
    }
  }
  flush();
  return out.join("");
}
