// The codec `idna` (RFC 3490) for ASCII host names. Names with other characters need Unicode 3.2's tables: an error says so.

import { PyBytes } from "./bytes.ts";
import { encodeError } from "./codec-errors.ts";
import { PyException, pyError, raise, UnicodeDecodeError, UnicodeError } from "./exceptions.ts";

const INTERNATIONAL = "international names are not available in an expression";

/** `text.encode("idna", errors)`. */
export function encodeIdna(text: string, errors: string): Uint8Array {
  if (errors !== "strict") throw pyError(UnicodeError, `Unsupported error handling: ${errors}`);
  const fail = (start: number, end: number, reason: string): PyException =>
    encodeError({ codec: "idna", text, start, end, reason });
  const other = text.search(/[^\0-\x7f]/);
  if (other >= 0) throw fail(other, other + 1, INTERNATIONAL);
  const labels = text.split(".");
  let at = 0;
  for (const [i, label] of labels.entries()) {
    const end = at + label.length;
    if (label === "" && i < labels.length - 1) throw fail(at, at + 1, "label empty");
    if (label.length >= 64) throw fail(at, end, "label too long");
    at = end + 1;
  }
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** `bytes.decode("idna", errors)`. */
export function decodeIdna(bytes: Uint8Array, errors: string): string {
  if (errors !== "strict") throw pyError(UnicodeError, `Unsupported error handling: ${errors}`);
  const fail = (start: number, end: number, reason: string): PyException =>
    raise(new PyException(UnicodeDecodeError, ["idna", new PyBytes(bytes), start, end, reason]));
  const other = bytes.findIndex((byte) => byte >= 0x80);
  if (other >= 0) throw fail(other, other + 1, "ordinal not in range(128)");
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  const encoded = /(?:^|\.)xn--/i.exec(text);
  if (encoded !== null) throw fail(encoded.index, encoded.index + encoded[0].length, INTERNATIONAL);
  return text;
}
