// The kinds of prompt fields: which input each takes and what it stores (reference, section 9.2).
import type { JsonValue } from "../../../engine/types.ts";
import { pythonText } from "../../blueprint/percent-format.ts";
import { invalidChoice, type ResponseError, STANDARD_ERRORS } from "../../flow/response-errors.ts";
import {
  type Checked,
  checkBoolean,
  checkDate,
  checkDateTime,
  checkEmail,
  checkInteger,
  checkText,
} from "../../flow/response-fields.ts";
import type { Choice, ComputedPrompt } from "./expressions.ts";

/** What a field makes of the response: a value to store, nothing, or an error. */
export type FieldResult =
  | { readonly kind: "value"; readonly value: JsonValue }
  | { readonly kind: "absent" }
  | { readonly kind: "error"; readonly error: ResponseError };

const ABSENT: FieldResult = { kind: "absent" };

/** Checks one field. `input` is undefined where the response does not have the key. */
export function checkField(field: ComputedPrompt, input: JsonValue | undefined, form: boolean): FieldResult {
  const { prompt, initial, hasDefault, placeholder } = field;
  switch (prompt.type) {
    case "hidden":
    case "static":
      return { kind: "value", value: hasDefault ? initial : placeholder };
    case "text_read_only":
    case "text_area_read_only":
      return { kind: "value", value: hasDefault ? initial : "" };
    case "alert_info":
    case "alert_warning":
    case "alert_danger":
      return ABSENT;
  }
  if (input === undefined) {
    if (prompt.type === "checkbox" && form) return { kind: "value", value: false };
    if (hasDefault) return { kind: "value", value: initial };
    const optional = !prompt.required || prompt.type === "checkbox" || prompt.type === "separator";
    return optional ? ABSENT : { kind: "error", error: STANDARD_ERRORS.required };
  }
  const checked = checkInput(field, input);
  return "error" in checked
    ? { kind: "error", error: checked.error }
    : { kind: "value", value: checked.value };
}

function checkInput({ prompt, choices }: ComputedPrompt, input: JsonValue): Checked<JsonValue> {
  const optional = !prompt.required;
  switch (prompt.type) {
    case "text":
    case "text_area":
      return checkText(input, { blank: optional, trim: false });
    case "username":
    case "password":
      return checkText(input, { blank: false, trim: true });
    case "email":
      return checkEmail(input, optional);
    case "number":
      return checkInteger(input);
    case "checkbox":
      return checkBoolean(input);
    case "dropdown":
    case "radio-button-group":
      return checkChoice(choices ?? [], input);
    case "date":
      return checkDate(input);
    case "date-time":
      return checkDateTime(input);
    case "file":
      return checkFile(input);
    default:
      return checkText(input, { blank: true, trim: true });
  }
}

/** The choice whose value has the same text; the choice's own value is stored. */
function checkChoice(choices: readonly Choice[], input: JsonValue): Checked<JsonValue> {
  if (input === null) return { error: STANDARD_ERRORS.null };
  const text = pythonText(input);
  const found = choices.find(({ value }) => pythonText(value) === text);
  return found === undefined ? { error: invalidChoice(text) } : { value: found.value };
}

/** A file as data URI. What it encodes is not looked at. */
function checkFile(input: JsonValue): Checked<string> {
  const text = checkText(input, { blank: false, trim: true });
  if ("error" in text) return text;
  if (!/^data:/i.test(text.value)) return { error: { string: "Invalid scheme", code: "invalid" } };
  const header = text.value.slice("data:".length).split(",", 1)[0];
  const encoded = text.value.includes(",") && header.slice(header.lastIndexOf(";") + 1) === "base64";
  return encoded && header.includes(";") ? text : { error: { string: "Invalid encoding", code: "invalid" } };
}
