// Cuts a byte stream into lines without ever holding more than one line of the allowed length.
import type { Readable } from "node:stream";

/** A line's text, or the fact that it was longer than allowed or not UTF-8. `number` counts from 1. */
export type Line =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly problem: "too-long" | "not-utf8" };

const newline = 0x0a;

/**
 * The lines of a stream, without their line breaks; the last may lack one. Of a line over `maxBytes` the rest is read
 * and dropped, and the lines after it come as ever.
 */
export async function* readLines(stream: Readable, maxBytes: number): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let length = 0;
  let number = 1;
  const decoder = new TextDecoder("utf-8", { fatal: true });

  function keep(part: Buffer): void {
    length += part.length;
    if (length > maxBytes) parts = [];
    else if (part.length > 0) parts.push(part);
  }
  function finish(): Line {
    const line: Line = length > maxBytes ? { number, problem: "too-long" } : decoded();
    parts = [];
    length = 0;
    number += 1;
    return line;
  }
  function decoded(): Line {
    try {
      return { number, text: decoder.decode(Buffer.concat(parts, length)) };
    } catch {
      return { number, problem: "not-utf8" };
    }
  }

  for await (const chunk of stream) {
    const bytes: Buffer = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    let start = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      keep(bytes.subarray(start, end));
      yield finish();
      start = end + 1;
    }
    keep(bytes.subarray(start));
  }
  if (length > 0) yield finish();
}
