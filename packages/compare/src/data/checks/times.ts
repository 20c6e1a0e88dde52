import type { Note, Settings } from "../../results.ts";
import { columnsWord, quotedWord } from "../../shell-words.ts";
import type { Dataset, Feature } from "../dataset.ts";
import { dateOfNumber } from "../dates/parse-date.ts";
import { sampleOf } from "../sample-of.ts";

/** This many values show what the others are like. */
const mostLooked = 1000;

/** What columns of times are called. */
const named =
  /(^|[\s_.-])(date|datetime|time|timestamp|ts|epoch|day)([\s_.-]at)?$|(^|[\s_.-])(date|time)[\s_.-]/i;

/**
 * Finds columns that say when a row was, where no split uses them, and numbers that look like dates. Folds at random train on rows from
 * after those that they test on, which flatters a model that is meant for later ones.
 */
export function times(dataset: Dataset, { time, test }: Pick<Settings, "time" | "test">): Note[] {
  const [first, ...others] = dataset.features
    .flatMap((feature) =>
      feature.kind === "numeric" && feature.date?.part === "days"
        ? [{ column: feature.date.column, without: feature.values.filter(Number.isNaN).length }]
        : [],
    )
    // Only a column with a value in every row can be gone by.
    .sort((a, b) => a.without - b.without);
  const notes = dataset.features.filter(isLikeDates).map(
    ({ name }): Note => ({
      level: "warning",
      column: name,
      text: `its numbers look like dates: --types ${columnsWord([name], "=date")} reads them as such`,
    }),
  );
  if (time !== null || test !== null || first === undefined) return notes;
  const { column, without } = first;
  const or = others.length === 0 ? "" : ` (or ${others.map((one) => one.column).join(", ")})`;
  const fair =
    without === 0
      ? `--time ${quotedWord(column)} is the fair test`
      : `--time ${quotedWord(column)} would be the fair test, but ${rowsWithout(without, dataset.rows)}: leave such rows out`;
  const text = `says when each row was${or}, and folds at random train on later rows than they test on: if the model is meant for later rows, ${fair}`;
  return [...notes, { level: "warning", about: "leak", column, text }];
}

const rowsWithout = (n: number, rows: number): string =>
  `${n} of ${rows} rows ${n === 1 ? "has" : "have"} no value there`;

function isLikeDates(feature: Feature): boolean {
  if (feature.kind !== "numeric" || feature.date !== undefined || !named.test(feature.name)) return false;
  const looked = sampleOf(feature.values.length, mostLooked);
  return looked.every((row) => Number.isNaN(feature.values[row]!) || isDate(feature.values[row]!));
}

/** From 1980 to 2100: other whole numbers of as many digits hardly are. */
function isDate(value: number): boolean {
  const year = new Date(dateOfNumber(value)?.wall ?? Number.NaN).getUTCFullYear();
  return year >= 1980 && year <= 2100;
}
