// What a TZif file says: transitions, local time types, and the rule for the time after (RFC 9636).
import { valueError } from "../exceptions.ts";
import { charge } from "../state.ts";
import { type LocalTimeType, localTimeType, readRule, ZoneRule } from "./zone-rules.ts";

/** A zone's history and future. */
export interface ZoneData {
  /** Seconds since the epoch. */
  readonly transitions: readonly number[];
  /** The same on the local clock, for fold 0 and fold 1. */
  readonly local: readonly [readonly number[], readonly number[]];
  /** What holds from each transition on. */
  readonly types: readonly LocalTimeType[];
  readonly before: LocalTimeType;
  readonly after: LocalTimeType | ZoneRule;
  /** The same at all times. */
  readonly isFixed: boolean;
}

class Reader {
  private readonly text: string;
  at = 0;
  constructor(text: string) {
    this.text = text;
  }
  byte(): number {
    const code = this.text.charCodeAt(this.at++);
    if (Number.isNaN(code)) throw valueError("Invalid TZif file: it ends too early");
    return code;
  }
  int32(): number {
    return (this.byte() << 24) | (this.byte() << 16) | (this.byte() << 8) | this.byte();
  }
  int64(): number {
    const high = this.int32();
    return high * 4294967296 + (this.int32() >>> 0);
  }
  take(count: number): string {
    const part = this.text.slice(this.at, this.at + count);
    this.at += count;
    return part;
  }
  rest(): string {
    return this.text.slice(this.at);
  }
}

interface Header {
  readonly version: number;
  readonly isUtc: number;
  readonly isStandard: number;
  readonly leaps: number;
  readonly transitions: number;
  readonly types: number;
  readonly characters: number;
}
function readHeader(reader: Reader): Header {
  if (reader.take(4) !== "TZif") throw valueError("Invalid TZif file: magic not found");
  const version = reader.byte() === 0 ? 1 : 2;
  reader.at += 15;
  const [isUtc, isStandard, leaps, transitions, types, characters] = Array.from({ length: 6 }, () =>
    reader.int32(),
  ) as [number, number, number, number, number, number];
  return { version, isUtc, isStandard, leaps, transitions, types, characters };
}

/** Reads a file. */
export function readZone(text: string): ZoneData {
  const reader = new Reader(text);
  let header = readHeader(reader);
  const wide = header.version >= 2;
  if (wide) {
    // Everything is there twice: first with times of 32 bits.
    reader.at +=
      header.transitions * 5 +
      header.types * 6 +
      header.characters +
      header.leaps * 8 +
      header.isStandard +
      header.isUtc;
    header = readHeader(reader);
  }
  const times = <T>(count: number, read: () => T): T[] => Array.from({ length: count }, read);
  charge(header.transitions);
  const transitions = times(header.transitions, () => (wide ? reader.int64() : reader.int32()));
  const indices = times(header.transitions, () => reader.byte());
  const records = times(header.types, () => ({
    utcoff: reader.int32(),
    isDst: reader.byte() !== 0,
    name: reader.byte(),
  }));
  const names = reader.take(header.characters);
  reader.at += header.leaps * (wide ? 12 : 8) + header.isStandard + header.isUtc;
  const footer = wide ? (/^\n([^\n]*)\n/.exec(reader.rest())?.[1] ?? "") : "";

  const savings = savingsOf(indices, records);
  const all = records.map(({ utcoff, name }, i) =>
    localTimeType(utcoff, savings[i] as number, names.slice(name, names.indexOf("\0", name))),
  );
  const types = indices.map((index) => all[index] as LocalTimeType);
  const firstStandard = records.findIndex(({ isDst }) => !isDst);
  const before = all[firstStandard] ?? types[0] ?? all[0];
  const last = types.at(-1) ?? all.at(-1);
  if (before === undefined || last === undefined) throw valueError("No time zone information found.");
  const after = footer === "" ? last : readRule(footer);
  return {
    transitions,
    local: localTransitions(transitions, indices, records),
    types,
    before,
    after,
    isFixed: all.length <= 1 && !(after instanceof ZoneRule) && alike(all[0] ?? after, after),
  };
}
function alike(a: LocalTimeType, b: LocalTimeType): boolean {
  return a.utcoff === b.utcoff && a.dst.seconds === b.dst.seconds && a.name === b.name;
}

interface TypeRecord {
  readonly utcoff: number;
  readonly isDst: boolean;
}

/**
 * Seconds of daylight saving of each type. Files do not say them: they are the difference to the standard time next to
 * a transition, and an hour where none is found.
 */
function savingsOf(indices: readonly number[], records: readonly TypeRecord[]): number[] {
  const savings: number[] = records.map(() => 0);
  const record = (at: number): TypeRecord => records[indices[at] as number] as TypeRecord;
  for (let i = 1; i < indices.length; i++) {
    const index = indices[i] as number;
    const { utcoff, isDst } = record(i);
    if (!isDst || savings[index] !== 0) continue;
    const previous = record(i - 1);
    let saving = previous.isDst ? 0 : utcoff - previous.utcoff;
    if (saving === 0 && index < records.length - 1 && i + 1 < indices.length) {
      const next = record(i + 1);
      // The next may be daylight saving, too: then a later transition tells.
      if (next.isDst) continue;
      saving = utcoff - next.utcoff;
    }
    savings[index] = saving;
  }
  return savings.map((saving, i) => (saving === 0 && records[i]?.isDst === true ? 3600 : saving));
}

/** Transitions on the local clock: by the larger offset of the two around it for fold 0, by the smaller for fold 1. */
function localTransitions(
  transitions: readonly number[],
  indices: readonly number[],
  records: readonly TypeRecord[],
): [number[], number[]] {
  const offset = (at: number): number => (records[at < 0 ? 0 : (indices[at] as number)] as TypeRecord).utcoff;
  const around = (i: number): [number, number] => [offset(i - 1), offset(i)];
  return [
    transitions.map((time, i) => time + Math.max(...around(i))),
    transitions.map((time, i) => time + Math.min(...around(i))),
  ];
}

/** How many of the sorted times are not after `time`. */
function countUpTo(times: readonly number[], time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What holds at a local time (seconds since the epoch on the local clock). */
export function typeAt(zone: ZoneData, local: number, year: number, fold: number): LocalTimeType {
  const times = zone.local[fold === 0 ? 0 : 1];
  const count = countUpTo(times, local);
  if (times.length > 0 && count === 0) return zone.before;
  // The rule's time begins after the last transition, not with it.
  if (times.length === 0 || local > (times.at(-1) as number)) {
    return zone.after instanceof ZoneRule ? zone.after.at(local, year, fold) : zone.after;
  }
  return zone.types[count - 1] as LocalTimeType;
}

/** What holds at a time of UTC, and whether the local time is the second of its kind. */
export function typeAtUtc(zone: ZoneData, time: number, year: number): [type: LocalTimeType, fold: boolean] {
  const { transitions, types, after } = zone;
  const size = transitions.length;
  const count = countUpTo(transitions, time);
  if (size > 0 && count === 0) return [zone.before, false];
  const previous = (at: number): LocalTimeType => (at >= 2 ? (types[at - 2] as LocalTimeType) : zone.before);
  const isSecond = (type: LocalTimeType, at: number): boolean =>
    time - (transitions[at - 1] as number) < previous(at).utcoff - type.utcoff;
  if (size === 0 || time > (transitions[size - 1] as number)) {
    const [type, fold] = after instanceof ZoneRule ? after.atUtc(time, year) : [after, false];
    return [type, fold || (size > 0 && isSecond(type, size))];
  }
  const type = types[count - 1] as LocalTimeType;
  return [type, isSecond(type, count)];
}
