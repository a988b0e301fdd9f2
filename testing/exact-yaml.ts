// YAML (of which JSON is a part) in, its numbers exact, as in `exact-json.ts`.
import type { JsonValue } from "../engine/types.ts";
import { type JsonDocument, JsonReader } from "../yaml/json.ts";
import type { YamlScalar } from "../yaml/tree.ts";
import { exactNumber } from "./exact-json.ts";

const anyKeys = new JsonReader({ number, onlyTextKeys: false });
const textKeys = new JsonReader({ number, onlyTextKeys: true });

/** Reads YAML 1.2 as a JSON value. With `onlyTextKeys`, a number as a key is a problem. Throws nothing. */
export function readExactYaml(text: string, onlyTextKeys: boolean): JsonDocument {
  return (onlyTextKeys ? textKeys : anyKeys).read(text);
}

/** What JavaScript would change goes on as JSON writes it: 1.0 is no 1. */
function number(
  scalar: Pick<YamlScalar, "source" | "tag"> & { readonly value: number },
): JsonValue | undefined {
  const { value, source, tag } = scalar;
  if (/^-?(?:0|[1-9]\d{0,14})$/.test(source) && tag === undefined) return value;
  const [, sign = "", digits = "0"] = /^([-+]?)(0[box][\da-f]+)$/i.exec(source) ?? [];
  if (digits !== "0") return exactNumber(value, `${sign === "-" ? "-" : ""}${BigInt(digits)}`);
  const parts = /^([-+]?)0*(\d*)(\.\d*)?([eE][-+]?\d+)?$/.exec(source);
  if (parts === null) return undefined;
  const [, minus, whole, fraction, exponent = ""] = parts;
  const isFloat = fraction !== undefined || exponent !== "" || tag === "tag:yaml.org,2002:float";
  const behind =
    fraction === undefined || fraction === "." ? (isFloat && exponent === "" ? ".0" : "") : fraction;
  return exactNumber(value, `${minus === "-" ? "-" : ""}${whole === "" ? "0" : whole}${behind}${exponent}`);
}
