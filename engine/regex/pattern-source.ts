// Reads a pattern or a template one character, or one backslash pair, at a time.
import { PatternSyntaxError } from "./pattern-error.ts";

const IDENTIFIER = /^[\p{XID_Start}_]\p{XID_Continue}*$/u;
const UNPRINTABLE = /[\p{C}\p{Z}]/u;

/** The characters of a pattern with CPython's one character of look-ahead; positions are code points. */
export class PatternSource {
  readonly text: string;
  readonly bytes: boolean;
  readonly characters: readonly string[];
  /** The next character or backslash pair; undefined at the end. */
  next: string | undefined;
  #index = 0;

  constructor(text: string, bytes: boolean) {
    this.text = text;
    this.bytes = bytes;
    this.characters = Array.from(text);
    this.#advance();
  }

  #advance(): void {
    const first = this.characters[this.#index];
    if (first === undefined) {
      this.next = undefined;
      return;
    }
    this.#index++;
    if (first !== "\\") {
      this.next = first;
      return;
    }
    const second = this.characters[this.#index];
    if (second === undefined) {
      throw new PatternSyntaxError("bad escape (end of pattern)", this.text, this.characters.length - 1);
    }
    this.#index++;
    this.next = first + second;
  }

  /** Takes the next character if it is `character`. */
  match(character: string): boolean {
    if (this.next !== character) return false;
    this.#advance();
    return true;
  }

  get(): string | undefined {
    const taken = this.next;
    this.#advance();
    return taken;
  }

  /** Takes at most `count` characters for which `accepted` holds. */
  getWhile(count: number, accepted: RegExp): string {
    let taken = "";
    for (let index = 0; index < count && this.next !== undefined && accepted.test(this.next); index++) {
      taken += this.next;
      this.#advance();
    }
    return taken;
  }

  /** Takes a name up to `terminator`, which is consumed. */
  getUntil(terminator: string, what: string): string {
    let name = "";
    for (;;) {
      const character = this.next;
      this.#advance();
      if (character === undefined) {
        if (name === "") throw this.error(`missing ${what}`);
        throw this.error(`missing ${terminator}, unterminated name`, lengthOf(name));
      }
      if (character === terminator) {
        if (name === "") throw this.error(`missing ${what}`, 1);
        return name;
      }
      name += character;
    }
  }

  /** Position of the next character. */
  tell(): number {
    return this.#index - (this.next === undefined ? 0 : lengthOf(this.next));
  }

  seek(position: number): void {
    this.#index = position;
    this.#advance();
  }

  /** An error `back` characters before the next one. */
  error(msg: string, back = 0): PatternSyntaxError {
    return new PatternSyntaxError(this.bytes ? asciiOnly(msg) : msg, this.text, this.tell() - back);
  }

  /** @throws PatternSyntaxError unless `name` is a Python identifier (and ASCII in a bytes pattern). */
  checkGroupName(name: string, offset: number): void {
    if ((!this.bytes || isAscii(name)) && IDENTIFIER.test(name)) return;
    const shown = this.bytes ? asciiOnly(pythonRepr(name)) : pythonRepr(name);
    throw this.error(`bad character in group name ${shown}`, lengthOf(name) + offset);
  }
}

/** Length in code points. */
export function lengthOf(text: string): number {
  let length = text.length;
  for (let index = 0; index + 1 < text.length; index++) {
    if ((text.charCodeAt(index) & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00)
      length--;
  }
  return length;
}

export function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return false;
  return true;
}

function escapeCode(code: number): string {
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}

function asciiOnly(text: string): string {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0) as number;
    return code < 128 ? character : escapeCode(code);
  }).join("");
}

/** Python's `repr()` of a string, for messages. */
export function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = quote;
  for (const character of text) {
    if (character === "\\" || character === quote) out += `\\${character}`;
    else if (character === "\n") out += "\\n";
    else if (character === "\r") out += "\\r";
    else if (character === "\t") out += "\\t";
    else if (character !== " " && UNPRINTABLE.test(character))
      out += escapeCode(character.codePointAt(0) as number);
    else out += character;
  }
  return out + quote;
}
