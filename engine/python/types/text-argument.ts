// Arguments that must be text, and the complaint when they are not.
import { encode } from "../codecs.ts";
import { typeError, valueError } from "../exceptions.ts";
import { asStr, type PyValue, typeName } from "../object.ts";

/** How CPython names what was given where an argument has the wrong type: `None` by itself, others by their type. */
export function givenType(value: PyValue): string {
  return value === null ? "None" : typeName(value);
}

/**
 * The text of an argument.
 *
 * @param what the argument as the TypeError names it: `find() argument 1`
 * @param shown how it names what was given
 */
export function textArgument(value: PyValue, what: string, shown = givenType): string {
  const text = asStr(value);
  if (text === undefined) throw typeError(`${what} must be str, not ${shown(value)}`);
  return text;
}

/** As {@link textArgument}, for an argument that may be left out. */
export function optionalText(
  value: PyValue | undefined,
  what: string,
  shown = givenType,
): string | undefined {
  return value === undefined ? undefined : textArgument(value, what, shown);
}

/** The name of a codec or of an error handler, which CPython hands on as UTF-8 that a zero ends. */
export function codecName(value: PyValue | undefined, what: string, shown = givenType): string | undefined {
  const name = optionalText(value, what, shown);
  if (name !== undefined) encode(name);
  if (name?.includes("\0") === true) throw valueError("embedded null character");
  return name;
}
