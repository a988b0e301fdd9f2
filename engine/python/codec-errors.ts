// Error handlers of codecs: what becomes of what cannot be encoded or decoded.
import { unicodeName } from "../unicode/names.ts";
import { PyBytes } from "./bytes.ts";
import {
  LookupError,
  PyException,
  pyError,
  raise,
  typeError,
  UnicodeDecodeError,
  UnicodeEncodeError,
} from "./exceptions.ts";
import { allocate, charge } from "./state.ts";
import { escapeNonAscii, pointIndex } from "./text.ts";

/** A stretch that cannot be encoded. Offsets are units of `text`. */
export interface EncodeProblem {
  readonly codec: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly reason: string;
}

/** The UnicodeEncodeError for a stretch. */
export function encodeError({ codec, text, start, end, reason }: EncodeProblem): PyException {
  const args = [codec, text, pointIndex(text, start), pointIndex(text, end), reason];
  return raise(new PyException(UnicodeEncodeError, args));
}

function unknownHandler(name: string): PyException {
  return pyError(LookupError, `unknown error handler name '${name}'`);
}

function eachPoint(problem: EncodeProblem, show: (point: number) => string): string {
  const stretch = problem.text.slice(problem.start, problem.end);
  allocate(stretch.length * 20);
  return Array.from(stretch, (char) => show(char.codePointAt(0) as number)).join("");
}

function isSurrogate(point: number): boolean {
  return point >= 0xd800 && point < 0xe000;
}

/**
 * What the handler puts in place of a stretch, and where encoding goes on: text (to be encoded in turn) or bytes.
 *
 * @param pass the codec's bytes of a lone surrogate, for `surrogatepass`; null where it knows none
 */
export function handleEncodeError(
  problem: EncodeProblem,
  errors: string,
  pass: ((surrogate: number) => readonly number[]) | null,
): { put: string | Uint8Array; next: number } {
  const { text, start, end } = problem;
  charge(1 + end - start);
  switch (errors) {
    case "strict":
      throw encodeError(problem);
    case "ignore":
      return { put: "", next: end };
    case "replace":
      return { put: eachPoint(problem, () => "?"), next: end };
    case "xmlcharrefreplace":
      return { put: eachPoint(problem, (point) => `&#${point};`), next: end };
    case "backslashreplace":
      return { put: escapeNonAscii(text.slice(start, end)), next: end };
    case "surrogateescape": {
      const bytes: number[] = [];
      let at = start;
      for (; at < end; at++) {
        const unit = text.charCodeAt(at);
        if (unit < 0xdc80 || unit > 0xdcff) break;
        bytes.push(unit - 0xdc00);
      }
      if (at === start) throw encodeError(problem);
      return { put: Uint8Array.from(bytes), next: at };
    }
    case "surrogatepass": {
      const bytes: number[] = [];
      for (let at = start; at < end; at++) {
        const unit = text.charCodeAt(at);
        if (pass === null || !isSurrogate(unit)) throw encodeError(problem);
        bytes.push(...pass(unit));
      }
      return { put: Uint8Array.from(bytes), next: end };
    }
    case "namereplace":
      return { put: eachPoint(problem, named), next: end };
    default:
      throw unknownHandler(errors);
  }
}

function named(point: number): string {
  const name = unicodeName(point);
  if (name === undefined) return escapeNonAscii(String.fromCodePoint(point));
  allocate(2 * name.length);
  return `\\N{${name}}`;
}

/** Bytes that cannot be decoded. */
export interface DecodeProblem {
  readonly codec: string;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly reason: string;
}

/** The UnicodeDecodeError for a stretch. */
export function decodeError({ codec, bytes, start, end, reason }: DecodeProblem): PyException {
  return raise(new PyException(UnicodeDecodeError, [codec, new PyBytes(bytes), start, end, reason]));
}

/**
 * What the handler puts in place of bytes, and where decoding goes on.
 *
 * @param pass reads a surrogate that the codec would have written at an offset, for `surrogatepass`
 */
export function handleDecodeError(
  problem: DecodeProblem,
  errors: string,
  pass: ((bytes: Uint8Array, at: number) => { unit: number; size: number } | undefined) | null,
): { put: string; next: number } {
  const { bytes, start, end } = problem;
  charge(1 + end - start);
  switch (errors) {
    case "strict":
      throw decodeError(problem);
    case "ignore":
      return { put: "", next: end };
    case "replace":
      return { put: "\ufffd", next: end };
    case "backslashreplace": {
      let put = "";
      for (let i = start; i < end; i++) put += `\\x${(bytes[i] as number).toString(16).padStart(2, "0")}`;
      return { put, next: end };
    }
    case "surrogateescape": {
      let at = start;
      let put = "";
      while (at < end && at < start + 4 && (bytes[at] as number) >= 0x80) {
        put += String.fromCharCode(0xdc00 + (bytes[at++] as number));
      }
      if (at === start) throw decodeError(problem);
      return { put, next: at };
    }
    case "surrogatepass": {
      const found = pass?.(bytes, start);
      if (found === undefined) throw decodeError(problem);
      return { put: String.fromCharCode(found.unit), next: start + found.size };
    }
    case "xmlcharrefreplace":
    case "namereplace":
      throw typeError("don't know how to handle UnicodeDecodeError in error callback");
    default:
      throw unknownHandler(errors);
  }
}
