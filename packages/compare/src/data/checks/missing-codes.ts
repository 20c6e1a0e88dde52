import { quoted } from "../../data-error.ts";
import type { Note } from "../../results.ts";
import { columnsWord } from "../../shell-words.ts";
import type { Dataset, NumericFeature } from "../dataset.ts";
import { sampleOf } from "../sample-of.ts";

/** Numbers that people write where they have none, in addition to 0. */
const codes = new Set([-1, -9, -99, -999, -9999, 99, 999, 9999, 99999]);

/** More rows do not say more about what is usual. */
const mostRows = 20_000;

/** This many different values nearest to a code show how close values usually are. */
const neighbours = 10;

/** More columns than this are counted, not named. */
const mostNamed = 8;

/** A code is this many of those distances away from all other values, and this share of the way to the middle one. */
const [apart, away] = [3, 0.1];

/** Rarer than this, a value apart from the others is an outlier. */
const fewest = 5;

/**
 * Finds values that look like codes for missing ones: 0, -1, 99, -999 and similar values. They are apart from all other values of their
 * column, at its end, and occur at least five times (of more than 20,000 rows, in a sample of about so many). A count that begins at 0 has
 * a 1 next to it, so that its 0 isn't apart.
 *
 * @returns a note for each such value, with the option that reads it as missing
 */
export function missingCodes({ features, rows }: Dataset): Note[] {
  const sample = sampleOf(rows, mostRows);
  const found = features.flatMap((feature) => {
    const value = feature.kind === "numeric" ? codeOf(feature, sample) : null;
    return value === null ? [] : [{ ...(feature as NumericFeature), value }];
  });
  return [...Map.groupBy(found, ({ value }) => value)].map(([value, columns]): Note => {
    const counts = columns.map(({ values }) => values.reduce((n, v) => n + Number(v === value), 0));
    const word = columnsWord(
      columns.map(({ name }) => name),
      `=${value}`,
    );
    const advice = `if ${value} stands for a missing value, add --missing ${word}`;
    const [{ name: column }] = columns;
    if (columns.length === 1)
      return {
        ...{ level: "warning", column, missing: word },
        text: `${counts[0]} of ${rows} values are ${value}, far from all others; ${advice}`,
      };
    const where = columns
      .slice(0, mostNamed)
      .map(({ name }, i) => `${quoted(name)} (${counts[i]}${i === 0 ? ` of ${rows} rows` : ""})`);
    const more = columns.length - where.length;
    const text = `the value ${value} is far from all others in ${where.join(", ")}${more > 0 ? ` and ${more} more` : ""}; ${advice}`;
    return { level: "warning", text, missing: word };
  });
}

function codeOf({ values }: NumericFeature, sample: Int32Array): number | null {
  const present = Float64Array.from(sample, (row) => values[row]!)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const different = present.filter((value, i) => i === 0 || value !== present[i - 1]);
  if (different.length <= neighbours) return null;
  for (const side of [different, different.toReversed()]) {
    const [value, nearest] = side as unknown as [number, number];
    if (value !== 0 && !codes.has(value)) continue;
    const others = present.filter((other) => other !== value);
    if (present.length - others.length < fewest) continue;
    const gap = Math.abs(nearest - value);
    const usual = Math.abs(side[neighbours]! - nearest) / (neighbours - 1);
    const middle = others[others.length >> 1]!;
    if (gap < apart * usual || gap < away * Math.abs(middle - value)) continue;
    // Among numbers of both signs a negative one is a number, unless it is farther away than they are from each other.
    const spread = Math.abs(side.at(-1)! - nearest);
    if (value < 0 && nearest < 0 && gap < spread) continue;
    return value;
  }
  return null;
}
