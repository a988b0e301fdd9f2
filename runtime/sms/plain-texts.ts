// Texts that users choose, without what a phone makes a link of: no message may carry a stranger's link to somebody's phone.
import type { JsonValue } from "../../engine/types.ts";

/**
 * A scheme, or names that dots join. What follows an at sign is an address of mail. Each begins where its run of signs does, or a
 * long text would be read once from every place in it.
 */
const LINK =
  /(?<![\p{L}\p{N}+.-])[\p{L}\p{N}+.-]+:\/\/\S+|(?<![@\p{L}\p{N}.-])(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}(?![\p{L}\p{N}@])\S*/gu;

/** The text with full-width and other compatible signs in their plain form, and nothing that cannot be seen. */
function visible(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/[\p{Cf}\p{Co}\p{Cs}\p{Cn}]/gu, "");
}

/** A text without control characters, and with blanks where a link's signs stood: `http://evil.example` is `http evil example`. */
export function plainText(text: string): string {
  return visible(text)
    .replace(/:\/+/g, " ")
    .replace(/(?<![.\u3002])[.\u3002]+(?=[\p{L}\p{N}])/gu, " ");
}

/** A value with all its texts plain; keys stay. */
export function plainTexts(value: JsonValue): JsonValue {
  if (typeof value === "string") return plainText(value);
  if (Array.isArray(value)) return value.map(plainTexts);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainTexts(item)]));
}

/** The links in a value's texts. */
export function linksIn(value: JsonValue): string[] {
  return textsOf(value).flatMap((text) => visible(text).match(LINK) ?? []);
}

/** Whether a message that was made has one of these links. */
export function carries(message: JsonValue, links: readonly string[]): boolean {
  if (links.length === 0) return false;
  const texts = textsOf(message).map(visible);
  return links.some((link) => texts.some((text) => text.includes(link)));
}

function textsOf(value: JsonValue): string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(textsOf);
}
