// A fast-check arbitrary of policies such as authors write about a prompt's answers.
import fc from "fast-check";

/** A Python text literal. JSON's escapes are Python's too, once what is beyond ASCII is escaped. */
function literal(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Sources of expression policies: bodies that read a key of `prompt_data`, decide about its text and return a truth, some with a
 * message. Every one compiles; those that index may raise KeyError. Shrinks to `return False`.
 *
 * @param options.keys the keys of `prompt_data` they read; default `phone`
 */
export function expressionSource(options: { readonly keys?: readonly string[] } = {}): fc.Arbitrary<string> {
  const { keys = ["phone"] } = options;
  if (keys.length === 0) throw new RangeError("keys is empty: name at least one key of prompt_data");
  const key = fc.constantFrom(...keys).map(literal);
  const part = fc
    .oneof(fc.constantFrom("+1234", "+49", "@example.com", "admin", ""), fc.string({ maxLength: 5 }))
    .map(literal);
  const read = fc.oneof(
    key.map((name) => `request.context["prompt_data"][${name}]`),
    key.map((name) => `request.context.get("prompt_data", {}).get(${name}, "")`),
    key.map((name) => `str(context["prompt_data"].get(${name}))`),
  );
  const value = fc.oneof(
    read,
    read.map((one) => `${one}.strip()`),
    read.map((one) => `${one}.lower()`),
    read.map((one) => `regex_replace(${one}, r"\\s+", "")`),
  );
  const test = fc.oneof(
    part.map((one) => `value.startswith(${one})`),
    part.map((one) => `value.endswith(${one})`),
    part.map((one) => `${one} in value`),
    part.map((one) => `value == ${one}`),
    fc.nat({ max: 20 }).map((length) => `len(value) > ${length}`),
    fc.constantFrom(
      'regex_match(value, r"\\+\\d{6,15}$")',
      "value.isdigit()",
      "bool(value)",
      "request.user.is_active",
    ),
  );
  const condition = fc.oneof(
    test,
    test.map((one) => `not ${one}`),
    fc.tuple(test, fc.constantFrom("and", "or"), test).map(([a, word, b]) => `${a} ${word} ${b}`),
  );
  const refusal = part.map((one) => `ak_message(${one})\nreturn False`);
  return fc.oneof(
    fc.constantFrom("return False", "return True"),
    fc.tuple(value, condition).map(([from, when]) => `value = ${from}\nreturn ${when}`),
    fc
      .tuple(value, condition, fc.oneof(fc.constant("return False"), refusal))
      .map(([from, when, otherwise]) => `value = ${from}\nif ${when}:\n    return True\n${otherwise}`),
  );
}
