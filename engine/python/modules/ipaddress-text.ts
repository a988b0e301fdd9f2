// Addresses of both versions as text and as numbers, and the errors of the module `ipaddress`.
import { pyError, ValueError } from "../exceptions.ts";
import { makeType, type PyType, type PyValue } from "../object.ts";
import { repr, str } from "../representation.ts";
import { charge } from "../state.ts";

export type Version = 4 | 6;
/** How many bits an address has. */
export const BITS: Record<Version, number> = { 4: 32, 6: 128 };
/** The last address. */
export const ALL: Record<Version, bigint> = { 4: (1n << 32n) - 1n, 6: (1n << 128n) - 1n };

function errorType(name: string): PyType {
  const type = makeType(name, { base: ValueError, module: "ipaddress" });
  type.hasDict = true;
  return type;
}
/** `ipaddress.AddressValueError`. */
export const AddressValueError = errorType("AddressValueError");
/** `ipaddress.NetmaskValueError`. */
export const NetmaskValueError = errorType("NetmaskValueError");
/** `throw addressError("…")`. */
export const addressError = (text: string) => pyError(AddressValueError, text);

// ---- text to address -----------------------------------------------------------------------------

/** The number that `a.b.c.d` stands for. */
export function parse4(text: string): bigint {
  if (text === "") throw addressError("Address cannot be empty");
  charge(text.length >> 4);
  const octets = text.split(".");
  if (octets.length !== 4) throw addressError(`Expected 4 octets in ${repr(text)}`);
  return octets.reduce((value, octet) => (value << 8n) | BigInt(octetOf(octet, text)), 0n);
}
function octetOf(octet: string, text: string): number {
  const bad = (why: string) => addressError(`${why} in ${repr(text)}`);
  if (octet === "") throw bad("Empty octet not permitted");
  if (!/^[0-9]+$/.test(octet)) throw bad(`Only decimal digits permitted in ${repr(octet)}`);
  if (octet.length > 3) throw bad(`At most 3 characters permitted in ${repr(octet)}`);
  if (octet !== "0" && octet.startsWith("0")) throw bad(`Leading zeros are not permitted in ${repr(octet)}`);
  const value = Number(octet);
  if (value > 255) throw bad(`Octet ${value} (> 255) not permitted`);
  return value;
}
/** The number that an IPv6 address stands for, its zone apart. */
export function parse6(text: string): bigint {
  if (text === "") throw addressError("Address cannot be empty");
  charge(text.length >> 4);
  const bad = (why: string) => addressError(`${why} in ${repr(text)}`);
  let parts = text.split(":");
  if (parts.length < 3) throw bad("At least 3 parts expected");
  if (parts.at(-1)?.includes(".")) {
    let embedded: bigint;
    try {
      embedded = parse4(parts.at(-1) as string);
    } catch (error) {
      throw addressError(`${str(error as PyValue)} in ${repr(text)}`);
    }
    parts = [...parts.slice(0, -1), (embedded >> 16n).toString(16), (embedded & 0xffffn).toString(16)];
  }
  if (parts.length > 9) throw bad("At most 8 colons permitted");
  const gaps = parts.slice(1, -1).flatMap((part, i) => (part === "" ? [i + 1] : []));
  if (gaps.length > 1) throw bad("At most one '::' permitted");
  let high: string[];
  let low: string[];
  if (gaps.length === 1) {
    const gap = gaps[0] as number;
    high = parts.slice(0, gap);
    low = parts.slice(gap + 1);
    if (high[0] === "") {
      high = high.slice(1);
      if (high.length > 0) throw bad("Leading ':' only permitted as part of '::'");
    }
    if (low.at(-1) === "") {
      low = low.slice(0, -1);
      if (low.length > 0) throw bad("Trailing ':' only permitted as part of '::'");
    }
    if (high.length + low.length > 7) throw bad("Expected at most 7 other parts with '::'");
  } else {
    if (parts.length !== 8) throw bad("Exactly 8 parts expected without '::'");
    if (parts[0] === "") throw bad("Leading ':' only permitted as part of '::'");
    if (parts[7] === "") throw bad("Trailing ':' only permitted as part of '::'");
    high = parts;
    low = [];
  }
  const middle = new Array<string>(8 - high.length - low.length).fill("0");
  return [...high, ...middle, ...low].reduce((value, part) => {
    if (!/^[0-9a-fA-F]+$/.test(part)) throw bad(`Only hex digits permitted in ${repr(part)}`);
    if (part.length > 4) throw bad(`At most 4 characters permitted in ${repr(part)}`);
    return (value << 16n) | BigInt(`0x${part}`);
  }, 0n);
}

// ---- address to text -----------------------------------------------------------------------------

function groups(value: bigint): number[] {
  return Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn));
}
/** An address as text, without a zone. */
export function textOf(version: Version, value: bigint): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join(".");
  const hex = groups(value).map((group) => group.toString(16));
  let best = { at: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && hex[i + length] === "0") length += 1;
    if (length > best.length) best = { at: i, length };
  }
  if (best.at < 0) return hex.join(":");
  return `${hex.slice(0, best.at).join(":")}::${hex.slice(best.at + best.length).join(":")}`;
}
/** All groups of an IPv6 address in full. */
export function exploded(value: bigint): string {
  return groups(value)
    .map((group) => group.toString(16).padStart(4, "0"))
    .join(":");
}
