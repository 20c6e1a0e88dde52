import type { Host, Progress, Row } from "../reproduction.ts";
import { collect } from "./collect.ts";
import { mean, rounded } from "./statistics.ts";

/** One configuration of one arm. */
export interface Candidate<Spec> {
  /** The choice that it competes for. */
  choice: string;
  /** Another one that it competes for as well. */
  also?: string;
  /** What the table of tuning says of it: names, then the numbers that are chosen. */
  row: Row;
  /** Its trials, in the order of the seeds of tuning. */
  specs: readonly Spec[];
}

/**
 * Returns a candidate for each configuration of an arm.
 *
 * @param label names that the table of tuning has before the configuration
 * @param seeds one for each trial of a configuration
 */
export const candidates = <Spec, Configuration extends object, Seed = number>(
  choice: string,
  label: Row,
  grid: readonly Configuration[],
  seeds: readonly Seed[],
  specOf: (configuration: Configuration, seed: Seed) => Spec,
): Candidate<Spec>[] =>
  grid.map((configuration) => ({
    choice,
    row: { ...label, ...configuration },
    specs: seeds.map((seed) => specOf(configuration, seed)),
  }));

/** What tuning hands over; committed as `tuned.json`. */
export interface Tuned {
  rows: Row[];
  choices: Record<string, Row>;
  /** Numbers that were chosen at an end of what was tried for their choice, `"sgd: learningRate 1 of 0.1 to 1"`: wider grids might do better. */
  atEnds?: string[];
}

/** Returns what was found, together with what is committed of other values of a column than those that were tuned for. */
export function withCommitted(found: Tuned, committed: Tuned, column: string): Tuned {
  const own = new Set(Object.values(found.choices).map((choice) => choice[column]));
  const others = (row: Row): boolean => !own.has(row[column]);
  const choices = Object.entries(committed.choices).filter(([, choice]) => others(choice));
  return {
    ...found,
    rows: [...committed.rows.filter(others), ...found.rows],
    choices: { ...Object.fromEntries(choices), ...found.choices },
  };
}

/**
 * Runs all trials of the candidates: the first of each, then the second of each, so that what trials of a seed share is made once.
 *
 * @param describe what a finished trial is called in the progress
 * @returns the candidates with the results of their specs
 */
export async function* tryAll<Spec, Result, C extends { specs: readonly Spec[] }>(
  host: Pick<Host<Spec, Result>, "trials">,
  tried: readonly C[],
  describe: (spec: Spec, result: Result) => string,
): AsyncGenerator<Progress, (C & { results: Result[] })[]> {
  const most = Math.max(0, ...tried.map(({ specs }) => specs.length));
  const places = Array.from({ length: most }, (_, at) =>
    tried.flatMap(({ specs }, of) => (at < specs.length ? [{ of, spec: specs[at] }] : [])),
  ).flat();
  const specs = places.map(({ spec }) => spec);
  const found = yield* collect(host, specs, describe);
  return tried.map((one, i) => ({ ...one, results: found.filter((_, k) => places[k].of === i) }));
}

/** How candidates are judged. */
export interface Scoring<Result> {
  /** Column of the score. */
  score: string;
  scoreOf: (result: Result, row: Row) => number;
  /** Default the largest mean over the seeds. */
  best?: "largest" | "least";
  /** Of the mean, before it is compared; default to four digits. */
  round?: (mean: number) => number;
  /** Columns that the table has and the choices have not. */
  notChosen?: readonly string[];
}

/** Tries every candidate equally often; each choice is the one with the best mean score, the first of equals. */
export async function* tuneGrid<Spec, Result>(
  host: Pick<Host<Spec, Result>, "trials">,
  tried: readonly Candidate<Spec>[],
  options: Scoring<Result> & { describe: (spec: Spec, result: Result) => string },
): AsyncGenerator<Progress, Tuned> {
  return bestOf(yield* tryAll(host, tried, options.describe), options);
}

/** Returns the table of what was tried, and the best of each choice. */
export function bestOf<Result>(
  tried: readonly (Omit<Candidate<unknown>, "specs"> & { results: readonly Result[] })[],
  { score, scoreOf, best = "largest", round = rounded, notChosen = [] }: Scoring<Result>,
): Tuned {
  const rows: Row[] = [];
  const leaders = new Map<string, Row>();
  for (const { choice, also, row, results } of tried) {
    const value = round(mean(results.map((result) => scoreOf(result, row))));
    const own: Row = { ...row, [score]: value };
    rows.push(own);
    for (const name of also === undefined ? [choice] : [choice, also]) {
      const lead = leaders.get(name)?.[score];
      if (best === "least" ? value < Number(lead ?? Infinity) : value > Number(lead ?? -Infinity))
        leaders.set(name, own);
    }
  }
  const choices = [...leaders].map(([name, row]) => [
    name,
    Object.fromEntries(Object.entries(row).filter(([column]) => !notChosen.includes(column))),
  ]);
  const atEnds = [...leaders].flatMap(([name, lead]) => {
    const own = tried.filter(({ choice, also }) => choice === name || also === name).map(({ row }) => row);
    return columnsAtEnds(own, lead).map(
      ([column, [low, high]]) => `${name}: ${column} ${lead[column]} of ${low} to ${high}`,
    );
  });
  return { rows, choices: Object.fromEntries(choices), atEnds };
}

/**
 * Returns the columns in which a point has the least or the largest number of a grid, with both. An end at 0 doesn't count, since a term
 * that is left out can't be less, and neither does a column of a single number.
 *
 * @param grid its points; what isn't a number in them is passed over
 * @param point one of them
 */
export function columnsAtEnds(grid: readonly object[], point: object): [string, [number, number]][] {
  return Object.entries(point).flatMap(([column, value]): [string, [number, number]][] => {
    const values = grid.map((other) => (other as Row)[column]).filter((other) => typeof other === "number");
    const ends: [number, number] = [Math.min(...values), Math.max(...values)];
    return value !== 0 && ends[0] < ends[1] && ends.includes(value) ? [[column, ends]] : [];
  });
}
