// An option that may be given more than once.

/** Collects the values of such an option, in their order. */
export function repeated(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
