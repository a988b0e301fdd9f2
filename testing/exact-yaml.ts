// YAML (of which JSON is a part) in, its numbers exact, as in `exact-json.ts`.
import type { JsonValue } from "../engine/types.ts";
import { jsonOf } from "../yaml/json.ts";
import { CORE } from "../yaml/schema.ts";
import { readYaml, type YamlDocument, type YamlProblem, type YamlScalar } from "../yaml/tree.ts";
import { exactNumber } from "./exact-json.ts";

/** YAML that was read. */
export interface ExactYaml {
  readonly document: YamlDocument;
  /** Null where the text is empty. With problems, it is not to be used. */
  readonly value: JsonValue;
  readonly problems: readonly YamlProblem[];
}

/** Reads YAML 1.2 as a JSON value. With `onlyTextKeys`, a number as a key is a problem. Throws nothing. */
export function readExactYaml(text: string, onlyTextKeys: boolean): ExactYaml {
  const document = readYaml(text, CORE);
  return { document, ...jsonOf(document, { number, onlyTextKeys }) };
}

/** What JavaScript would change goes on as JSON writes it: 1.0 is no 1. */
function number({ value, source, tag }: YamlScalar & { readonly value: number }): JsonValue | undefined {
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
