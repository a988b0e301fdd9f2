// Characters that no text may have, in Django REST framework's words.

/** What is wrong with a text's characters; nothing where all may stand. */
export function refusedCharacter(
  text: string,
): { readonly code: string; readonly message: string } | undefined {
  if (text.includes("\0")) {
    return { code: "null_characters_not_allowed", message: "Null characters are not allowed." };
  }
  if (text.isWellFormed()) return undefined;
  // Half of a character: as bytes all halves are the same, so that hashes of different texts would be.
  const half = (/\p{Cs}/u.exec(text)?.[0] ?? "").charCodeAt(0).toString(16).toUpperCase();
  return {
    code: "surrogate_characters_not_allowed",
    message: `Surrogate characters are not allowed: U+${half}.`,
  };
}
