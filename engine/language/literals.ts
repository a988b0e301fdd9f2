// Literals as values: which of them are equal, and how Python shows them in a message.
import type { Expr } from "./ast.ts";

/** A literal's value: equal ones have one `identity`, whatever their type. */
export interface Literal {
  readonly identity: string;
  readonly repr: string;
}

/** The value of a literal, with a sign or as a sum of a real and an imaginary part; null for anything else. */
export function literal(node: Expr): Literal | null {
  const number = numeric(node);
  if (number !== null) return { identity: `number ${identity(number)}`, repr: show(number) };
  if (node.kind !== "Constant") return null;
  const { value } = node;
  switch (value.type) {
    case "str":
      return { identity: `str ${value.value}`, repr: quoted(value.value) };
    case "bytes": {
      const text = String.fromCharCode(...value.value);
      return { identity: `bytes ${text}`, repr: `b${quoted(text)}` };
    }
    default:
      return { identity: value.type, repr: value.type };
  }
}

interface NumberValue {
  readonly type: "bool" | "int" | "float" | "complex";
  readonly real: bigint | number;
  readonly imaginary: number;
}

function numeric(node: Expr): NumberValue | null {
  if (node.kind === "Constant") {
    const { value } = node;
    if (value.type === "True" || value.type === "False") {
      return { type: "bool", real: value.type === "True" ? 1n : 0n, imaginary: 0 };
    }
    if (value.type === "int") return { type: "int", real: value.value, imaginary: 0 };
    if (value.type === "float") return { type: "float", real: value.value, imaginary: 0 };
    return value.type === "complex" ? { type: "complex", real: 0, imaginary: value.value } : null;
  }
  if (node.kind === "UnaryOp" && node.op === "USub") {
    const operand = numeric(node.operand);
    if (operand === null) return null;
    return { ...operand, real: -operand.real, imaginary: -operand.imaginary };
  }
  if (node.kind !== "BinOp") return null;
  const [left, right] = [numeric(node.left), numeric(node.right)];
  if (left === null || right === null) return null;
  const imaginary = node.op === "Sub" ? -right.imaginary : right.imaginary;
  return { type: "complex", real: Number(left.real), imaginary };
}

function identity({ real, imaginary }: NumberValue): string {
  const whole = typeof real === "number" && Number.isInteger(real) ? BigInt(real) : real;
  return `${whole} ${imaginary === 0 ? 0 : imaginary}`;
}

function show({ type, real, imaginary }: NumberValue): string {
  if (type === "bool") return real === 1n ? "True" : "False";
  if (type === "int") return String(real);
  if (type === "float") return float(real as number);
  const part = (value: number): string => float(value).replace(/\.0$/, "");
  if (real === 0 && !Object.is(real, -0)) return `${part(imaginary)}j`;
  const sign = imaginary < 0 || Object.is(imaginary, -0) ? "" : "+";
  return `(${part(Number(real))}${sign}${part(imaginary)}j)`;
}

function float(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude >= 1e16 || magnitude < 1e-4)) {
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  const text = Object.is(value, -0) ? "-0" : String(value);
  return text.includes(".") ? text : `${text}.0`;
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const named: { readonly [character: string]: string } = {
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\\": "\\\\",
  };
  let out = quote;
  for (const character of text) {
    const point = character.codePointAt(0) as number;
    if (character === quote) out += `\\${quote}`;
    else if (named[character] !== undefined) out += named[character];
    else if (point < 0x20 || (point >= 0x7f && point < 0xa1))
      out += `\\x${point.toString(16).padStart(2, "0")}`;
    else out += character;
  }
  return out + quote;
}
