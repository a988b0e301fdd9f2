// Errors of a challenge response, in the shape of the wire and with the texts of Django REST framework.

/** One error of a field. */
export type ResponseError = { string: string; code: string };

/** Errors by field; those that concern no single field are under `non_field_errors`. */
export type ResponseErrors = { [field: string]: ResponseError[] };

/** DRF's standard errors (reference, section 16). */
export const STANDARD_ERRORS = {
  required: { string: "This field is required.", code: "required" },
  blank: { string: "This field may not be blank.", code: "blank" },
  null: { string: "This field may not be null.", code: "null" },
  string: { string: "Not a valid string.", code: "invalid" },
  integer: { string: "A valid integer is required.", code: "invalid" },
  integerTooLong: { string: "String value too large.", code: "max_string_length" },
  boolean: { string: "Must be a valid boolean.", code: "invalid" },
  email: { string: "Enter a valid email address.", code: "invalid" },
  date: {
    string: "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
    code: "invalid",
  },
  dateTime: {
    string:
      "Datetime has wrong format. Use one of these formats instead: " +
      "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
    code: "invalid",
  },
} as const satisfies Record<string, ResponseError>;

/** The error of a value that is not among the choices. */
export function invalidChoice(value: string): ResponseError {
  return { string: `"${value}" is not a valid choice.`, code: "invalid_choice" };
}

/** Errors under `non_field_errors`, one per text, code `invalid`. */
export function nonFieldErrors(...texts: readonly string[]): ResponseErrors {
  return texts.length === 0 ? {} : { non_field_errors: texts.map((string) => ({ string, code: "invalid" })) };
}
