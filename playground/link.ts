// A link that holds the whole page: compressed JSON in the address's fragment, which browsers never send to a server.
import type {
  ChosenLimits,
  Gateway,
  ImportedExpression,
  PlaygroundCase,
  PlaygroundKind,
} from "../server/playground/api.ts";
import type { TrialBlueprint } from "../server/playground/trial-api.ts";

/** What a link holds. */
export interface Shared {
  readonly kind: PlaygroundKind;
  readonly source: string;
  /** JSON text, as it was typed. */
  readonly context: string;
  readonly cases: readonly PlaygroundCase[];
  readonly gateway: Gateway;
  readonly limits?: ChosenLimits;
  /** What a search for a counterexample asks. */
  readonly property?: string;
  readonly imported?: readonly ImportedExpression[];
  /** The view that is shown, by its id. */
  readonly view?: string;
  readonly flow?: SharedFlow;
}

/** What the flow view is about. A trial itself is the server's, and begins anew. */
export interface SharedFlow {
  /** Which of the examples; null: the blueprints. */
  readonly example: number | null;
  readonly blueprints: readonly TrialBlueprint[];
  /** The flow that is started, and who starts it; empty: nobody. */
  readonly slug: string;
  readonly user: string;
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

const isText = (value: unknown): value is string => typeof value === "string";
/** Is it missing, as in links of earlier versions, or as it should be? */
function isOr<T>(value: T | undefined, isRight: (value: T) => boolean): boolean {
  return value === undefined || isRight(value);
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
    typeof value.gateway?.url === "string" &&
    isOr(value.limits, (given) => typeof given === "object" && given !== null) &&
    isOr(value.property, isText) &&
    isOr(value.view, isText) &&
    isOr(value.imported, (given) => Array.isArray(given) && given.every((each) => isText(each?.source))) &&
    isOr(
      value.flow,
      ({ blueprints, slug, user, example }) =>
        Array.isArray(blueprints) &&
        blueprints.every((each) => isText(each?.name) && isText(each?.text)) &&
        isText(slug) &&
        isText(user) &&
        (example === null || Number.isInteger(example)),
    );
  if (!isWhole) throw new Error("the link lacks a part");
  return value;
}
