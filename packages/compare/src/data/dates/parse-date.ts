/** Which number comes first where a date has day and month as numbers before the year: `3/12/2021`. */
export type DayOrder = "dmy" | "mdy";

/** A point in time as a cell gives it. */
export interface Moment {
  /** As written, in milliseconds of a clock without time zone: what year, month, weekday and hour are of. */
  wall: number;
  /** Milliseconds since 1970 in UTC; a cell without time zone is taken to be in UTC. */
  instant: number;
  /** False for a month without a day: `2021-03`. */
  hasDay: boolean;
  hasTime: boolean;
  hasZone: boolean;
}

/** A cell that is a date, but for the order of two numbers. */
export interface Undecided {
  first: number;
  second: number;
  mark: string;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const month =
  "(?<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?";
const weekday = "(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\\.?,? +)?";
const year = "(?<year>\\d{4}|\\d{2})";
const fullYear = "(?<year>\\d{4})";
const day = "(?<day>\\d{1,2})";
const clock =
  "(?:(?:[tT]|,? +)(?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2})(?<fraction>[.,]\\d+)?)?(?: ?(?<half>[ap])\\.?m\\.?)?(?: ?(?<zone>z|utc|gmt|[+-]\\d{2}(?::?\\d{2})?))?)?";

/** Ways of writing a date whose numbers can mean but one thing. */
const certain = [
  `(?<year>\\d{4})(?<mark>[-/.])(?<month>\\d{1,2})\\k<mark>${day}${clock}`,
  "(?<year>\\d{4})-(?<month>\\d{2})",
  `${weekday}${day}(?:st|nd|rd|th)?[-/. ] ?${month}[-/, ] ?${year}${clock}`,
  `${weekday}${month}[- ]${day}(?:st|nd|rd|th)?(?:, ?|[- ])${fullYear}${clock}`,
  `${month}[- ,] ?${fullYear}`,
  `${fullYear}[- ]${month}[- ]${day}${clock}`,
].map((shape) => new RegExp(`^${shape}$`, "i"));

const uncertain = new RegExp(
  `^(?<one>\\d{1,2})(?<mark>[-/]|\\. ?)(?<two>\\d{1,2})\\k<mark>${year}${clock}$`,
  "i",
);

/** What databases write where there is no date. */
const zero = /^0000-00-00(?:[T ]00:00:00)?$/;

/** Whether a cell says that there is no date. */
export function isZeroDate(cell: string): boolean {
  return zero.test(cell);
}

/**
 * Returns the date that a cell spells, with or without a time:
 *
 * - `2021-03-12`, `2021/3/12`, `2021.03.12`, `2021-03` (ISO 8601 and like it);
 * - `12 Mar 2021`, `12-Mar-21`, `Mar 12, 2021`, `March 2021`, `2021-Mar-12`, with a weekday before it or not (English names);
 * - `12/3/2021`, `12-03-21`, `12.3.2021`, where `order` says which number is the day.
 *
 * A time may follow (`14:05`, `14:05:30.25`, `2:05 PM`; after a space, a comma or `T`), and then a time zone (`Z`, `UTC`, `GMT`, `+02:00`,
 * `-0500`). Years of two digits are those from 1969 to 2068.
 *
 * @param order null: cells whose order is not known are undecided
 * @returns null for what is no date, such as the 30th of February
 */
export function parseDate(cell: string, order: DayOrder | null): Moment | Undecided | null {
  if (cell.length < 6 || cell.length > 48) return null;
  const match = uncertain.exec(cell);
  if (match !== null) {
    const groups = match.groups as Record<string, string | undefined>;
    const [first, second] = [Number(groups.one), Number(groups.two)];
    if (order === null) return { first, second, mark: groups.mark!.trim() };
    return momentOf(groups, order === "dmy" ? second : first, order === "dmy" ? first : second);
  }
  for (const shape of certain) {
    const groups = shape.exec(cell)?.groups as Record<string, string | undefined> | undefined;
    if (groups === undefined) continue;
    const named = groups.name === undefined ? -1 : months.indexOf(groups.name.slice(0, 3).toLowerCase());
    return momentOf(groups, named < 0 ? Number(groups.month) : named + 1, groups.day);
  }
  return null;
}

function momentOf(
  groups: Record<string, string | undefined>,
  month: number,
  day: string | number | undefined,
): Moment | null {
  const short = Number(groups.year);
  const year = groups.year!.length === 4 ? short : short < 69 ? 2000 + short : 1900 + short;
  const time = timeOf(groups);
  if (time === null || month < 1 || month > 12 || year < 1) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, Number(day ?? 1));
  // Days that the month doesn't have are those of the next.
  if (date.getUTCMonth() !== month - 1 || Number(day ?? 1) < 1) return null;
  const wall = date.getTime() + time.milliseconds;
  return {
    wall,
    instant: wall - time.offset,
    hasDay: day !== undefined,
    hasTime: groups.hour !== undefined,
    hasZone: groups.zone !== undefined,
  };
}

const minuteOf = 60_000;

function timeOf({ hour, minute, second, fraction, half, zone }: Record<string, string | undefined>) {
  if (hour === undefined) return { milliseconds: 0, offset: 0 };
  let hours = Number(hour);
  if (half !== undefined) {
    if (hours < 1 || hours > 12) return null;
    hours = (hours % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  }
  const [minutes, seconds] = [Number(minute), Number(second ?? 0)];
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  const rest = fraction === undefined ? 0 : Math.floor(1000 * Number(`0.${fraction.slice(1)}`));
  const digits = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone ?? "");
  const offset =
    digits === null
      ? 0
      : Number(`${digits[1]}1`) * (60 * Number(digits[2]) + Number(digits[3] ?? 0)) * minuteOf;
  return { milliseconds: (60 * hours + minutes) * minuteOf + 1000 * seconds + rest, offset };
}

/** Reads numbers that stand for dates: `20210312`, seconds or milliseconds since 1970. Null for others. */
export function dateOfNumber(value: number): Moment | null {
  if (!Number.isFinite(value)) return null;
  const digits = String(Math.trunc(value));
  if (Number.isInteger(value) && /^[12]\d{7}$/.test(digits)) {
    const [year, month, day] = [digits.slice(0, 4), Number(digits.slice(4, 6)), digits.slice(6)];
    return momentOf({ year }, month, day);
  }
  const milliseconds = /^\d{9,10}$/.test(digits)
    ? 1000 * value
    : /^\d{12,13}$/.test(digits)
      ? value
      : Number.NaN;
  if (Number.isNaN(milliseconds)) return null;
  return { wall: milliseconds, instant: milliseconds, hasDay: true, hasTime: true, hasZone: true };
}
