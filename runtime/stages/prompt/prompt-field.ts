// A field of the prompt stage's challenge, as every client of a flow reads it.

/** A field of `ak-stage-prompt`. */
export interface PromptField {
  readonly field_key: string;
  readonly label: string;
  /** authentik's type of the prompt: `text`, `email`, `checkbox` … */
  readonly type: string;
  readonly required: boolean;
  readonly placeholder: string;
  readonly initial_value: string;
  readonly sub_text: string;
  /** Null where the type has none. */
  readonly choices: readonly { readonly value: string; readonly label: string }[] | null;
}
