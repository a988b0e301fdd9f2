// The demonstration's transcript: what is sent, what comes back, and a check of each, so that it cannot tell stories.
import type { JsonObject } from "../../engine/types.ts";
import { type Challenge, challengeText } from "../challenge.ts";
import { type Colors, printable } from "../io.ts";

/** What happened is not what the demonstration says happens. */
export class DemonstrationFailed extends Error {
  override readonly name = "DemonstrationFailed";
}

/** Writes the transcript, line by line. */
export class Transcript {
  readonly #write: (text: string) => void;
  readonly #color: Colors;
  constructor(write: (text: string) => void, color: Colors) {
    this.#write = write;
    this.#color = color;
  }

  line(text = ""): void {
    this.#write(`${text}\n`);
  }

  heading(text: string): void {
    this.line(`\n${this.#color.bold(text)}`);
  }

  /** Something explained. */
  note(text: string): void {
    this.line(`  ${this.#color.dim(text)}`);
  }

  /** A text as it stands, such as an expression's source. */
  quote(text: string): void {
    for (const line of text.trimEnd().split("\n")) this.line(`  ${this.#color.dim("│")} ${line}`.trimEnd());
  }

  /** What the user's client sends. */
  sent(response: JsonObject): void {
    this.line(`  ${this.#color.cyan("→")} ${printable(JSON.stringify(response))}`);
  }

  /** What the flow answers. */
  shown(challenge: Challenge): void {
    const [first, ...rest] = challengeText(challenge, this.#color).trimEnd().split("\n");
    this.line(`  ${this.#color.cyan("←")} ${first}`);
    for (const line of rest) this.line(`  ${line}`);
  }

  /** What others received or hold, as JSON with one field on a line. */
  data(title: string, value: unknown): void {
    this.line(`  ${this.#color.yellow("⇒")} ${title}`);
    for (const line of JSON.stringify(value, null, 2).split("\n")) this.line(`    ${printable(line)}`);
  }

  /** Ends the demonstration where a claim does not hold. */
  holds(claim: string, true_: boolean, found: unknown): void {
    if (!true_) throw new DemonstrationFailed(`${claim}, but found ${JSON.stringify(found)}`);
  }
}
