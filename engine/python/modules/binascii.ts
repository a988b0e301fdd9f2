// The module `binascii`: base64, hexadecimal, quoted-printable and uuencoded text, and checksums.
import { ByteSink } from "../byte-sink.ts";
import { asBytes, bytesOf, latin1Text, newBytes, notBytesLike, PyBytes } from "../bytes.ts";
import { Exception, pyError, typeError, ValueError, valueError } from "../exceptions.ts";
import { defineModule } from "../module.ts";
import { asInt, asStr, makeType, type PyValue, typeName } from "../object.ts";
import { index, length, truth } from "../operators.ts";
import { charge } from "../state.ts";
import { moduleFunctions } from "./python-function.ts";

/** `binascii.Error`. */
export const BinasciiError = makeType("Error", { base: ValueError, module: "binascii" });
BinasciiError.hasDict = true;
const Incomplete = makeType("Incomplete", { base: Exception, module: "binascii" });
Incomplete.hasDict = true;
/** `throw binasciiError("…")`. */
export const binasciiError = (message: string) => pyError(BinasciiError, message);

/** The bytes of a bytes-like object; TypeError for anything else. */
export function bytesArgument(value: PyValue): Uint8Array {
  const bytes = asBytes(value);
  if (bytes === undefined) throw notBytesLike(value);
  charge(bytes.length >> 3);
  return bytes;
}
/** The bytes of a bytes-like object or of ASCII text. */
export function asciiArgument(value: PyValue, complaint: (name: string) => string): Uint8Array {
  const text = asStr(value);
  if (text === undefined) {
    const bytes = asBytes(value);
    if (bytes === undefined) throw typeError(complaint(typeName(value)));
    charge(bytes.length >> 3);
    return bytes;
  }
  const bytes = newBytes(text.length);
  charge(text.length >> 3);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127) throw valueError("string argument should contain only ASCII characters");
    bytes[i] = unit;
  }
  return bytes;
}
const ascii = (value: PyValue): Uint8Array =>
  asciiArgument(value, (name) => `argument should be bytes, buffer or ASCII string, not '${name}'`);

// ---- base64 --------------------------------------------------------------------------------------

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Int8Array(256).fill(-1);
for (let i = 0; i < 64; i++) VALUES[ALPHABET.charCodeAt(i)] = i;
const PAD = 61;

/** Base64 of bytes. */
export function base64Encode(bytes: Uint8Array, newline: boolean): Uint8Array {
  const out = newBytes(Math.ceil(bytes.length / 3) * 4 + (newline ? 1 : 0));
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    out[at++] = ALPHABET.charCodeAt(word >> 18);
    out[at++] = ALPHABET.charCodeAt((word >> 12) & 63);
    out[at++] = left > 1 ? ALPHABET.charCodeAt((word >> 6) & 63) : PAD;
    out[at++] = left > 2 ? ALPHABET.charCodeAt(word & 63) : PAD;
  }
  if (newline) out[at] = 10;
  return out;
}

/** The bytes that base64 stands for; in strict mode anything outside the alphabet is an error, skipped otherwise. */
export function base64Decode(text: Uint8Array, strict: boolean): Uint8Array {
  const out = newBytes(Math.ceil(text.length / 4) * 3);
  let size = 0;
  let quad = 0;
  let left = 0;
  let pads = 0;
  let padded = false;
  if (strict && text[0] === PAD) throw binasciiError("Leading padding not allowed");
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as number;
    if (char === PAD) {
      padded = true;
      if (quad >= 2 && quad + ++pads >= 4) {
        if (strict && i + 1 < text.length) throw binasciiError("Excess data after padding");
        return out.slice(0, size);
      }
      if (strict && quad === 0) throw binasciiError("Excess padding not allowed");
      continue;
    }
    const value = VALUES[char] as number;
    if (value < 0) {
      if (strict) throw binasciiError("Only base64 data is allowed");
      continue;
    }
    if (strict && padded) throw binasciiError("Discontinuous padding not allowed");
    pads = 0;
    if (quad === 0) left = value;
    else if (quad === 1) {
      out[size++] = (left << 2) | (value >> 4);
      left = value & 15;
    } else if (quad === 2) {
      out[size++] = (left << 4) | (value >> 2);
      left = value & 3;
    } else out[size++] = (left << 6) | value;
    quad = (quad + 1) & 3;
  }
  if (quad === 1) {
    throw binasciiError(
      `Invalid base64-encoded string: number of data characters (${(size / 3) * 4 + 1}) cannot be 1 more than a multiple of 4`,
    );
  }
  if (quad !== 0) throw binasciiError("Incorrect padding");
  return out.slice(0, size);
}

// ---- hexadecimal ---------------------------------------------------------------------------------

const HEX_DIGITS = "0123456789abcdef";

/** Hexadecimal digits of bytes, without a separator. */
export function hexText(bytes: Uint8Array): string {
  charge(bytes.length >> 3);
  const digits = newBytes(bytes.length * 2);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    digits[2 * i] = HEX_DIGITS.charCodeAt(byte >> 4);
    digits[2 * i + 1] = HEX_DIGITS.charCodeAt(byte & 15);
  }
  return latin1Text(digits);
}
/** The bytes that hexadecimal digits stand for. */
export function hexBytes(text: Uint8Array): Uint8Array {
  if (text.length % 2 === 1) throw binasciiError("Odd-length string");
  const out = newBytes(text.length / 2);
  const digit = (char: number): number => {
    if (char >= 48 && char <= 57) return char - 48;
    const lower = char | 32;
    if (lower >= 97 && lower <= 102) return lower - 87;
    throw binasciiError("Non-hexadecimal digit found");
  };
  for (let i = 0; i < out.length; i++) {
    out[i] = digit(text[2 * i] as number) * 16 + digit(text[2 * i + 1] as number);
  }
  return out;
}
function hexlify(data: PyValue, sep?: PyValue, perSep?: PyValue): PyValue {
  const bytes = bytesArgument(data);
  const group = perSep === undefined ? 1 : Number(index(perSep));
  if (sep === undefined) return bytesOf(hexText(bytes));
  if (length(sep) !== 1) throw valueError("sep must be length 1.");
  const separator = asStr(sep) ?? String.fromCharCode((asBytes(sep) ?? [0])[0] as number);
  if (asStr(sep) === undefined && asBytes(sep) === undefined) throw typeError("sep must be str or bytes.");
  if (separator.charCodeAt(0) > 255) throw valueError("sep must be ASCII.");
  if (group === 0) return bytesOf(hexText(bytes));
  const size = Math.abs(group);
  const groups: string[] = [];
  // Counted from the right unless negative.
  const first = group > 0 ? bytes.length % size : 0;
  if (first > 0) groups.push(hexText(bytes.subarray(0, first)));
  for (let i = first; i < bytes.length; i += size) groups.push(hexText(bytes.subarray(i, i + size)));
  return bytesOf(groups.join(separator));
}

// ---- quoted-printable ----------------------------------------------------------------------------

const HEX = "0123456789ABCDEF";
function toQuoted(data: Uint8Array, tabs: boolean, isText: boolean, header: boolean): Uint8Array {
  const LIMIT = 76;
  const out = new ByteSink(data.length + 16);
  let column = 0;
  const crlf = data.indexOf(10) > 0 && data[data.indexOf(10) - 1] === 13;
  const newline = (): void => {
    if (crlf) out.push(13);
    out.push(10);
    column = 0;
  };
  const put = (codes: readonly number[]): void => {
    for (const code of codes) out.push(code);
    column += codes.length;
  };
  const isNewline = (i: number): boolean => data[i] === 10 || (data[i] === 13 && data[i + 1] === 10);
  const soft = (): void => {
    out.push(61);
    newline();
  };
  for (let i = 0; i < data.length; i++) {
    const c = data[i] as number;
    if (isText && isNewline(i)) {
      if (c === 13) i += 1;
      newline();
      continue;
    }
    const last = i + 1 >= data.length;
    const ends = last || isNewline(i + 1);
    const quote =
      c > 126 ||
      c === 61 ||
      (header && c === 95) ||
      (c === 46 && column === 0 && (last || [0, 10, 13].includes(data[i + 1] as number))) ||
      (!isText && (c === 13 || c === 10)) ||
      ((c === 9 || c === 32) && last) ||
      // White space that a line break follows; under `header` a space is `_` by then.
      (ends && isText && (c === 9 || (c === 32 && !header))) ||
      (c < 33 && c !== 13 && c !== 10 && (tabs || (c !== 9 && c !== 32)));
    if (quote) {
      if (column + 3 >= LIMIT) soft();
      put([61, HEX.charCodeAt(c >> 4), HEX.charCodeAt(c & 15)]);
    } else {
      if (!last && data[i + 1] !== 10 && column + 1 >= LIMIT) soft();
      put([header && c === 32 ? 95 : c]);
    }
  }
  return out.finish();
}
function fromQuoted(data: Uint8Array, header: boolean): Uint8Array {
  const out = new ByteSink(data.length + 1);
  const digit = (code: number | undefined): number =>
    code === undefined ? -1 : Number.parseInt(String.fromCharCode(code), 16);
  for (let i = 0; i < data.length; ) {
    const c = data[i] as number;
    if (c !== 61) {
      out.push(header && c === 95 ? 32 : c);
      i += 1;
      continue;
    }
    i += 1;
    if (i >= data.length) break;
    const [next, after] = [data[i] as number, data[i + 1]];
    if (next === 10 || next === 13) {
      while (i < data.length && data[i] !== 10) i += 1;
      i += 1;
    } else if (next === 61) {
      out.push(61);
      i += 1;
    } else if (digit(next) >= 0 && digit(after) >= 0) {
      out.push(digit(next) * 16 + digit(after));
      i += 2;
    } else out.push(61);
  }
  return out.finish();
}

// ---- uuencoding ----------------------------------------------------------------------------------

function toUu(data: Uint8Array, backtick: boolean): Uint8Array {
  if (data.length > 45) throw binasciiError("At most 45 bytes at once");
  const char = (value: number): number => (value === 0 && backtick ? 96 : value + 32);
  const out = [char(data.length)];
  for (let i = 0; i < data.length; i += 3) {
    const word = ((data[i] as number) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0);
    for (const shift of [18, 12, 6, 0]) out.push(char((word >> shift) & 63));
  }
  out.push(10);
  return Uint8Array.from(out);
}
function fromUu(data: Uint8Array): Uint8Array {
  // CPython reads the zero behind the last byte of an empty text.
  const size = ((data[0] ?? 0) - 32) & 63;
  const out = newBytes(size);
  let at = 0;
  let [word, bits, i] = [0, 0, 1];
  for (; at < size; i++) {
    let code = data[i];
    if (code === undefined || code === 10 || code === 13) {
      // Trailing spaces may have been cut off.
      code = 32;
      if (data[i] !== undefined) i -= 1;
    } else if (code < 32 || code > 96) throw binasciiError("Illegal char");
    word = (word << 6) | ((code - 32) & 63);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = (word >> bits) & 255;
      word &= (1 << bits) - 1;
    }
  }
  for (; i < data.length; i++) {
    const code = data[i] as number;
    if (code !== 32 && code !== 96 && code !== 10 && code !== 13) throw binasciiError("Trailing garbage");
  }
  return out;
}

// ---- checksums -----------------------------------------------------------------------------------

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});
/** CRC-32 of the data, going on from `start`. */
export function crc32(data: Uint8Array, start: number): number {
  let crc = ~start;
  for (const byte of data) crc = (CRC_TABLE[(crc ^ byte) & 255] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}
function crcHqx(data: Uint8Array, start: number): number {
  let crc = start & 0xffff;
  for (const byte of data) {
    crc ^= byte << 8;
    for (let k = 0; k < 8; k++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}
/** An int's lowest 32 bits. */
export const low32 = (value: PyValue): number => {
  const int = asInt(value) ?? index(value);
  return Number(BigInt.asUintN(32, BigInt(int)));
};

const made = (bytes: Uint8Array): PyBytes => new PyBytes(bytes);
const fromHex = (text: PyValue): PyValue => made(hexBytes(ascii(text)));
const values = moduleFunctions("binascii", {
  "a2b_base64(data, /, *, strict_mode=False)": (data: PyValue, strict: PyValue = false) =>
    made(base64Decode(ascii(data), truth(strict))),
  "b2a_base64(data, /, *, newline=True)": (data: PyValue, newline: PyValue = true) =>
    made(base64Encode(bytesArgument(data), truth(newline))),
  "hexlify(data, sep=None, bytes_per_sep=1)": hexlify,
  "b2a_hex(data, sep=None, bytes_per_sep=1)": hexlify,
  "unhexlify(hexstr, /)": fromHex,
  "a2b_hex(hexstr, /)": fromHex,
  "b2a_qp(data, quotetabs=False, istext=True, header=False)": (
    data: PyValue,
    quotetabs: PyValue = false,
    istext: PyValue = true,
    header: PyValue = false,
  ) => made(toQuoted(bytesArgument(data), truth(quotetabs), truth(istext), truth(header))),
  "a2b_qp(data, header=False)": (data: PyValue, header: PyValue = false) =>
    made(fromQuoted(ascii(data), truth(header))),
  "b2a_uu(data, /, *, backtick=False)": (data: PyValue, backtick: PyValue = false) =>
    made(toUu(bytesArgument(data), truth(backtick))),
  "a2b_uu(data, /)": (data: PyValue) => made(fromUu(ascii(data))),
  "crc32(data, crc=0, /)": (data: PyValue, crc: PyValue = 0) => crc32(bytesArgument(data), low32(crc)),
  "crc_hqx(data, crc, /)": (data: PyValue, crc: PyValue) => crcHqx(bytesArgument(data), low32(crc)),
});
export const binascii = defineModule("binascii", { values, types: [BinasciiError, Incomplete] });
