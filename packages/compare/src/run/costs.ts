import { isTrees, type PlannedCandidate } from "../plan/candidate.ts";
import { countsOf, gridOf } from "../plan/grid.ts";
import type { PlannedTrial } from "../plan/trials.ts";
import usual from "./usual-costs.json" with { type: "json" };

/** How long trials take: what is usual for their candidates, in units of this machine and these data, and what was seen. */
export interface Costs {
  /** Takes note of how many seconds a trial took. */
  saw(trial: PlannedTrial, sample: number | null, seconds: number): void;
  /**
   * Whether enough was seen to predict how long others take.
   *
   * @param hurried whether a single trial of a worker that is warm has to do
   */
  known(hurried?: boolean): boolean;
  /** Seconds that a trial is expected to take, on at most `sample` rows of its data set; NaN where nothing is known. */
  of(trial: PlannedTrial, sample: number | null): number;
}

/** What of a comparison decides what its trials cost. */
export interface CostOptions {
  candidates: readonly PlannedCandidate[];
  settings: { configurations: number; members: number };
  subjects: readonly { dataset: { rows: number; task: string; classes: readonly string[] } }[];
  workers: number;
}

/** Trials that were seen: their number, seconds, and weights in units of the baseline. */
type Seen = Record<"n" | "seconds" | "weight", number>;

/** What was seen of a data set with a number of rows: of all trials, and of each candidate. */
interface SeenAt {
  subject: number;
  rows: number;
  all: Seen;
  own: Map<string, Seen>;
}

/**
 * Estimates what candidates cost. A candidate costs its number of configurations times what one of them usually costs, by the table of
 * `bench/budget.ts usual`; an own one what is usual. The trials that are seen say how much that is here, and after two of a candidate
 * mostly what it costs itself. Where none was seen on so many rows, those on other numbers of rows count, or on other data.
 */
export function makeCosts({ candidates, settings, subjects, workers }: CostOptions): Costs {
  const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]));
  const seen: SeenAt[] = [];
  let finished = 0;

  const rowsOf = (subject: number, sample: number | null): number =>
    Math.min(subjects[subject].dataset.rows, sample ?? Number.POSITIVE_INFINITY);

  const weightOf = ({ spec, subject }: PlannedTrial): number => {
    const candidate = byId.get(spec.candidate);
    // The reference that learns nothing.
    if (candidate === undefined) return 0;
    const { task, classes } = subjects[subject].dataset;
    return weightIn(task === "regression" ? usual.numbers : usual.classes, candidate, {
      ...settings,
      classes: classes.length,
    });
  };

  const seenAt = (subject: number, rows: number): SeenAt | undefined =>
    seen.find((one) => one.subject === subject && one.rows === rows);

  /** Seconds for a weight of 1, by what was seen on the nearest number of rows. */
  const unitOf = (subject: number, rows: number): number => {
    const distance = (one: SeenAt): number =>
      (one.all.n < enough ? 1e3 : 0) +
      (one.subject === subject ? 0 : 1e6) +
      Math.abs(Math.log(one.rows / rows));
    const [nearest] = seen.toSorted((a, b) => distance(a) - distance(b));
    if (nearest === undefined) return Number.NaN;
    return (nearest.all.seconds / nearest.all.weight) * (growth(rows) / growth(nearest.rows));
  };

  return {
    saw(trial, sample, seconds) {
      const weight = weightOf(trial);
      if (weight === 0) return;
      finished++;
      // The first trial of a worker also warms it up.
      if (finished <= workers) return;
      const { subject } = trial;
      const rows = rowsOf(subject, sample);
      let at = seenAt(subject, rows);
      if (at === undefined) {
        at = { subject, rows, all: nothing, own: new Map() };
        seen.push(at);
      }
      const { candidate } = trial.spec;
      at.all = plus(at.all, seconds, weight);
      at.own.set(candidate, plus(at.own.get(candidate) ?? nothing, seconds, weight));
    },
    known: (hurried = false) => finished >= (hurried ? 1 + workers : 3 * workers),
    of(trial, sample) {
      const weight = weightOf(trial);
      if (weight === 0) return 0;
      const rows = rowsOf(trial.subject, sample);
      const expected = weight * unitOf(trial.subject, rows);
      const own = seenAt(trial.subject, rows)?.own.get(trial.spec.candidate);
      return own === undefined ? expected : (expected + own.seconds) / (1 + own.n);
    },
  };
}

const nothing: Seen = { n: 0, seconds: 0, weight: 0 };

const plus = ({ n, seconds, weight }: Seen, more: number, own: number): Seen => ({
  n: n + 1,
  seconds: seconds + more,
  weight: weight + own,
});

/** By candidate what a configuration costs with two classes, and the power with which that grows with their number. */
type Weights = Record<string, number[]>;

/** What a table of usual costs says of a candidate, in units of one configuration of the baseline. */
function weightIn(
  table: Weights,
  candidate: PlannedCandidate,
  { configurations, members, classes }: CostOptions["settings"] & { classes: number },
): number {
  const [weight, power] = Object.hasOwn(table, candidate.id) ? table[candidate.id] : [1, 0];
  const each = weight * Math.max(1, classes / 2) ** power;
  if (isTrees(candidate)) return each;
  const { least, most } = countsOf(gridOf(candidate, configurations));
  // The first member is tuned; a reference is a single model.
  const others = "network" in candidate ? 0 : members - 1;
  return ((least + most) / 2 + others) * each;
}

/** This many trials on a number of rows say what others on it take. */
const enough = 4;

/** A trial's cost by its rows: a part of it is always there. */
const growth = (rows: number): number => usual.rows + rows;
