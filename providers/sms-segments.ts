// How many messages a text is charged as: alphabet and segments (3GPP TS 23.038 and 23.040).

/** The two ways in which a text travels. */
export type SmsAlphabet = "GSM-7" | "UCS-2";

/** What a text costs. */
export interface SmsSegments {
  readonly alphabet: SmsAlphabet;
  /** Length: septets in GSM-7 (some characters take two), 16-bit units in UCS-2 (emoji take two and more). */
  readonly units: number;
  /** Parts it is sent and charged as; at least 1. */
  readonly segments: number;
  /** The characters that GSM-7 does not have, each once, at most ten: what makes the text UCS-2. */
  readonly beyond: readonly string[];
}

/** GSM 7-bit default alphabet (TS 23.038, section 6.2.1), without the escape to the table below. */
const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);

/** Extension table (section 6.2.1.1): an escape and a second septet. */
const EXTENDED = new Set("\f^{}\\[~]|€");

/** Units of a lone message, and of a part: a part loses six octets to the header that holds the parts together. */
const ROOM = { "GSM-7": { lone: 160, part: 153 }, "UCS-2": { lone: 70, part: 67 } } as const;

/** Counts alphabet and segments of a text. */
export function smsSegments(text: string): SmsSegments {
  const characters = [...text];
  const beyond = [...new Set(characters.filter((character) => septets(character) === undefined))];
  const alphabet = beyond.length === 0 ? "GSM-7" : "UCS-2";
  const sizes = characters.map((character) =>
    alphabet === "GSM-7" ? (septets(character) ?? 0) : character.length,
  );
  const units = sizes.reduce((sum, size) => sum + size, 0);
  const { lone, part } = ROOM[alphabet];
  const segments = units <= lone ? 1 : partsOf(sizes, part);
  return { alphabet, units, segments, beyond: beyond.slice(0, 10) };
}

function septets(character: string): 1 | 2 | undefined {
  if (BASIC.has(character)) return 1;
  return EXTENDED.has(character) ? 2 : undefined;
}

/** A character of two units is never cut in two, so a part may stay one unit short. */
function partsOf(sizes: readonly number[], room: number): number {
  let parts = 1;
  let used = 0;
  for (const size of sizes) {
    if (used + size > room) {
      parts += 1;
      used = 0;
    }
    used += size;
  }
  return parts;
}
