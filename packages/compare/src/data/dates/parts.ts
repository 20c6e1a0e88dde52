import type { CategoricalFeature, DatePart, NumericFeature } from "../dataset.ts";
import type { DateColumn } from "./date-column.ts";

const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const hours = Array.from({ length: 24 }, (_, hour) => String(hour));
const millisecondsOfDay = 86_400_000;

/** What is made of a date: days since 1970 with their fraction, a trend; and what recurs, of the time as it is written. */
export const dateParts = ["days", "year", "month", "weekday", "hour"] as const;

/** Parts whose numbers stand for names, which are levels. */
const named: Partial<Record<DatePart["part"], readonly string[]>> = {
  month: months,
  weekday: weekdays,
  hour: hours,
};

/** Returns a part of a date: a number, or a place among the levels of the part. */
export function partOf(part: DatePart["part"], { wall, instant }: { wall: number; instant: number }): number {
  const date = new Date(wall);
  switch (part) {
    case "days":
      return instant / millisecondsOfDay;
    case "year":
      return date.getUTCFullYear();
    case "month":
      return date.getUTCMonth();
    case "weekday":
      return (date.getUTCDay() + 6) % 7;
    case "hour":
      return date.getUTCHours();
  }
}

/** Returns the level of a part of a date that is one of names. */
export function levelOfPart(part: DatePart["part"], moment: { wall: number; instant: number }): string {
  return named[part]![partOf(part, moment)]!;
}

/**
 * Returns the inputs that a column of dates becomes: days since 1970, which is always there, and of year, month, weekday and hour those
 * that differ between rows.
 *
 * @param isTaken whether another column has a name, which the inputs keep clear of
 */
export function featuresOfDates(
  name: string,
  dates: DateColumn,
  isTaken: (name: string) => boolean,
): (NumericFeature | CategoricalFeature)[] {
  const { walls, instants, order, hasDay, hasTime } = dates;
  return dateParts.flatMap((part): (NumericFeature | CategoricalFeature)[] => {
    if ((part === "weekday" && !hasDay) || (part === "hour" && !hasTime)) return [];
    const values = walls.map((wall, row) =>
      Number.isNaN(wall) ? Number.NaN : partOf(part, { wall, instant: instants[row]! }),
    );
    const seen = new Set(values);
    seen.delete(Number.NaN);
    if (part !== "days" && seen.size < 2) return [];
    let own = `${name} ${part}`;
    while (isTaken(own)) own += " (date)";
    const common = { name: own, why: `${part} of a date`, date: { column: name, part, order } };
    const all = named[part];
    if (all === undefined) return [{ kind: "numeric", values, ...common }];
    const kept = [...all.keys()].filter((place) => seen.has(place));
    const codes = Int32Array.from(values, (value) => (Number.isNaN(value) ? -1 : kept.indexOf(value)));
    return [{ kind: "categorical", codes, levels: kept.map((place) => all[place]!), ...common }];
  });
}
