// The proleptic Gregorian calendar: days, ordinals and ISO weeks, as `datetime` counts them.

export const MINYEAR = 1;
export const MAXYEAR = 9999;
/** `date.max.toordinal()`. */
export const MAXORDINAL = 3652059;
/** `date(1970, 1, 1).toordinal()`. */
export const EPOCH_ORDINAL = 719163;

const DAYS_IN_MONTH = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAYS_BEFORE_MONTH = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

export function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : (DAYS_IN_MONTH[month] as number);
}
/** Days of the year before the first of the month. */
export function daysBeforeMonth(year: number, month: number): number {
  return (DAYS_BEFORE_MONTH[month] as number) + (month > 2 && isLeap(year) ? 1 : 0);
}
function daysBeforeYear(year: number): number {
  const y = year - 1;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
}

/** Number of the day; 0001-01-01 is day 1. */
export function ordinalOf(year: number, month: number, day: number): number {
  return daysBeforeYear(year) + daysBeforeMonth(year, month) + day;
}

/** Year, month and day of an ordinal; of any, also before year 1. */
export function fromOrdinal(ordinal: number): [year: number, month: number, day: number] {
  // 400 years always have the same number of days, and so nearly have 100, 4 and 1.
  let n = ordinal - 1;
  const n400 = Math.floor(n / 146097);
  n -= n400 * 146097;
  const n100 = Math.floor(n / 36524);
  n -= n100 * 36524;
  const n4 = Math.floor(n / 1461);
  n -= n4 * 1461;
  const n1 = Math.floor(n / 365);
  n -= n1 * 365;
  const year = n400 * 400 + n100 * 100 + n4 * 4 + n1 + 1;
  // The last day of a leap cycle.
  if (n1 === 4 || n100 === 4) return [year - 1, 12, 31];
  let month = Math.min(12, (n + 50) >> 5);
  let before = daysBeforeMonth(year, month);
  if (before > n) {
    month -= 1;
    before = daysBeforeMonth(year, month);
  }
  return [year, month, n - before + 1];
}

/** Monday is 0. */
export function weekdayOf(year: number, month: number, day: number): number {
  return (ordinalOf(year, month, day) + 6) % 7;
}

/** Ordinal of the Monday on which ISO week 1 of the year begins. */
export function isoFirstMonday(year: number): number {
  const first = ordinalOf(year, 1, 1);
  const weekday = (first + 6) % 7;
  return first - weekday + (weekday > 3 ? 7 : 0);
}

/** ISO year, week and weekday (Monday is 1). */
export function isoCalendar(
  year: number,
  month: number,
  day: number,
): [year: number, week: number, day: number] {
  const today = ordinalOf(year, month, day);
  let isoYear = year;
  let monday = isoFirstMonday(isoYear);
  if (today < monday) {
    isoYear -= 1;
    monday = isoFirstMonday(isoYear);
  } else if (today >= isoFirstMonday(isoYear + 1)) {
    isoYear += 1;
    monday = isoFirstMonday(isoYear);
  }
  const days = today - monday;
  return [isoYear, Math.floor(days / 7) + 1, (days % 7) + 1];
}

/** Has the ISO year 53 weeks? */
export function hasLongYear(year: number): boolean {
  const first = (ordinalOf(year, 1, 1) + 6) % 7;
  return first === 3 || (first === 2 && isLeap(year));
}
