// What a stage's mapping may send: the fields by their paths, what they hold, and how long their texts may be.
//
// A mapping sees users and requests, and what it returns goes to a third party. The contract says what was agreed to go
// there, so that a mapping that starts to send more sends nothing at all. What is told of a breach are paths, never values.
import type { JsonValue } from "../../engine/types.ts";
import type { PayloadContract } from "../models/sms-settings.ts";

/** Breaches that are told at most, and characters of a path. */
const SHOWN = { breaches: 20, path: 100 };

/** How a payload breaks its contract, a line for each field in the manner of a diff; empty where it keeps it. */
export function contractBreaches(contract: PayloadContract, payload: JsonValue): string[] {
  const found = new Set<string>();
  const look = (value: JsonValue, path: string): void => {
    if (found.size > SHOWN.breaches || value === null) return;
    if (Array.isArray(value)) for (const item of value) look(item, `${path}[]`);
    else if (typeof value === "object")
      for (const [key, item] of Object.entries(value))
        look(item, path === "" ? quoted(key) : `${path}.${quoted(key)}`);
    else {
      const breach = breachOf(Object.hasOwn(contract, path) ? contract[path] : undefined, value);
      if (breach !== undefined) found.add(`${breach.sign} ${shortened(path)}: ${breach.what}`);
    }
  };
  look(payload, "");
  const lines = [...found].sort();
  return lines.length <= SHOWN.breaches ? lines : [...lines.slice(0, SHOWN.breaches), "…"];
}

function breachOf(
  agreed: string | undefined,
  value: string | number | boolean,
): { readonly sign: "+" | "~"; readonly what: string } | undefined {
  const type = typeof value === "string" ? "text" : typeof value;
  if (agreed === undefined) return { sign: "+", what: `${type}, not in the contract` };
  const [wanted, most] = agreed.split("/");
  if (wanted !== type) return { sign: "~", what: `${type}, agreed is ${wanted}` };
  const length = typeof value === "string" ? [...value].length : 0;
  return most !== undefined && length > Number(most)
    ? { sign: "~", what: `${length} characters, agreed are ${most}` }
    : undefined;
}

/** A key as paths write it: one with signs of paths in it can be no key of a contract. */
function quoted(key: string): string {
  return /[.[\]]|^$/.test(key) ? JSON.stringify(key) : key;
}

function shortened(path: string): string {
  return path === "" ? "(the whole)" : path.length > SHOWN.path ? `${path.slice(0, SHOWN.path)}…` : path;
}
