// A link that holds the whole page: compressed JSON in the address's fragment, which browsers never send to a server.
import type { Gateway, PlaygroundCase, PlaygroundKind } from "../server/playground/api.ts";

/** What a link holds. */
export interface Shared {
  readonly kind: PlaygroundKind;
  readonly source: string;
  /** JSON text, as it was typed. */
  readonly context: string;
  readonly cases: readonly PlaygroundCase[];
  readonly gateway: Gateway;
}

const VERSION = "1";
/** Characters that a link's content may have: a few bytes can stand for gigabytes. */
const LONGEST = 4_000_000;

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    if (length > LONGEST) throw new Error("the link holds too much");
    parts.push(next.value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The fragment for a page, without `#`. */
export async function toFragment(shared: Shared): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(shared));
  const packed = await through(bytes, new CompressionStream("deflate-raw"));
  let binary = "";
  for (const byte of packed) binary += String.fromCharCode(byte);
  return `${VERSION}.${btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

/** What a fragment holds; undefined where it is none of ours. Throws where it is broken. */
export async function fromFragment(fragment: string): Promise<Shared | undefined> {
  const [version, text] = fragment.split(".");
  if (version !== VERSION || text === undefined) return undefined;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  const plain = await through(bytes, new DecompressionStream("deflate-raw"));
  const value = JSON.parse(new TextDecoder().decode(plain)) as Shared;
  const isWhole =
    ["policy", "webhook", "mapping", "prompt"].includes(value.kind) &&
    typeof value.source === "string" &&
    typeof value.context === "string" &&
    Array.isArray(value.cases) &&
    typeof value.gateway?.url === "string";
  if (!isWhole) throw new Error("the link lacks a part");
  return value;
}
