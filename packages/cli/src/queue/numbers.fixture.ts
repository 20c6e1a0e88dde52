/* Runs of trials that only count: what a queue promises shows in them sooner than in training. */
import type { Database } from "../store/database.ts";
import { sqlTrials } from "../store/sql-trials.ts";
import type { Environment } from "./environment.ts";
import type { Jobs } from "./jobs.ts";
import { finishRun, type Run } from "./run-store.ts";
import { type Answered, type SharedTrials, shareTrials } from "./shared-trials.ts";
import { submitRun } from "./submit.ts";

/** The environment of all workers of numbers. */
export const environment: Environment = {
  versions: { minimand: "1.0.0", node: "24.0.0" },
  engine: { name: "wasm", version: "1.0.0", threads: 1 },
  code: "the same",
};

/** What is asked for: the results of some numbers, and then those of as many that nobody knows before. */
export interface NumbersRequest {
  numbers: number[];
  name: string;
}

/** Puts a run of numbers into a store. */
export function submitNumbers(database: Database, jobs: Jobs, request: NumbersRequest): Promise<string> {
  const title = `numbers ${request.name}`;
  const rest = { attached: [], typed: [], origins: [], files: new Map() };
  return submitRun(database, jobs, { kind: "compare", title, request, environment, ...rest });
}

/** What a trial of a number gives. */
export const resultOf = (n: number): number => 3 * n + 1;

/** The second stage needs all of the first. */
const furtherOf = (numbers: readonly number[], first: readonly (number | string)[]): number[] => {
  const sum = first.reduce<number>((total, one) => total + (typeof one === "number" ? one : 0), 0);
  return numbers.map((n) => 1000 * sum + n);
};

/** What comes of a run that nothing disturbs; some numbers fail with a reason. */
export function undisturbed(
  numbers: readonly number[],
  failing: ReadonlyMap<number, string> = new Map(),
): (number | string)[] {
  const outcome = (n: number): number | string => failing.get(n) ?? resultOf(n);
  const first = numbers.map(outcome);
  return [...first, ...furtherOf(numbers, first).map(outcome)];
}

/** The trials of a run of numbers, as its coordinator has them. */
export function sharedNumbers(
  database: Database,
  jobs: Jobs,
  run: Pick<Run, "id" | "house">,
  signal: AbortSignal,
): SharedTrials<number> {
  const store = sqlTrials(database, (value): value is number => typeof value === "number");
  return shareTrials({ database, jobs, run: run.id, house: run.house, store, signal });
}

/** Asks for trials of numbers, and has the outcome of each, a reason where it failed. */
export async function outcomesOf(
  shared: SharedTrials<number>,
  numbers: readonly number[],
): Promise<(number | string)[]> {
  const outcomes: (number | string)[] = [];
  const asked = numbers.map((n) => ({ key: { n }, job: n }));
  for await (const answer of shared.compute(asked)) outcomes[answer.index] = outcomeOf(answer);
  return outcomes;
}

const outcomeOf = (answer: Answered<number>): number | string =>
  "failed" in answer ? answer.failed : answer.kept;

/** Coordinates a run of numbers: two stages, and a file with all outcomes. */
export async function coordinateNumbers(
  database: Database,
  jobs: Jobs,
  run: Run,
  signal: AbortSignal,
): Promise<void> {
  const { numbers } = run.request as NumbersRequest;
  const shared = sharedNumbers(database, jobs, run, signal);
  const first = await outcomesOf(shared, numbers);
  const outcomes = [...first, ...(await outcomesOf(shared, furtherOf(numbers, first)))];
  await finishRun(database, run.id, { "results.json": JSON.stringify(outcomes) });
}
