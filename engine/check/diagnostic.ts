// What a check says, as data: text is made of it last, and the same everywhere.

/** Stable names of what can be wrong. */
export type DiagnosticCode =
  | "syntax"
  | "unknown-name"
  | "name-of-another-site"
  | "unavailable-name"
  | "unknown-module"
  | "unknown-attribute"
  | "wrong-arguments"
  | "unreachable-code"
  | "missing-return"
  | "unused-value"
  | "always-true"
  | "always-false"
  /** Values of types, or of letter cases, that no two of are equal. */
  | "never-equal"
  /** `in` asks a text where a list was meant. */
  | "part-of-text"
  /** Something accepts more than it says: an end of a domain, a pattern without its end. */
  | "loose-match"
  /** A token or a password goes to a log or an event. */
  | "secret-in-log"
  | "swapped-arguments"
  | "is-literal"
  | "assert-tuple"
  | "invalid-escape"
  | "invalid-pattern"
  | "backtracking-pattern"
  | "lost-write"
  /** A context key that is not there where the policy stands. */
  | "missing-context-key"
  /** What `ak_message` says reaches nobody. */
  | "unseen-message"
  /** Of a blueprint: a policy's error would skip a stage that guards the login. */
  | "skipped-on-error"
  /** Of a blueprint: a flow sets an authenticator up and asks for no login before. */
  | "setup-without-login";

/** One finding, in the author's lines. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  /** An error would raise when the place is reached; a warning is legal and almost certainly not meant. */
  readonly severity: "error" | "warning";
  /** Lower case, no full stop, the author's words in quotes. */
  readonly message: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  readonly endLine: number;
  /** Exclusive. */
  readonly endColumn: number;
  /** Facts that explain it. */
  readonly notes: readonly string[];
  /** What to do about it. */
  readonly hint?: string;
}

/** A finding as a rule makes it, in offsets. */
export interface Finding {
  readonly code: DiagnosticCode;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly at: { readonly start: number; readonly end: number };
  readonly notes?: readonly string[];
  readonly hint?: string;
}
