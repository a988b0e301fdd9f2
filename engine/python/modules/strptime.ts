// Times from text by a format: `time.strptime` and `datetime.strptime`, as the library's `_strptime` reads them in the
// C locale. A format becomes a regular expression with a group for each directive.
import { typeError, valueError } from "../exceptions.ts";
import { call } from "../function.ts";
import { parseIntText } from "../integer-text.ts";
import { asStr, type PyType, type PyValue, typeOf } from "../object.ts";
import { repr } from "../representation.ts";
import { charge } from "../state.ts";
import { textLength } from "../text.ts";
import { isSpace } from "../unicode.ts";
import { fromOrdinal, isLeap, ordinalOf, weekdayOf } from "./datetime-calendar.ts";
import { isoWeekDate } from "./datetime-iso.ts";
import { checkDate } from "./datetime-objects.ts";
import { timedelta } from "./datetime-timedelta.ts";
import { timezone } from "./datetime-zone.ts";
import { compile, PyMatch } from "./re.ts";
import { MONTHS, WEEKDAYS } from "./time-format.ts";
import { structTime } from "./time-struct.ts";

const IGNORECASE = 2;

const short = (names: readonly string[]): string[] => names.map((name) => name.slice(0, 3).toLowerCase());
const fullWeekdays = [...WEEKDAYS.slice(1), WEEKDAYS[0]].map((name) => name.toLowerCase());
const shortWeekdays = short(fullWeekdays);
const fullMonths = MONTHS.map((name) => name.toLowerCase());
const shortMonths = short(fullMonths);
/** Alternatives, the longest first: none hides another. */
function oneOf(names: readonly string[], directive: string): string {
  return `(?P<${directive}>${[...names].sort((a, b) => b.length - a.length).join("|")})`;
}
const week = (directive: string): string => `(?P<${directive}>5[0-3]|[0-4]\\d|\\d)`;

const PATTERNS: ReadonlyMap<string, string> = new Map([
  ["d", "(?P<d>3[0-1]|[1-2]\\d|0[1-9]|[1-9]| [1-9])"],
  ["f", "(?P<f>[0-9]{1,6})"],
  ["H", "(?P<H>2[0-3]|[0-1]\\d|\\d)"],
  ["I", "(?P<I>1[0-2]|0[1-9]|[1-9])"],
  ["G", "(?P<G>\\d\\d\\d\\d)"],
  ["j", "(?P<j>36[0-6]|3[0-5]\\d|[1-2]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9])"],
  ["m", "(?P<m>1[0-2]|0[1-9]|[1-9])"],
  ["M", "(?P<M>[0-5]\\d|\\d)"],
  ["S", "(?P<S>6[0-1]|[0-5]\\d|\\d)"],
  ["U", week("U")],
  ["W", week("W")],
  ["w", "(?P<w>[0-6])"],
  ["u", "(?P<u>[1-7])"],
  ["V", "(?P<V>5[0-3]|0[1-9]|[1-4]\\d|\\d)"],
  ["y", "(?P<y>\\d\\d)"],
  ["Y", "(?P<Y>\\d\\d\\d\\d)"],
  ["z", "(?P<z>[+-]\\d\\d:?[0-5]\\d(:?[0-5]\\d(\\.\\d{1,6})?)?|(?-i:Z))"],
  ["A", oneOf(fullWeekdays, "A")],
  ["a", oneOf(shortWeekdays, "a")],
  ["B", oneOf(fullMonths, "B")],
  ["b", oneOf(shortMonths, "b")],
  ["p", oneOf(["am", "pm"], "p")],
  ["Z", oneOf(["utc", "gmt"], "Z")],
  ["%", "%"],
]);
const COMPOSED: ReadonlyMap<string, string> = new Map([
  ["c", "%a %b %d %H:%M:%S %Y"],
  ["x", "%m/%d/%y"],
  ["X", "%H:%M:%S"],
]);

/** A run of white space becomes `\s+`, everything special to regular expressions is escaped. */
function escaped(format: string): string {
  let out = "";
  let inSpace = false;
  for (const char of format) {
    const space = isSpace(char.codePointAt(0) as number);
    if (!space) out += "\\.^$*+?(){}[]|".includes(char) ? `\\${char}` : char;
    else if (!inSpace) out += "\\s+";
    inSpace = space;
  }
  return out;
}
function pattern(format: string): string {
  let out = "";
  let rest = escaped(format);
  for (let at = rest.indexOf("%"); at >= 0; at = rest.indexOf("%")) {
    charge(1);
    const point = rest.codePointAt(at + 1);
    if (point === undefined) throw valueError(`stray % in format '${format}'`);
    const directive = String.fromCodePoint(point);
    const composed = COMPOSED.get(directive);
    const regex = composed === undefined ? PATTERNS.get(directive) : pattern(composed);
    if (regex === undefined) {
      // What was escaped is shown as the percent sign before it.
      const shown = directive === "\\" ? "%" : directive;
      throw valueError(`'${shown}' is a bad directive in format '${format}'`);
    }
    out += rest.slice(0, at) + regex;
    rest = rest.slice(at + 1 + directive.length);
  }
  return out + rest;
}

/** What a text says. */
interface Parsed {
  readonly day: [year: number, month: number, day: number];
  readonly clock: [hour: number, minute: number, second: number];
  readonly microsecond: number;
  /** Monday is 0. */
  readonly weekday: number;
  /** From 1. */
  readonly dayOfYear: number;
  readonly isDst: number;
  readonly zone: string | null;
  readonly offset: [seconds: number, microseconds: number] | null;
}

function offsetOf(text: string): [number, number] {
  if (text === "Z") return [0, 0];
  let digits = text;
  if (digits[3] === ":") {
    digits = digits.slice(0, 3) + digits.slice(4);
    if (digits.length > 5) {
      if (digits[5] !== ":") throw valueError(`Inconsistent use of : in ${text}`);
      digits = digits.slice(0, 5) + digits.slice(6);
    }
  }
  const int = (part: string): number => Number(parseIntText(part, 10) ?? 0);
  const seconds =
    int(digits.slice(1, 3)) * 3600 + int(digits.slice(3, 5)) * 60 + int(digits.slice(5, 7) || "0");
  const microseconds = int(digits.slice(8).padEnd(6, "0"));
  return digits.startsWith("-") ? [-seconds, -microseconds] : [seconds, microseconds];
}

/** Day of the year by week and weekday; weeks begin on Sunday (`%U`) or Monday (`%W`). */
function dayOfWeek(year: number, weekOfYear: number, weekday: number, fromMonday: boolean): number {
  checkDate(year, 1, 1);
  const shift = fromMonday ? 0 : 1;
  const first = (weekdayOf(year, 1, 1) + shift) % 7;
  const day = (weekday + shift) % 7;
  if (weekOfYear === 0) return 1 + day - first;
  return 1 + ((7 - first) % 7) + 7 * (weekOfYear - 1) + day;
}

/** Reads a text by a format. */
function parse(dataValue: PyValue, formatValue: PyValue): Parsed {
  const [data, format] = [asStr(dataValue), asStr(formatValue)];
  const bad = (position: number, value: PyValue) =>
    typeError(`strptime() argument ${position} must be str, not ${repr(typeOf(value))}`);
  if (data === undefined) throw bad(0, dataValue);
  if (format === undefined) throw bad(1, formatValue);
  const compiled = compile(pattern(format), IGNORECASE);
  const subject = compiled.subject(data);
  const spans = compiled.one(subject, 0, data.length, "match");
  if (spans === null) throw valueError(`time data ${repr(data)} does not match format ${repr(format)}`);
  const match = new PyMatch(compiled, subject, spans, 0, textLength(data));
  const end = spans[1] as number;
  if (end !== data.length) throw valueError(`unconverted data remains: ${data.slice(end)}`);
  const found = new Map<string, string>();
  for (const [name, number] of compiled.compiled.groupindex) found.set(name, match.group(number) as string);
  return complete(found);
}

function complete(found: ReadonlyMap<string, string>): Parsed {
  const int = (name: string): number | undefined => {
    const text = found.get(name);
    return text === undefined ? undefined : Number(parseIntText(text, 10));
  };
  const named = (name: string, names: readonly string[]): number | undefined => {
    const text = found.get(name);
    return text === undefined ? undefined : names.indexOf(text.toLowerCase());
  };
  let year: number | undefined;
  let month = 1;
  let weekday: number | undefined;
  let weekOfYear: [week: number, fromMonday: boolean] | undefined;
  let hour = 0;
  // Later directives outweigh earlier ones.
  for (const name of found.keys()) {
    switch (name) {
      case "y":
        year = int("y") as number;
        year += year <= 68 ? 2000 : 1900;
        break;
      case "Y":
        year = int("Y");
        break;
      case "m":
        month = int("m") as number;
        break;
      case "B":
        month = (named("B", fullMonths) as number) + 1;
        break;
      case "b":
        month = (named("b", shortMonths) as number) + 1;
        break;
      case "H":
        hour = int("H") as number;
        break;
      case "I": {
        const twelve = (int("I") as number) % 12;
        hour = found.get("p")?.toLowerCase() === "pm" ? twelve + 12 : twelve;
        break;
      }
      case "A":
        weekday = named("A", fullWeekdays);
        break;
      case "a":
        weekday = named("a", shortWeekdays);
        break;
      case "w":
        weekday = ((int("w") as number) + 6) % 7;
        break;
      case "u":
        weekday = (int("u") as number) - 1;
        break;
      case "U":
      case "W":
        weekOfYear = [int(name) as number, name === "W"];
        break;
      default:
        break;
    }
  }
  const zoneText = found.get("z");
  const offset = zoneText === undefined ? null : offsetOf(zoneText);
  const zone = found.get("Z") ?? null;
  const isoYear = int("G");
  const isoWeek = int("V");
  let julian = int("j");
  let day = int("d") ?? 1;
  checkIso(isoYear, isoWeek, { year, julian, weekday });

  // 1904 is a leap year: 29 February without a year is a day of it, for now.
  const leapDay = year === undefined && month === 2 && day === 29;
  let known = year ?? (leapDay ? 1904 : 1900);
  if (julian === undefined && weekday !== undefined) {
    if (weekOfYear !== undefined) julian = dayOfWeek(known, weekOfYear[0], weekday, weekOfYear[1]);
    else if (isoYear !== undefined && isoWeek !== undefined)
      [known, month, day] = isoWeekDate(isoYear, isoWeek, weekday + 1);
    if (julian !== undefined && julian <= 0) {
      known -= 1;
      julian += isLeap(known) ? 366 : 365;
    }
  }
  if (julian === undefined) {
    checkDate(known, month, day);
    julian = ordinalOf(known, month, day) - ordinalOf(known, 1, 1) + 1;
  } else {
    checkDate(known, 1, 1);
    [known, month, day] = fromOrdinal(julian - 1 + ordinalOf(known, 1, 1));
    checkDate(known, month, day);
  }
  return {
    day: [leapDay ? 1900 : known, month, day],
    clock: [hour, int("M") ?? 0, int("S") ?? 0],
    microsecond: Number((found.get("f") ?? "").padEnd(6, "0")),
    weekday: weekday ?? weekdayOf(known, month, day),
    dayOfYear: julian,
    isDst: zone === null ? -1 : 0,
    zone,
    offset,
  };
}

/** ISO years and weeks need one another and a weekday. */
function checkIso(
  isoYear: number | undefined,
  isoWeek: number | undefined,
  other: { year: number | undefined; julian: number | undefined; weekday: number | undefined },
): void {
  const needs = (what: string, partner: string): string =>
    `ISO ${what} must be used with the ISO ${partner} and a weekday directive ('%A', '%a', '%w', or '%u').`;
  if (isoYear !== undefined) {
    if (other.julian !== undefined)
      throw valueError(
        "Day of the year directive '%j' is not compatible with ISO year directive '%G'. Use '%Y' instead.",
      );
    if (isoWeek === undefined || other.weekday === undefined)
      throw valueError(needs("year directive '%G'", "week directive '%V'"));
  } else if (isoWeek !== undefined) {
    if (other.year === undefined || other.weekday === undefined)
      throw valueError(needs("week directive '%V'", "year directive '%G'"));
    throw valueError(
      "ISO week directive '%V' is incompatible with the year directive '%Y'. Use the ISO year '%G' instead.",
    );
  }
}

/** `time.strptime`. */
export function strptimeStruct(data: PyValue, format: PyValue = "%a %b %d %H:%M:%S %Y"): PyValue {
  const { day, clock, weekday, dayOfYear, isDst, zone, offset } = parse(data, format);
  return structTime([...day, ...clock, weekday, dayOfYear, isDst], zone, offset === null ? null : offset[0]);
}
/** `datetime.strptime` of a class. */
export function strptimeDateTime(cls: PyType, data: string, format: string): PyValue {
  const { day, clock, microsecond, zone, offset } = parse(data, format);
  const args: PyValue[] = [...day, ...clock, microsecond];
  if (offset !== null) args.push(timezone(timedelta(0, ...offset), zone === "" ? null : zone));
  return call(cls, args, null);
}
