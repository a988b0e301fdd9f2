// The module `base64`: base 64, 32, 16 and 85.
import { ByteSink } from "../byte-sink.ts";
import { allBytes, asBytes, bytesOf, newBytes, notBytesLike, PyBytes } from "../bytes.ts";
import { AssertionError, pyError, typeError, valueError } from "../exceptions.ts";
import { defineModule } from "../module.ts";
import { type PyValue, typeName } from "../object.ts";
import { contains, index, length, truth } from "../operators.ts";
import { repr } from "../representation.ts";
import { charge } from "../state.ts";
import {
  asciiArgument,
  base64Decode,
  base64Encode,
  binasciiError,
  bytesArgument,
  hexBytes,
  hexText,
} from "./binascii.ts";
import { pythonFunctions } from "./python-function.ts";

/** What may be decoded: bytes or ASCII text. */
function encoded(value: PyValue): Uint8Array {
  const bytes = allBytes(value);
  if (bytes !== undefined) {
    charge(bytes.length >> 3);
    return bytes;
  }
  return asciiArgument(
    value,
    (name) => `argument should be a bytes-like object or ASCII string, not '${name}'`,
  );
}
/** Bytes where CPython makes a memoryview. */
function viewed(value: PyValue): Uint8Array {
  const bytes = allBytes(value);
  if (bytes === undefined) {
    throw typeError(`memoryview: a bytes-like object is required, not '${typeName(value)}'`);
  }
  charge(bytes.length >> 3);
  return bytes;
}
function exactly(size: number, value: Uint8Array, shown: PyValue): Uint8Array {
  if (value.length !== size) throw pyError(AssertionError, repr(shown));
  return value;
}
/** Exchanges bytes: what `from[i]` is becomes `to[i]`. */
function exchanged(bytes: Uint8Array, from: ArrayLike<number>, to: ArrayLike<number>): Uint8Array {
  const table = Uint8Array.from({ length: 256 }, (_, i) => i);
  for (let i = 0; i < from.length; i++) table[from[i] as number] = to[i] as number;
  return newBytes(bytes.length).map((_, i) => table[bytes[i] as number] as number);
}
const codes = (text: string): number[] => Array.from(text, (char) => char.charCodeAt(0));
const upper = (bytes: Uint8Array): Uint8Array => bytes.map((b) => (b >= 97 && b <= 122 ? b - 32 : b));

// ---- base 64 -------------------------------------------------------------------------------------

function b64encode(s: PyValue, altchars: PyValue = null): PyValue {
  const plain = base64Encode(bytesArgument(s), false);
  if (altchars === null) return new PyBytes(plain);
  if (length(altchars) !== 2) throw pyError(AssertionError, repr(altchars));
  const given = asBytes(altchars);
  if (given === undefined) {
    throw typeError(`a bytes-like object is required, not '${typeName(altchars)}'`);
  }
  return new PyBytes(exchanged(plain, codes("+/"), given));
}
function b64decode(s: PyValue, altchars: PyValue = null, validate: PyValue = false): PyValue {
  let text = encoded(s);
  if (altchars !== null) {
    const alternative = encoded(altchars);
    text = exchanged(text, exactly(2, alternative, new PyBytes(alternative)), codes("+/"));
  }
  return new PyBytes(base64Decode(text, truth(validate)));
}

// ---- base 32 -------------------------------------------------------------------------------------

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE32_HEX = "0123456789ABCDEFGHIJKLMNOPQRSTUV";

function encode32(alphabet: string, value: PyValue): PyValue {
  const bytes = viewed(value);
  let out = "";
  let [word, bits] = [0, 0];
  for (const byte of bytes) {
    word = ((word << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += alphabet[(word >> bits) & 31];
    }
  }
  if (bits > 0) out += alphabet[(word << (5 - bits)) & 31];
  return bytesOf(out.padEnd(Math.ceil(out.length / 8) * 8, "="));
}
function decode32(alphabet: string, value: PyValue, casefold: PyValue, map01: PyValue): PyValue {
  let text = encoded(value);
  if (text.length % 8 !== 0) throw binasciiError("Incorrect padding");
  if (map01 !== null) {
    const one = encoded(map01);
    text = exchanged(text, codes("01"), [79, exactly(1, one, new PyBytes(one))[0] as number]);
  }
  if (truth(casefold)) text = upper(text);
  let end = text.length;
  while (end > 0 && text[end - 1] === 61) end -= 1;
  const pads = text.length - end;
  const out = new ByteSink(end);
  let [word, bits] = [0, 0];
  for (let i = 0; i < end; i++) {
    const digit = alphabet.indexOf(String.fromCharCode(text[i] as number));
    if (digit < 0) throw binasciiError("Non-base32 digit found");
    word = ((word << 5) | digit) & 0xffff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out.push((word >> bits) & 255);
    }
  }
  if (![0, 1, 3, 4, 6].includes(pads)) throw binasciiError("Incorrect padding");
  return new PyBytes(out.finish());
}

// ---- base 85 -------------------------------------------------------------------------------------

const ASCII85 = Array.from({ length: 85 }, (_, i) => String.fromCharCode(33 + i)).join("");
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const BASE85 = `0123456789${LETTERS}${LETTERS.toLowerCase()}!#$%&()*+-;<=>?@^_\`{|}~`;
const ZEROMQ85 = `0123456789${LETTERS.toLowerCase()}${LETTERS}.-:+=^!/*?&<>()[]{}@%$#`;

function encode85(
  bytes: Uint8Array,
  alphabet: string,
  pad: boolean,
  short: { zeros: boolean; spaces: boolean } = { zeros: false, spaces: false },
): string {
  const padding = (4 - (bytes.length % 4)) % 4;
  const chunks: string[] = [];
  for (let i = 0; i < bytes.length; i += 4) {
    let word = 0;
    for (let k = 0; k < 4; k++) word = word * 256 + (bytes[i + k] ?? 0);
    if (short.zeros && word === 0) chunks.push("z");
    else if (short.spaces && word === 0x20202020) chunks.push("y");
    else {
      let digits = "";
      for (let k = 0; k < 5; k++) {
        digits = alphabet[word % 85] + digits;
        word = Math.floor(word / 85);
      }
      chunks.push(digits);
    }
  }
  if (padding > 0 && !pad) {
    const last = chunks.pop() as string;
    const full = last === "z" ? (alphabet[0] as string).repeat(5) : last;
    chunks.push(full.slice(0, full.length - padding));
  }
  return chunks.join("");
}
function decode85(text: Uint8Array, alphabet: string, name: string): Uint8Array {
  const out = new ByteSink(text.length);
  const padding = (5 - (text.length % 5)) % 5;
  for (let i = 0; i < text.length; i += 5) {
    let word = 0;
    for (let k = 0; k < 5; k++) {
      const code = text[i + k];
      // A short last group is filled up with the largest digit.
      const digit = code === undefined ? 84 : alphabet.indexOf(String.fromCharCode(code));
      if (digit < 0) throw valueError(`bad ${name} character at position ${i + k}`);
      word = word * 85 + digit;
    }
    if (word > 0xffffffff) throw valueError(`${name} overflow in hunk starting at byte ${i}`);
    for (const unit of [0x1000000, 0x10000, 0x100, 1]) out.push(Math.floor(word / unit) % 256);
  }
  const bytes = out.finish();
  return bytes.slice(0, bytes.length - padding);
}
function a85encode(
  b: PyValue,
  foldspaces: PyValue = false,
  wrapcol: PyValue = 0,
  pad: PyValue = false,
  adobe: PyValue = false,
): PyValue {
  const framed = truth(adobe);
  let text = encode85(viewed(b), ASCII85, truth(pad), { zeros: true, spaces: truth(foldspaces) });
  if (framed) text = `<~${text}`;
  if (truth(wrapcol)) {
    const width = Math.max(framed ? 2 : 1, Number(index(wrapcol)));
    const lines: string[] = [];
    for (let i = 0; i < text.length; i += width) lines.push(text.slice(i, i + width));
    if (framed && (lines.at(-1) as string).length + 2 > width) lines.push("");
    text = lines.join("\n");
  }
  return bytesOf(framed ? `${text}~>` : text);
}
function a85decode(
  b: PyValue,
  foldspaces: PyValue = false,
  adobe: PyValue = false,
  ignorechars: PyValue = bytesOf(" \t\n\r\v"),
): PyValue {
  let text = encoded(b);
  if (truth(adobe)) {
    if (text.at(-2) !== 126 || text.at(-1) !== 62) {
      throw valueError("Ascii85 encoded byte sequences must end with b'~>'");
    }
    text = text.subarray(text[0] === 60 && text[1] === 126 ? 2 : 0, -2);
  }
  const spaces = truth(foldspaces);
  const out = new ByteSink(text.length);
  let [word, count] = [0, 0];
  const digit = (value: number): void => {
    word = word * 85 + value;
    count += 1;
    if (count < 5) return;
    if (word > 0xffffffff) throw valueError("Ascii85 overflow");
    for (const unit of [0x1000000, 0x10000, 0x100, 1]) out.push(Math.floor(word / unit) % 256);
    [word, count] = [0, 0];
  };
  for (const code of text) {
    charge(1);
    if (code >= 33 && code <= 117) digit(code - 33);
    else if (code === 122 || (spaces && code === 121)) {
      if (count > 0) throw valueError(`${String.fromCharCode(code)} inside Ascii85 5-tuple`);
      for (let i = 0; i < 4; i++) out.push(code === 122 ? 0 : 32);
    } else if (!contains(ignorechars, code)) {
      throw valueError(`Non-Ascii85 digit found: ${String.fromCharCode(code)}`);
    }
  }
  const missing = count === 0 ? 0 : 5 - count;
  for (let i = 0; i < missing; i++) digit(84);
  const bytes = out.finish();
  return new PyBytes(bytes.slice(0, bytes.length - missing));
}

// ---- lines ---------------------------------------------------------------------------------------

function legacy(value: PyValue): Uint8Array {
  const bytes = asBytes(value);
  if (bytes === undefined) throw notBytesLike(value, `expected bytes-like object, not ${typeName(value)}`);
  charge(bytes.length >> 3);
  return bytes;
}
/** Bytes in each line of `encodebytes`. */
const LINE = 57;

const values = pythonFunctions({
  "b64encode(s, altchars=None)": b64encode,
  "b64decode(s, altchars=None, validate=False)": b64decode,
  "standard_b64encode(s)": (s: PyValue) => b64encode(s),
  "standard_b64decode(s)": (s: PyValue) => b64decode(s),
  "urlsafe_b64encode(s)": (s: PyValue) =>
    new PyBytes(exchanged(base64Encode(bytesArgument(s), false), codes("+/"), codes("-_"))),
  "urlsafe_b64decode(s)": (s: PyValue) =>
    new PyBytes(base64Decode(exchanged(encoded(s), codes("-_"), codes("+/")), false)),
  "b32encode(s)": (s: PyValue) => encode32(BASE32, s),
  "b32decode(s, casefold=False, map01=None)": (
    s: PyValue,
    casefold: PyValue = false,
    map01: PyValue = null,
  ) => decode32(BASE32, s, casefold, map01),
  "b32hexencode(s)": (s: PyValue) => encode32(BASE32_HEX, s),
  "b32hexdecode(s, casefold=False)": (s: PyValue, casefold: PyValue = false) =>
    decode32(BASE32_HEX, s, casefold, null),
  "b16encode(s)": (s: PyValue) => bytesOf(hexText(bytesArgument(s)).toUpperCase()),
  "b16decode(s, casefold=False)": (s: PyValue, casefold: PyValue = false) => {
    const text = truth(casefold) ? upper(encoded(s)) : encoded(s);
    if (text.some((c) => !((c >= 48 && c <= 57) || (c >= 65 && c <= 70)))) {
      throw binasciiError("Non-base16 digit found");
    }
    return new PyBytes(hexBytes(text));
  },
  "a85encode(b, *, foldspaces=False, wrapcol=0, pad=False, adobe=False)": a85encode,
  "a85decode(b, *, foldspaces=False, adobe=False, ignorechars=b'')": a85decode,
  "b85encode(b, pad=False)": (b: PyValue, pad: PyValue = false) =>
    bytesOf(encode85(viewed(b), BASE85, truth(pad))),
  "b85decode(b)": (b: PyValue) => new PyBytes(decode85(encoded(b), BASE85, "base85")),
  "z85encode(s)": (s: PyValue) => bytesOf(encode85(viewed(s), ZEROMQ85, false)),
  "z85decode(s)": (s: PyValue) => new PyBytes(decode85(encoded(s), ZEROMQ85, "z85")),
  "encodebytes(s)": (s: PyValue) => {
    const bytes = legacy(s);
    const out = new ByteSink(bytes.length * 2);
    for (let i = 0; i < bytes.length; i += LINE) {
      for (const byte of base64Encode(bytes.subarray(i, i + LINE), true)) out.push(byte);
    }
    return new PyBytes(out.finish());
  },
  "decodebytes(s)": (s: PyValue) => new PyBytes(base64Decode(legacy(s), false)),
});
defineModule("base64", { values: { ...values, MAXBINSIZE: LINE, MAXLINESIZE: 76 } });
