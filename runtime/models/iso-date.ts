// Dates and moments as ISO texts, of the calendar as it is. What they mean never depends on this machine's time zone.

/** `YYYY-MM-DD`, with two digits each; nothing where the text is no date that the calendar has. */
export function isoDate(text: string): string | undefined {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  return match === null ? undefined : dateText(match[1], match[2], match[3]);
}

const DATE_TIME =
  /^(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,6})\d{0,6})?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/;

/** `YYYY-MM-DDThh:mm:ss[.uuuuuu]+hh:mm`; nothing where the text is no moment. Without an offset it means UTC. */
export function isoDateTime(text: string): string | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const date = dateText(match[1], match[2], match[3]);
  const [hours, minutes, seconds] = [match[4], match[5], match[6] ?? "0"].map(Number);
  if (date === undefined || hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const fraction = match[7] === undefined ? "" : `.${match[7].padEnd(6, "0")}`;
  const two = (part: number): string => String(part).padStart(2, "0");
  const moment = `${date}T${two(hours)}:${two(minutes)}:${two(seconds)}${fraction}${offset(match[8])}`;
  // No place on earth is a day or more away from UTC.
  return Number.isNaN(Date.parse(moment)) ? undefined : moment;
}

function offset(text: string | undefined): string {
  if (text === undefined || text === "Z") return "+00:00";
  const digits = text.slice(1).replace(":", "").padEnd(4, "0");
  return `${text[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

function dateText(year: string, month: string, day: string): string | undefined {
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const text = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const exists =
    Number(year) > 0 && date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return exists ? text : undefined;
}
