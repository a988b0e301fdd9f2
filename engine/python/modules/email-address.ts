// Addresses in mail headers, read as the library's `email._parseaddr` reads them (RFC 2822, with tolerance).
import { charge } from "../state.ts";

/** The name and the address. */
export type Address = readonly [name: string, address: string];

const LWS = " \t";
const BREAKS = "\r\n";
const SPECIALS = '()<>@,:;."[]';
const ATOM_ENDS = SPECIALS + LWS + BREAKS;
/** A dot is part of a phrase, by obsolete syntax. */
const PHRASE_ENDS = ATOM_ENDS.replace(".", "");

/** A text for use between double quotes. */
export function quote(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}

class AddressReader {
  private readonly field: string;
  private at = 0;
  private comments: string[] = [];
  constructor(field: string) {
    this.field = field;
  }
  private get char(): string {
    return this.field.charAt(this.at);
  }
  private get isOver(): boolean {
    return this.at >= this.field.length;
  }
  private isOneOf(characters: string): boolean {
    return !this.isOver && characters.includes(this.char);
  }
  private step(): void {
    charge(1);
    this.at += 1;
  }

  all(): Address[] {
    const out: Address[] = [];
    while (!this.isOver) {
      const addresses = this.address();
      if (addresses.length > 0) out.push(...addresses);
      else out.push(["", ""]);
    }
    return out;
  }

  /** Skips white space and comments; the blanks and tabs among them. */
  private next(): string {
    let blanks = "";
    while (!this.isOver) {
      if (this.isOneOf(LWS + BREAKS)) {
        if (this.isOneOf(LWS)) blanks += this.char;
        this.step();
      } else if (this.char === "(") this.comments.push(this.comment());
      else break;
    }
    return blanks;
  }

  private address(): Address[] {
    this.comments = [];
    this.next();
    const start = this.at;
    const startComments = this.comments;
    const phrases = this.phrases();
    this.next();
    let out: Address[] = [];
    const plain = (): void => {
      const [first] = phrases;
      if (first !== undefined) out = [[this.comments.join(" "), first]];
    };
    if (this.isOver) plain();
    else if (this.isOneOf(".@")) {
      this.at = start;
      this.comments = startComments;
      const address = this.spec();
      out = [[this.comments.join(" "), address]];
    } else if (this.char === ":") {
      this.step();
      while (!this.isOver) {
        this.next();
        if (this.isOneOf(";")) {
          this.step();
          break;
        }
        out = [...out, ...this.address()];
      }
    } else if (this.char === "<") {
      const route = this.route();
      const name = phrases.join(" ");
      out = [[this.comments.length > 0 ? `${name} (${this.comments.join(" ")})` : name, route]];
    } else if (phrases.length > 0) plain();
    else if (this.isOneOf(SPECIALS)) this.step();
    this.next();
    if (this.char === ",") this.step();
    return out;
  }

  /** `<…>`: what leads there is passed over. */
  private route(): string {
    let expectsDomain = false;
    this.step();
    this.next();
    while (!this.isOver) {
      if (expectsDomain) {
        this.domain();
        expectsDomain = false;
      } else if (this.char === ">") {
        this.step();
        return "";
      } else if (this.char === "@") {
        this.step();
        expectsDomain = true;
      } else if (this.char === ":") this.step();
      else {
        const address = this.spec();
        this.step();
        return address;
      }
      this.next();
    }
    return "";
  }

  private spec(): string {
    const parts: string[] = [];
    const dropBlank = (): void => {
      if (parts.length > 0 && (parts.at(-1) as string).trim() === "") parts.pop();
    };
    this.next();
    while (!this.isOver) {
      let keepsBlank = true;
      if (this.char === ".") {
        dropBlank();
        parts.push(".");
        this.step();
        keepsBlank = false;
      } else if (this.char === '"') parts.push(`"${quote(this.quoted())}"`);
      else if (this.isOneOf(ATOM_ENDS)) {
        dropBlank();
        break;
      } else parts.push(this.atom(ATOM_ENDS));
      const blank = this.next();
      if (keepsBlank && blank !== "") parts.push(blank);
    }
    if (this.char !== "@") return parts.join("");
    parts.push("@");
    this.step();
    this.next();
    const domain = this.domain();
    return domain === "" ? "" : parts.join("") + domain;
  }

  private domain(): string {
    let out = "";
    while (!this.isOver) {
      if (this.isOneOf(LWS)) this.step();
      else if (this.char === "(") this.comments.push(this.comment());
      else if (this.char === "[") out += `[${this.delimited("[", "]\r", false)}]`;
      else if (this.char === ".") {
        this.step();
        out += ".";
      } else if (this.char === "@") return "";
      else if (this.isOneOf(ATOM_ENDS)) break;
      else out += this.atom(ATOM_ENDS);
    }
    return out;
  }

  private delimited(begin: string, ends: string, comments: boolean, depth = 0): string {
    if (this.char !== begin) return "";
    const parts: string[] = [];
    let isQuoted = false;
    this.step();
    while (!this.isOver) {
      if (isQuoted) {
        parts.push(this.char);
        isQuoted = false;
      } else if (this.isOneOf(ends)) {
        this.step();
        break;
      } else if (comments && this.char === "(") {
        parts.push(this.comment(depth + 1));
        continue;
      } else if (this.char === "\\") isQuoted = true;
      else parts.push(this.char);
      this.step();
    }
    return parts.join("");
  }
  private quoted(): string {
    return this.delimited('"', '"\r', false);
  }
  private comment(depth = 0): string {
    return this.delimited("(", ")\r", true, depth);
  }
  private atom(ends: string): string {
    const start = this.at;
    while (!this.isOver && !this.isOneOf(ends)) this.step();
    return this.field.slice(start, this.at);
  }
  private phrases(): string[] {
    const out: string[] = [];
    while (!this.isOver) {
      if (this.isOneOf(LWS + BREAKS)) this.step();
      else if (this.char === '"') out.push(this.quoted());
      else if (this.char === "(") this.comments.push(this.comment());
      else if (this.isOneOf(PHRASE_ENDS)) break;
      else out.push(this.atom(PHRASE_ENDS));
    }
    return out;
  }
}

/** All addresses of a header's text. */
export function readAddresses(field: string): Address[] {
  return new AddressReader(field).all();
}

/** The characters that are not escaped, and the escaped ones with their backslash, each with where it is. */
function* characters(text: string): Generator<[at: number, text: string]> {
  let isEscaped = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (isEscaped) {
      yield [at, `\\${char}`];
      isEscaped = false;
    } else if (char === "\\") isEscaped = true;
    else yield [at, char];
  }
  if (isEscaped) yield [text.length - 1, "\\"];
}
function withoutQuotedNames(text: string): string {
  if (!text.includes('"')) return text;
  let start = 0;
  let open: number | undefined;
  let out = "";
  for (const [at, char] of characters(text)) {
    if (char !== '"') continue;
    if (open === undefined) open = at;
    else {
      out += text.slice(start, open);
      start = at + 1;
      open = undefined;
    }
  }
  return out + text.slice(start);
}
function hasBalancedParentheses(text: string): boolean {
  let open = 0;
  for (const [, char] of characters(withoutQuotedNames(text))) {
    if (char === "(") open += 1;
    else if (char === ")" && --open < 0) return false;
  }
  return open === 0;
}

/** Fields as the strict reader takes them: one with stray parentheses counts as empty. */
export function checkedField(field: string): string {
  charge(field.length >> 3);
  return hasBalancedParentheses(field) ? field : "('', '')";
}
/** How many addresses a checked field must have: one more than commas outside of quoted names. */
export function expectedAddresses(field: string): number {
  return withoutQuotedNames(field).split(",").length;
}
/** An address whose domain was read in part only is none. */
export function withoutBroken(addresses: readonly Address[]): Address[] {
  return addresses.map((address): Address => (address[1].includes("[") ? ["", ""] : address));
}
