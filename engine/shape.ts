// Shapes of JSON: what comes out of a worker is checked against one before anybody believes it.

/** Says whether a value, as `JSON.parse` gives it, is of a shape. Shapes never throw. */
export type Shape = (value: unknown) => boolean;

export const anything: Shape = () => true;
export const text: Shape = (value) => typeof value === "string";
export const flag: Shape = (value) => typeof value === "boolean";
export const number: Shape = (value) => typeof value === "number";
/** 0, 1, 2 … */
export const count: Shape = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
/** A JSON object of any members. */
export const object: Shape = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

export function oneOf(...values: readonly (string | number | boolean | null)[]): Shape {
  return (value) => values.includes(value as string);
}
export function nullable(shape: Shape): Shape {
  return (value) => value === null || shape(value);
}
export function list(item: Shape): Shape {
  return (value) => {
    if (!Array.isArray(value)) return false;
    for (const each of value) if (!item(each)) return false;
    return true;
  };
}
/** A list of exactly these. */
export function tuple(...items: readonly Shape[]): Shape {
  return (value) =>
    Array.isArray(value) && value.length === items.length && items.every((item, index) => item(value[index]));
}
export function either(...shapes: readonly Shape[]): Shape {
  return (value) => shapes.some((shape) => shape(value));
}
/** An object with these members, maybe with those, and with no other. */
export function record(
  members: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  const required = Object.keys(members).length;
  const known = new Map([...Object.entries(members), ...Object.entries(optional)]);
  return (value) => {
    if (!object(value)) return false;
    let met = 0;
    for (const key of Object.keys(value as object)) {
      const shape = known.get(key);
      if (shape === undefined || !shape((value as Record<string, unknown>)[key])) return false;
      if (Object.hasOwn(members, key)) met += 1;
    }
    return met === required;
  };
}
/** A shape that holds itself. */
export function recursive(make: () => Shape): Shape {
  let made: Shape | undefined;
  return (value) => {
    made ??= make();
    return made(value);
  };
}
