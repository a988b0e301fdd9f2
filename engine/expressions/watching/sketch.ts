// A short text of any value, for traces: never runs the author's code, reads nothing that is not there yet, costs no step.

import { isSecretName } from "../../language/instrument.ts";
import { PyByteArray, PyBytes } from "../../python/bytes.ts";
import { PyDict, PyFrozenSet, PySet } from "../../python/dict.ts";
import { PyException } from "../../python/exceptions.ts";
import { PyBuiltin, PyFunction } from "../../python/function.ts";
import { PyModule } from "../../python/module.ts";
import { PyFloat, PyObject, PyType, type PyValue, typeOf } from "../../python/object.ts";
import { repr } from "../../python/representation.ts";
import { PyList, PyTuple } from "../../python/sequence.ts";
import { S, uncounted } from "../../python/state.ts";
import { PyRecord } from "../models/record.ts";

/** Longest text, characters; what is longer is cut with `…`. */
export const MAX_TEXT = 160;
/** Longest JSON, characters. */
const MAX_JSON = 400;
const MAX_DEPTH = 3;
const MAX_ITEMS = 8;
/** What stands for a secret. */
export const MASK = "***";

/** Modules whose values have a repr that depends on nothing of the author's. */
const PLAIN_MODULES: ReadonlySet<string> = new Set([
  "datetime",
  "decimal",
  "fractions",
  "ipaddress",
  "re",
  "uuid",
  "zoneinfo",
]);

/** Is there nothing to be seen of it: functions, types, modules? */
export function isTool(value: PyValue): boolean {
  return (
    value instanceof PyBuiltin ||
    value instanceof PyFunction ||
    value instanceof PyType ||
    value instanceof PyModule
  );
}

/** Is it a value without parts? */
export function isScalar(value: PyValue): boolean {
  return (
    value === null ||
    typeof value !== "object" ||
    value instanceof PyFloat ||
    value instanceof PyBytes ||
    PLAIN_MODULES.has(typeOf(value).module)
  );
}

/** Runs `make` outside the evaluation's accounts; code of the author's that it calls is refused. */
function aside(make: () => string, otherwise: string): string {
  const { maxDepth, handled } = S;
  S.maxDepth = -1;
  try {
    return uncounted(make);
  } catch {
    return otherwise;
  } finally {
    S.maxDepth = maxDepth;
    S.handled = handled;
  }
}

/** Secrets that no text may show. */
export class Sketcher {
  private secrets: readonly string[] = [];

  /** Takes the secrets of a context: what stands under a name that says so. */
  learn(tree: unknown): void {
    const found = new Set<string>();
    collectSecrets(tree, false, found, 0);
    this.secrets = [...found].sort((a, b) => b.length - a.length);
  }
  /** `text` without secrets. */
  hide(text: string): string {
    let out = text;
    for (const secret of this.secrets) out = out.replaceAll(secret, MASK);
    return out;
  }
  /** The text of a value. */
  text(value: PyValue): string {
    const text = this.hide(this.write(value, 0));
    return text.length > MAX_TEXT ? `${wellFormed(text.slice(0, MAX_TEXT - 1))}…` : text;
  }

  /** JSON of a call to the embedder: without secrets, bodies by their length, cut. */
  json(json: string): string {
    const text = JSON.stringify(JSON.parse(json), function (this: unknown, key, value: unknown) {
      if (isSecretName(key) && value !== null) return MASK;
      if (key === "body" && typeof value === "string") return `<${value.length} characters>`;
      // A header is a pair of texts.
      const isNamed = Array.isArray(this) && key === "1" && this.length === 2 && typeof this[0] === "string";
      return isNamed && isSecretName(this[0] as string) ? MASK : value;
    });
    const hidden = this.hide(text);
    return hidden.length > MAX_JSON ? `${wellFormed(hidden.slice(0, MAX_JSON - 1))}…` : hidden;
  }

  private write(value: PyValue, depth: number): string {
    if (value === null) return "None";
    if (value === true) return "True";
    if (value === false) return "False";
    if (typeof value === "number") return String(value);
    if (typeof value === "bigint")
      return value > HUGE || value < -HUGE ? "<int of many digits>" : String(value);
    if (typeof value === "string") return this.writeText(value);
    const type = typeOf(value);
    const plain = `<${type.qualname}>`;
    if (value instanceof PyFloat) return aside(() => repr(value), plain);
    if (value instanceof PyBytes || value instanceof PyByteArray) {
      const { length } = value.bytes;
      return length > MAX_TEXT ? `<${type.name} of ${length}>` : aside(() => repr(value), plain);
    }
    if (value instanceof PyList) return this.items(value.items, "[", "]", depth);
    if (value instanceof PyTuple) {
      return this.items(value.items, "(", value.items.length === 1 ? ",)" : ")", depth);
    }
    if (value instanceof PySet || value instanceof PyFrozenSet) {
      return value.size === 0 ? `${type.name}()` : this.items(value.items(), "{", "}", depth);
    }
    if (value instanceof PyDict) return this.entries(value, depth);
    if (value instanceof PyRecord) return this.record(value, type.qualname);
    if (value instanceof PyException) return `${type.name}${this.items(value.args, "(", ")", depth)}`;
    if (type.builtin && PLAIN_MODULES.has(type.module)) return aside(() => repr(value), plain);
    return plain;
  }
  private writeText(value: string): string {
    // Secrets are taken out before the text is cut: half of one would be left otherwise.
    const text = value.length > 4 * MAX_TEXT && this.secrets.length === 0 ? value.slice(0, MAX_TEXT) : value;
    const hidden = this.hide(text.length > 65_536 ? text.slice(0, 65_536) : text);
    const shown = wellFormed(hidden.slice(0, MAX_TEXT));
    const written = aside(() => repr(shown), '"?"');
    return shown.length < hidden.length || text.length < value.length ? `${written}…` : written;
  }
  private items(items: Iterable<PyValue>, open: string, close: string, depth: number): string {
    if (depth >= MAX_DEPTH) return `${open}…${close}`;
    const parts: string[] = [];
    for (const item of items) {
      if (parts.length >= MAX_ITEMS) {
        parts.push("…");
        break;
      }
      parts.push(this.write(item, depth + 1));
    }
    return `${open}${parts.join(", ")}${close}`;
  }
  private entries(dict: PyDict, depth: number): string {
    // Entries that are made only now would be made at another step than without a trace.
    return this.pairs(dict.unreadEntries ?? dict.entries(), depth);
  }
  private pairs(pairs: Iterable<readonly [PyValue, unknown]>, depth: number): string {
    if (depth >= MAX_DEPTH) return "{…}";
    const parts: string[] = [];
    for (const [key, value] of pairs) {
      if (parts.length >= MAX_ITEMS) {
        parts.push("…");
        break;
      }
      const isSecret = typeof key === "string" && isSecretName(key) && value !== null && value !== "";
      parts.push(`${this.write(key, depth + 1)}: ${isSecret ? MASK : this.writeAny(value, depth + 1)}`);
    }
    return `{${parts.join(", ")}}`;
  }
  /** A value, or JSON of which one is still to be made. */
  private writeAny(value: unknown, depth: number): string {
    if (Array.isArray(value)) {
      if (depth >= MAX_DEPTH) return "[…]";
      const shown = value.slice(0, MAX_ITEMS).map((item) => this.writeAny(item, depth + 1));
      return `[${shown.join(", ")}${value.length > MAX_ITEMS ? ", …" : ""}]`;
    }
    const isJson = typeof value === "object" && value !== null && !(value instanceof PyObject);
    return isJson ? this.pairs(Object.entries(value), depth) : this.write(value as PyValue, depth);
  }
  private record(value: PyRecord, name: string): string {
    for (const attribute of ["username", "name", "phone_number"]) {
      const found = value.peek(attribute);
      if (typeof found === "string") return `<${name}: ${wellFormed(this.hide(found).slice(0, 60))}>`;
    }
    return `<${name}>`;
  }
}

const HUGE = 1n << 512n;
/** Shorter texts stand everywhere. */
const SHORTEST_SECRET = 4;
const DEEPEST = 100;

function collectSecrets(tree: unknown, isSecret: boolean, found: Set<string>, depth: number): void {
  if (typeof tree === "string" || typeof tree === "number") {
    const text = String(tree);
    if (isSecret && text.length >= SHORTEST_SECRET) found.add(text);
  } else if (typeof tree === "object" && tree !== null && depth < DEEPEST) {
    const isList = Array.isArray(tree);
    for (const [key, value] of Object.entries(tree)) {
      collectSecrets(value, isSecret || (!isList && isSecretName(key)), found, depth + 1);
    }
  }
}

/** A text that was cut between the halves of a character, without the half. */
function wellFormed(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}
