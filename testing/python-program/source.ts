// Text of a generated program: the choices behind it, the names in scope with their types, literals.
import fc, { type GeneratorValue } from "fast-check";

/** Static type of a generated expression. */
export type Type =
  | { readonly kind: "int" | "float" | "str" | "bool" | "bytes" | "none" }
  | { readonly kind: "list" | "set"; readonly item: Type }
  | { readonly kind: "dict"; readonly key: Type; readonly value: Type }
  | { readonly kind: "tuple"; readonly items: readonly Type[] };

export const INT: Type = { kind: "int" };
export const FLOAT: Type = { kind: "float" };
export const STR: Type = { kind: "str" };
export const BOOL: Type = { kind: "bool" };
export const BYTES: Type = { kind: "bytes" };
export const NONE: Type = { kind: "none" };
export const listOf = (item: Type): Type => ({ kind: "list", item });
export const setOf = (item: Type): Type => ({ kind: "set", item });
export const dictOf = (key: Type, value: Type): Type => ({ kind: "dict", key, value });
export const tupleOf = (...items: Type[]): Type => ({ kind: "tuple", items });

/** Are two types the same? */
export function isSame(a: Type, b: Type): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A function of the program that can be called. */
export interface Callable {
  readonly name: string;
  readonly parameters: readonly Type[];
  readonly result: Type;
}

const INTS = [
  0,
  1,
  2,
  3,
  7,
  10,
  16,
  100,
  255,
  256,
  1000,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 63n,
  2n ** 64n - 1n,
  10n ** 20n,
  123456789012345678901234567890n,
].map(String);
const FLOATS = [
  "0.0",
  "-0.0",
  "0.5",
  "1.0",
  "1.5",
  "2.5",
  "0.1",
  "0.3",
  "1e16",
  "1e22",
  "1e-7",
  "123456.789",
  "1e308",
  "5e-324",
  "9007199254740993.0",
  "float('inf')",
  "float('nan')",
];
const WORDS = [
  "",
  "a",
  "abc",
  "Hello World",
  "  x  ",
  "a,b,,c",
  "line\nbreak\r\n",
  "tab\there",
  "ÄÖü ß",
  "İstanbul ı",
  "ﬁ ǆ",
  "Σας",
  "😀x😀",
  "e\u0301",
  "'q\"",
  "\\",
  "{}",
  "%d",
  "12",
  "-3",
  " 4_0 ",
  "1.5e3",
  "0x1f",
  "\x00\x7f\u200b",
];

/** A string as a Python literal, ASCII only. */
export function quote(text: string): string {
  const body = [...text].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === "'" || character === "\\") return `\\${character}`;
    if (code >= 32 && code < 127) return character;
    if (code < 256) return `\\x${code.toString(16).padStart(2, "0")}`;
    return code < 65536
      ? `\\u${code.toString(16).padStart(4, "0")}`
      : `\\U${code.toString(16).padStart(8, "0")}`;
  });
  return `'${body.join("")}'`;
}

/** The choices of one program and what is in scope where it is being written. */
export class Writer {
  private readonly g: GeneratorValue;
  private counter = 0;
  /** Variables by scope, innermost last. */
  readonly scopes: { name: string; type: Type }[][] = [[]];
  readonly functions: Callable[] = [];
  /** Loops and functions around the place, which bound what one statement may cost. */
  nesting = 0;

  constructor(g: GeneratorValue) {
    this.g = g;
  }
  /** A number from 0 to `n - 1`; small ones are the simpler choice. */
  below(n: number): number {
    return this.g(fc.nat, n - 1);
  }
  chance(percent: number): boolean {
    return this.below(100) >= 100 - percent;
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
  fresh(prefix: string): string {
    this.counter += 1;
    return `${prefix}${this.counter}`;
  }
  define(name: string, type: Type): void {
    this.scopes.at(-1)?.push({ name, type });
  }
  /** Variables of a type that can be read here. */
  readable(type: Type): string[] {
    return this.scopes.flat().flatMap((variable) => (isSame(variable.type, type) ? [variable.name] : []));
  }
  /** Variables that can be assigned here: those of the innermost function. */
  assignable(): { name: string; type: Type }[] {
    return [...(this.scopes.at(-1) ?? [])];
  }

  integer(): string {
    const text = this.chance(60) ? String(this.below(20)) : this.pick(INTS);
    return this.chance(20) ? `(-${text})` : text;
  }
  float(): string {
    const text = this.chance(70) ? this.pick(FLOATS) : `${this.below(100000)}.${this.below(1000)}`;
    return text.startsWith("-") || this.chance(15) ? `(-${text.replace(/^-/, "")})` : text;
  }
  text(): string {
    return quote(
      this.chance(75)
        ? this.pick(WORDS)
        : this.g(fc.string, { unit: "binary", maxLength: 6 }).replace(/[\ud800-\udfff]/gu, "?"),
    );
  }
  bytes(): string {
    const values = Array.from({ length: this.below(5) }, () => this.below(256));
    return `b'${values.map((value) => `\\x${value.toString(16).padStart(2, "0")}`).join("")}'`;
  }
}
