// Reading an answer's body: decoding, with a cap on the decoded bytes at which reading stops.

import type { Readable } from "node:stream";
import { pipeline } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { HttpError } from "./http-error.ts";

const DECODERS: Readonly<Record<string, () => NodeJS.ReadWriteStream & Readable>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** A body as far as it was read. */
export interface ReadBody {
  readonly bytes: Uint8Array;
  /** True when more followed than the cap allows. */
  readonly truncated: boolean;
}

/**
 * Reads a body up to a cap. Nothing past the cap is kept or waited for: a stream without end and a small body that
 * inflates to gigabytes both cost the cap and one chunk.
 *
 * @param encoding the `content-encoding` header, undefined when absent.
 * @param maxBytes cap on decoded bytes.
 * @throws HttpError `invalid_response` for an unknown encoding or bytes that do not decode; stream errors as they
 *   are.
 */
export async function readBody(
  source: Readable,
  encoding: string | undefined,
  maxBytes: number,
): Promise<ReadBody> {
  const decoded = decode(source, encoding);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    // Leaving the loop early destroys the stream, and with it the connection.
    for await (const chunk of decoded as AsyncIterable<Uint8Array>) {
      const room = maxBytes - size;
      if (chunk.byteLength > room) {
        chunks.push(chunk.subarray(0, room));
        return { bytes: Buffer.concat(chunks), truncated: true };
      }
      chunks.push(chunk);
      size += chunk.byteLength;
    }
  } catch (error) {
    if (!isDecodingError(error)) throw error;
    throw new HttpError("invalid_response", "The answer's body does not decode as its headers say.", {
      hint: `The target announced the encoding "${encoding ?? ""}"; look at what stands between it and here.`,
    });
  }
  return { bytes: Buffer.concat(chunks), truncated: false };
}

function decode(source: Readable, encoding: string | undefined): Readable {
  const name = (encoding ?? "identity").trim().toLowerCase();
  if (name === "identity" || name === "") return source;
  const decoder = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (decoder === undefined) {
    throw new HttpError("invalid_response", "The answer's body has an encoding that is not known here.", {
      hint: "Answers may be plain, gzip, deflate or br, one of them and not several on top of each other.",
    });
  }
  return pipeline(source, decoder(), () => {}) as Readable;
}

function isDecodingError(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return (
    code !== undefined &&
    (code.startsWith("Z_") || code.startsWith("ERR_BROTLI") || /^ERR__ERROR_/u.test(code))
  );
}

/**
 * Decodes a body's bytes as text: the character set of the `content-type` header, else UTF-8. Bytes that do not fit
 * become U+FFFD; an unknown character set counts as UTF-8.
 */
export function decodeText(bytes: Uint8Array, contentType: string | undefined): string {
  const label = /;\s*charset="?([^\s";]{1,40})/iu.exec(contentType ?? "")?.[1] ?? "utf-8";
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
