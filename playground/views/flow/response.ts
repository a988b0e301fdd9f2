// From a form's values to the response that the flow gets: JSON, each value as its field's type has it.
import type {
  JsonObject,
  JsonValue,
  PromptField,
  TrialChallenge,
} from "../../../server/playground/trial-api.ts";

/** The fields of a challenge, in their order. */
export function promptFields({ fields }: TrialChallenge): readonly PromptField[] {
  return Array.isArray(fields) ? (fields as unknown as readonly PromptField[]) : [];
}

/** What a prompt form's values are as a response. Fields that only show something are left out. */
export async function promptResponse(fields: readonly PromptField[], form: FormData): Promise<JsonObject> {
  const response: JsonObject = {};
  for (const { field_key: key, type } of fields) {
    const value = await fieldValue(type, form.get(key));
    if (value !== undefined) response[key] = value;
  }
  return response;
}

async function fieldValue(type: string, given: File | string | null): Promise<JsonValue | undefined> {
  if (type === "checkbox") return given !== null;
  if (given === null) return undefined;
  if (typeof given !== "string") return given.size === 0 ? undefined : await dataUri(given);
  const isEmpty = given.trim() === "";
  switch (type) {
    case "number":
      return isEmpty ? undefined : Number.isFinite(Number(given)) ? Number(given) : given;
    case "date":
    case "date-time":
      return isEmpty ? undefined : given;
  }
  return given;
}

async function dataUri(file: File): Promise<string> {
  let binary = "";
  for (const byte of new Uint8Array(await file.arrayBuffer())) binary += String.fromCharCode(byte);
  return `data:${file.type || "application/octet-stream"};base64,${btoa(binary)}`;
}

/** The errors of a challenge by field; `non_field_errors` belong to none. */
export function errorsOf({ response_errors: errors }: TrialChallenge): ReadonlyMap<string, string[]> {
  if (typeof errors !== "object" || errors === null || Array.isArray(errors)) return new Map();
  return new Map(
    Object.entries(errors).map(([field, list]) => [
      field,
      (list as { readonly string: string }[]).map(({ string }) => string),
    ]),
  );
}
