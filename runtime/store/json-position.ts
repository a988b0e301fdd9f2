// Where in a JSON text something is: the first fault, or the value at a path. Only used to word errors.
//
// `JSON.parse` gives no position for some faults, and quotes the text around others, which may be a secret.

/** A place in a text, from 1; columns count UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A fault in a JSON text. */
export interface JsonFault {
  readonly position: Position;
  /** What was expected, without quoting the text. */
  readonly what: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

class Stop {
  readonly offset: number;
  readonly what: string;
  constructor(offset: number, what: string) {
    this.offset = offset;
    this.what = what;
  }
}

type Visit = (path: readonly (string | number)[], offset: number) => void;

/** The first fault of a text that `JSON.parse` refused. */
export function jsonFault(text: string): JsonFault {
  try {
    new Scanner(text, () => undefined).scan();
    return { position: position(text, text.length), what: "not valid JSON" };
  } catch (error) {
    if (error instanceof Stop) return { position: position(text, error.offset), what: error.what };
    return { position: position(text, 0), what: "nested too deeply" };
  }
}

/** The position of the value at a path in a valid JSON text, or of the closest thing around it that is there. */
export function jsonPosition(text: string, path: readonly (string | number)[]): Position {
  let offset = 0;
  let depth = -1;
  try {
    new Scanner(text, (at, start) => {
      if (at.length <= path.length && at.length > depth && at.every((part, index) => part === path[index])) {
        offset = start;
        depth = at.length;
      }
    }).scan();
  } catch {
    // The best place found so far is as good as it gets.
  }
  return position(text, offset);
}

function position(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

class Scanner {
  readonly #text: string;
  readonly #visit: Visit;
  #at = 0;
  readonly #path: (string | number)[] = [];

  constructor(text: string, visit: Visit) {
    this.#text = text;
    this.#visit = visit;
  }

  scan(): void {
    this.#value();
    this.#blanks();
    if (this.#at < this.#text.length) throw new Stop(this.#at, "text after the end of the JSON value");
  }

  #value(): void {
    this.#blanks();
    this.#visit(this.#path, this.#at);
    const next = this.#text[this.#at];
    if (next === "{") this.#object();
    else if (next === "[") this.#array();
    else if (next === '"') this.#string();
    else this.#scalar();
  }

  #object(): void {
    this.#at += 1;
    if (this.#closes("}")) return;
    do {
      this.#blanks();
      if (this.#text[this.#at] !== '"') throw this.#stop('expected a key in double quotes or "}"');
      const key = this.#string();
      if (!this.#closes(":")) throw this.#stop('expected ":" after the key');
      this.#path.push(key);
      this.#value();
      this.#path.pop();
    } while (this.#closes(","));
    if (!this.#closes("}")) throw this.#stop('expected "," or "}"');
  }

  #array(): void {
    this.#at += 1;
    if (this.#closes("]")) return;
    let index = 0;
    do {
      this.#path.push(index);
      this.#value();
      this.#path.pop();
      index += 1;
    } while (this.#closes(","));
    if (!this.#closes("]")) throw this.#stop('expected "," or "]"');
  }

  #string(): string {
    const start = this.#at;
    let at = start + 1;
    // By hand: a regular expression would recurse once per character.
    for (let code = this.#text.charCodeAt(at); code !== QUOTE; code = this.#text.charCodeAt(at)) {
      if (Number.isNaN(code)) throw new Stop(start, "the file ends too early, within this text");
      if (code < SPACE) throw new Stop(at, "a control character within a text");
      at += code === BACKSLASH ? 2 : 1;
    }
    this.#at = at + 1;
    try {
      return JSON.parse(this.#text.slice(start, this.#at)) as string;
    } catch {
      throw new Stop(start, "a text with a wrong backslash sequence");
    }
  }

  #scalar(): void {
    const pattern = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.])/y;
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) throw this.#stop("expected a value");
    this.#at = pattern.lastIndex;
  }

  #closes(character: string): boolean {
    this.#blanks();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #blanks(): void {
    const pattern = /[ \t\r\n]*/y;
    pattern.lastIndex = this.#at;
    pattern.test(this.#text);
    this.#at = pattern.lastIndex;
  }

  #stop(what: string): Stop {
    return new Stop(this.#at, this.#at >= this.#text.length ? `the file ends too early, ${what}` : what);
  }
}
