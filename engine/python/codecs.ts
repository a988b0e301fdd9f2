// Codecs: text to bytes and back, as `str.encode` and `bytes.decode` do it.
import { ByteSink, TextSink } from "./byte-sink.ts";
import { charmapTables } from "./charmap-tables.ts";
import { encodeError, handleDecodeError, handleEncodeError } from "./codec-errors.ts";
import { LookupError, pyError, valueError } from "./exceptions.ts";
import { decodeIdna, encodeIdna } from "./idna.ts";
import { decodePunycode, encodePunycode } from "./punycode.ts";
import { allocate, charge } from "./state.ts";
import { decodeUnicodeEscape, encodeUnicodeEscape } from "./unicode-escape.ts";
import { decodeUtf7, encodeUtf7 } from "./utf-7.ts";

/** Reports undecodable bytes; gives where to go on, after writing what the handler put there. */
type OnError = (codec: string, start: number, end: number, reason: string) => number;

/** A text encoding. */
interface Codec {
  /** As errors name it. */
  readonly name: string;
  /** Bytes that one unit of text takes at most. */
  readonly width: number;
  readonly reason: string;
  /** Are neighbouring characters that cannot be encoded reported together? */
  readonly together: boolean;
  /** Writes a code point; false when the codec cannot. */
  readonly put: (point: number, sink: ByteSink) => boolean;
  readonly decode: (bytes: Uint8Array, out: TextSink, onError: OnError) => void;
  /** The codec's bytes for a lone surrogate. */
  readonly surrogate: ((unit: number) => readonly number[]) | null;
  /** The lone surrogate that stands at an offset. */
  readonly readSurrogate:
    | ((bytes: Uint8Array, at: number) => { unit: number; size: number } | undefined)
    | null;
  /** Written before the text. */
  readonly mark?: readonly number[];
}

function isSurrogate(point: number): boolean {
  return point >= 0xd800 && point < 0xe000;
}

// ---- UTF-8 ---------------------------------------------------------------------------------------

const utf8: Codec = {
  name: "utf-8",
  width: 3,
  reason: "surrogates not allowed",
  together: true,
  put: (point, sink) => {
    if (point < 0x80) sink.push(point);
    else if (point < 0x800) {
      sink.push(0xc0 | (point >> 6));
      sink.push(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
      if (isSurrogate(point)) return false;
      sink.push(0xe0 | (point >> 12));
      sink.push(0x80 | ((point >> 6) & 0x3f));
      sink.push(0x80 | (point & 0x3f));
    } else {
      sink.push(0xf0 | (point >> 18));
      sink.push(0x80 | ((point >> 12) & 0x3f));
      sink.push(0x80 | ((point >> 6) & 0x3f));
      sink.push(0x80 | (point & 0x3f));
    }
    return true;
  },
  decode: decodeUtf8,
  surrogate: (unit) => [0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)],
  readSurrogate: (bytes, at) => {
    const [a, b = 0, c = 0] = [bytes[at], bytes[at + 1], bytes[at + 2]];
    if (a !== 0xed || b < 0xa0 || b > 0xbf || (c & 0xc0) !== 0x80) return undefined;
    return { unit: 0xd000 | ((b & 0x3f) << 6) | (c & 0x3f), size: 3 };
  },
};

function decodeUtf8(bytes: Uint8Array, out: TextSink, onError: OnError): void {
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i] as number;
    if (lead < 0x80) {
      out.unit(lead);
      i += 1;
      continue;
    }
    const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4) {
      i = onError("utf-8", i, i + 1, "invalid start byte");
      continue;
    }
    let point = lead & (0x7f >> size);
    let used = 1;
    for (; used < size && i + used < bytes.length; used++) {
      const next = bytes[i + used] as number;
      // The second byte also excludes overlong forms, surrogates and what is beyond U+10FFFF.
      let [low, high] = [0x80, 0xbf];
      if (used === 1) {
        if (lead === 0xe0) low = 0xa0;
        else if (lead === 0xed) high = 0x9f;
        else if (lead === 0xf0) low = 0x90;
        else if (lead === 0xf4) high = 0x8f;
      }
      if (next < low || next > high) break;
      point = (point << 6) | (next & 0x3f);
    }
    if (used === size) {
      out.point(point);
      i += size;
    } else if (i + used >= bytes.length) i = onError("utf-8", i, bytes.length, "unexpected end of data");
    else i = onError("utf-8", i, i + used, "invalid continuation byte");
  }
}

// ---- One byte per character ----------------------------------------------------------------------

function ranged(name: string, limit: number): Codec {
  const reason = `ordinal not in range(${limit})`;
  return {
    name,
    width: 1,
    reason,
    together: true,
    put: (point, sink) => {
      if (point >= limit) return false;
      sink.push(point);
      return true;
    },
    decode: (bytes, out, onError) => {
      for (let i = 0; i < bytes.length; ) {
        const byte = bytes[i] as number;
        if (byte < limit) {
          out.unit(byte);
          i += 1;
        } else i = onError(name, i, i + 1, reason);
      }
    },
    surrogate: null,
    readSurrogate: null,
  };
}

/** A codec from what each byte means (of the upper half, when the lower is ASCII); U+FFFD where it means nothing. */
function charmap(characters: string): Codec {
  const lower = characters.length === 256 ? [] : Array.from({ length: 128 }, (_, i) => i);
  const points = lower.concat(Array.from(characters, (c) => c.charCodeAt(0)));
  const bytesOf = new Map(points.map((point, byte) => [point, byte]));
  bytesOf.delete(0xfffd);
  const reason = "character maps to <undefined>";
  return {
    name: "charmap",
    width: 1,
    reason,
    together: true,
    put: (point, sink) => {
      const byte = bytesOf.get(point);
      if (byte === undefined) return false;
      sink.push(byte);
      return true;
    },
    decode: (bytes, out, onError) => {
      for (let i = 0; i < bytes.length; ) {
        const point = points[bytes[i] as number] as number;
        if (point !== 0xfffd) {
          out.unit(point);
          i += 1;
        } else i = onError("charmap", i, i + 1, reason);
      }
    },
    surrogate: null,
    readSurrogate: null,
  };
}

// ---- UTF-16 and UTF-32 ---------------------------------------------------------------------------

function wordBytes(word: number, size: 2 | 4, big: boolean): number[] {
  const bytes = Array.from({ length: size }, (_, i) => (word >>> (8 * i)) & 0xff);
  return big ? bytes.reverse() : bytes;
}
function readWord(bytes: Uint8Array, at: number, size: 2 | 4, big: boolean): number {
  let word = 0;
  for (let i = 0; i < size; i++) {
    word += (bytes[at + i] as number) * 2 ** (8 * (big ? size - 1 - i : i));
  }
  return word;
}

/** UTF-16 or UTF-32. `order` undefined: a byte order mark says it (absent: little), and one is written. */
function wide(size: 2 | 4, order: "le" | "be" | undefined): Codec {
  const big = order === "be";
  const base = `utf-${size * 8}`;
  return {
    name: order === undefined ? base : `${base}-${order}`,
    width: size === 2 ? 2 : 4,
    reason: "surrogates not allowed",
    together: false,
    put: (point, sink) => {
      if (isSurrogate(point)) return false;
      const units =
        size === 2 && point > 0xffff ? [0xd7c0 + (point >> 10), 0xdc00 + (point & 0x3ff)] : [point];
      for (const unit of units) for (const byte of wordBytes(unit, size, big)) sink.push(byte);
      return true;
    },
    decode: (bytes, out, onError) => {
      let from = 0;
      let reverse = big;
      if (order === undefined && bytes.length >= size) {
        const mark = readWord(bytes, 0, size, false);
        if (mark === 0xfeff) from = size;
        else if (mark === (size === 2 ? 0xfffe : 0xfffe0000)) {
          from = size;
          reverse = true;
        }
      }
      (size === 2 ? decodeUtf16 : decodeUtf32)(bytes, from, reverse, out, onError);
    },
    surrogate: (unit) => wordBytes(unit, size, big),
    readSurrogate: (bytes, at) => {
      if (at + size > bytes.length) return undefined;
      const unit = readWord(bytes, at, size, big);
      return isSurrogate(unit) ? { unit, size } : undefined;
    },
    ...(order === undefined ? { mark: wordBytes(0xfeff, size, false) } : {}),
  };
}

function decodeUtf16(bytes: Uint8Array, from: number, big: boolean, out: TextSink, onError: OnError): void {
  const codec = big ? "utf-16-be" : "utf-16-le";
  for (let i = from; i < bytes.length; ) {
    if (i + 1 >= bytes.length) {
      i = onError(codec, i, bytes.length, "truncated data");
      continue;
    }
    const unit = readWord(bytes, i, 2, big);
    if (!isSurrogate(unit)) {
      out.unit(unit);
      i += 2;
    } else if (unit >= 0xdc00) i = onError(codec, i, i + 2, "illegal encoding");
    else if (i + 3 >= bytes.length) i = onError(codec, i, bytes.length, "unexpected end of data");
    else {
      const low = readWord(bytes, i + 2, 2, big);
      if (low >= 0xdc00 && low < 0xe000) {
        out.unit(unit);
        out.unit(low);
        i += 4;
      } else i = onError(codec, i, i + 2, "illegal UTF-16 surrogate");
    }
  }
}

function decodeUtf32(bytes: Uint8Array, from: number, big: boolean, out: TextSink, onError: OnError): void {
  const codec = big ? "utf-32-be" : "utf-32-le";
  for (let i = from; i < bytes.length; ) {
    if (i + 3 >= bytes.length) {
      i = onError(codec, i, bytes.length, "truncated data");
      continue;
    }
    const point = readWord(bytes, i, 4, big);
    if (point > 0x10ffff) i = onError(codec, i, i + 4, "code point not in range(0x110000)");
    else if (isSurrogate(point)) {
      i = onError(codec, i, i + 4, "code point in surrogate code point range(0xd800, 0xe000)");
    } else {
      out.point(point);
      i += 4;
    }
  }
}

// ---- Names ---------------------------------------------------------------------------------------

const ascii = ranged("ascii", 128);
const latin1 = ranged("latin-1", 256);
const utf8Sig: Codec = {
  ...utf8,
  mark: [0xef, 0xbb, 0xbf],
};

const codecs = new Map<string, Codec>();
for (const [codec, names] of [
  [utf8, "utf_8 u8 utf utf8 utf8_ucs2 utf8_ucs4 cp65001"],
  [utf8Sig, "utf_8_sig"],
  [
    ascii,
    "ascii 646 ansi_x3.4_1968 ansi_x3_4_1968 ansi_x3.4_1986 cp367 csascii ibm367 iso646_us iso_646.irv_1991 iso_ir_6 us us_ascii",
  ],
  [
    latin1,
    "latin_1 8859 cp819 csisolatin1 ibm819 iso8859 iso8859_1 iso_8859_1 iso_8859_1_1987 iso_ir_100 l1 latin latin1",
  ],
  [wide(2, undefined), "utf_16 u16 utf16"],
  [wide(2, "le"), "utf_16_le unicodelittleunmarked utf_16le"],
  [wide(2, "be"), "utf_16_be unicodebigunmarked utf_16be"],
  [wide(4, undefined), "utf_32 u32 utf32"],
  [wide(4, "le"), "utf_32_le utf_32le"],
  [wide(4, "be"), "utf_32_be utf_32be"],
] as const) {
  for (const name of names.split(" ")) codecs.set(name, codec);
}

/** Made when they are first asked for. */
const charmaps = new Map<string, string>();
for (const [names, characters] of charmapTables) {
  for (const name of names.split(" ")) charmaps.set(name, characters);
}
const madeCharmaps = new Map<string, Codec>();
function findCharmap(name: string): Codec | undefined {
  const characters = charmaps.get(name);
  if (characters === undefined) return undefined;
  let codec = madeCharmaps.get(characters);
  if (codec === undefined) {
    codec = charmap(characters);
    madeCharmaps.set(characters, codec);
  }
  return codec;
}

/** Codecs that take a text as a whole. */
interface WholeCodec {
  readonly encodeAll: (text: string, errors: string) => Uint8Array;
  readonly decodeAll: (bytes: Uint8Array, out: TextSink, onError: OnError, errors: string) => void;
}
const whole = new Map<string, WholeCodec>();
for (const [names, encodeAll, decodeAll] of [
  ["unicode_escape unicodeescape", encodeUnicodeEscape, decodeUnicodeEscape],
  ["utf_7 u7 utf7 unicode_1_1_utf_7 csunicode11utf7", encodeUtf7, decodeUtf7],
  [
    "punycode",
    encodePunycode,
    (bytes: Uint8Array, out: TextSink, _onError: OnError, errors: string) =>
      out.text(decodePunycode(bytes, errors)),
  ],
  [
    "idna",
    encodeIdna,
    (bytes: Uint8Array, out: TextSink, _onError: OnError, errors: string) =>
      out.text(decodeIdna(bytes, errors)),
  ],
] as const) {
  for (const name of names.split(" ")) whole.set(name, { encodeAll, decodeAll });
}

/** Codecs of CPython that are no text encodings: named apart in errors. */
const NOT_TEXT = new Set(
  "base64 base_64 base64_codec bz2 bz2_codec hex hex_codec quopri quopri_codec quoted_printable quotedprintable rot13 rot_13 uu uu_codec zip zlib zlib_codec".split(
    " ",
  ),
);

/** Codecs of CPython that are not here, such as the tables of East Asia's. */
const UNAVAILABLE =
  /^(?:raw_unicode_escape|undefined|big5.*|cp9(?:32|36|49|50)|euc_.*|gb.*|hz|iso2022_.*|johab|shift_jis.*)$/;

function normalName(name: string): string {
  return name
    .replace(/[^0-9A-Za-z.]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .toLowerCase();
}

/** Has CPython an encoding of that name, which is not here? */
export function isUnavailable(name: string): boolean {
  return UNAVAILABLE.test(normalName(name));
}

/** A name goes to C as text that ends with a zero. */
function checkName(name: string): void {
  if (name === "utf-8" || name === "strict") return;
  if (!name.isWellFormed()) encode(name);
  if (name.includes("\0")) throw valueError("embedded null character");
}

function findCodec(name: string, direction: "encode" | "decode"): Codec | WholeCodec {
  if (name === "utf-8") return utf8;
  const normal = normalName(name);
  const codec = codecs.get(normal) ?? findCharmap(normal) ?? whole.get(normal);
  if (codec !== undefined) return codec;
  if (NOT_TEXT.has(normal)) {
    throw pyError(
      LookupError,
      `'${name}' is not a text encoding; use codecs.${direction}() to handle arbitrary codecs`,
    );
  }
  if (isUnavailable(name)) {
    throw pyError(LookupError, `unknown encoding: ${name} (not available in an expression)`);
  }
  throw pyError(LookupError, `unknown encoding: ${name}`);
}

/**
 * `text.encode(encoding, errors)`.
 *
 * @throws LookupError for a name that is no encoding or, when it is needed, no error handler
 */
export function encode(text: string, encoding = "utf-8", errors = "strict"): Uint8Array {
  checkName(encoding);
  checkName(errors);
  const codec = findCodec(encoding, "encode");
  charge(text.length >> 5);
  if ("encodeAll" in codec) return codec.encodeAll(text, errors);
  const sink = new ByteSink(codec.width === 3 ? Math.ceil(text.length * 1.1) : text.length * codec.width);
  for (const byte of codec.mark ?? []) sink.push(byte);
  const { put } = codec;
  for (let i = 0; i < text.length; ) {
    const point = text.codePointAt(i) as number;
    const width = point > 0xffff ? 2 : 1;
    if (put(point, sink)) {
      i += width;
      continue;
    }
    const start = i;
    i += width;
    if (codec.together) i = stretchEnd(text, i, codec);
    const problem = { codec: codec.name, text, start, end: i, reason: codec.reason };
    const { put: replacement, next } = handleEncodeError(problem, errors, codec.surrogate);
    if (typeof replacement !== "string") sink.append(replacement);
    else {
      for (const char of replacement) {
        if (!put(char.codePointAt(0) as number, sink)) throw encodeError(problem);
      }
    }
    i = next;
  }
  return sink.finish();
}

/** The end of the stretch that cannot be encoded and goes on at `at`. */
function stretchEnd(text: string, at: number, codec: Codec): number {
  const probe = new ByteSink(8);
  let end = at;
  while (end < text.length) {
    const point = text.codePointAt(end) as number;
    probe.length = 0;
    if (codec.put(point, probe)) break;
    end += point > 0xffff ? 2 : 1;
  }
  return end;
}

/**
 * `bytes.decode(encoding, errors)`.
 *
 * @throws LookupError for a name that is no encoding or, when it is needed, no error handler
 */
export function decode(bytes: Uint8Array, encoding = "utf-8", errors = "strict"): string {
  checkName(encoding);
  checkName(errors);
  // Nothing is nothing in every encoding, one that is not known included.
  if (bytes.length === 0) return "";
  const codec = findCodec(encoding, "decode");
  charge(bytes.length >> 5);
  const out = new TextSink();
  let input = bytes;
  if (codec === utf8Sig && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    allocate(bytes.length);
    input = bytes.slice(3);
  }
  const pass = "decodeAll" in codec ? null : codec.readSurrogate;
  const onError: OnError = (name, start, end, reason) => {
    const problem = { codec: name, bytes: input, start, end, reason };
    const { put, next } = handleDecodeError(problem, errors, pass);
    if (put !== "") out.text(put);
    return next;
  };
  if ("decodeAll" in codec) codec.decodeAll(input, out, onError, errors);
  else codec.decode(input, out, onError);
  return out.finish();
}
