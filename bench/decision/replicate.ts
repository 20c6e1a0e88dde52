import {
  type Contender,
  type Dataset,
  type Decision,
  decide,
  finalistsOf,
  folds,
  type Influence,
  influenceOf,
  makeFolds,
  type OutOfFold,
  type PairedFits,
  type PreparedFold,
} from "@minimand/compare";
import { metricById } from "minimand";
import { derive } from "minimand/engine";
import { streams } from "./draw.ts";
import { rule } from "./rule.ts";
import { plan, type Setting } from "./settings.ts";
import { type Fit, type Job, lossesOf, type Trainer } from "./trainer.ts";

/** A candidate by one metric, as it is written down. */
export type Judged = Pick<Decision, "id" | "finding" | "better" | "worse"> & {
  finalist: boolean;
  unstable: boolean;
} & Record<"mean" | "se" | "df" | "A" | "B" | "sigmaFit2" | "V", number>;

/** Decisions of one replication, by metric. */
export interface Outcome {
  replication: number;
  table: string;
  fits: number;
  seconds: number;
  judged: Record<string, Judged[]>;
  /** With groups: the decisions if every row stood for itself. */
  ungrouped?: Record<string, Judged[]>;
}

const baseline = "baseline";
const rope = 0.01;

/** The folds of one seed, and the rows of their test parts. */
interface Cut {
  prepared: PreparedFold[];
  test: Int32Array[];
  fold: Int32Array;
}

/** Runs the plan of a comparison on one data set, and decides by each metric of the setting. */
export async function replicate(
  dataset: Dataset,
  setting: Setting,
  trainer: Trainer,
  root: number,
  limits: { count: number },
): Promise<Pick<Outcome, "fits" | "judged" | "ungrouped">> {
  const names =
    setting.candidates === "losses"
      ? lossesOf(dataset.task).slice(0, limits.count)
      : Array.from({ length: Math.min(setting.count, limits.count) }, (_, j) => `candidate ${j}`);
  const cuts = new Map<number, Cut>();
  const cutFor = (seed: number): Cut => {
    const known = cuts.get(seed) ?? cutOf(dataset, seed);
    cuts.set(seed, known);
    return known;
  };
  const trained = new Map<string, (Fit[] | null)[]>([baseline, ...names].map((name) => [name, []]));
  let fits = 0;
  /** All folds of some candidates and seeds; null where one of a seed diverged. */
  const train = async (tasks: readonly { name: string; seed: number }[]): Promise<void> => {
    const jobs = tasks.flatMap(({ name, seed }) =>
      cutFor(seed).prepared.map((fold, f): Job => {
        const loss = setting.candidates === "losses" && name !== baseline ? name : "cross-entropy";
        const isPlanted = typeof setting.labels === "object" && name === names[0];
        const key = derive(root, streams.training, keyNumber(setting, name, names), seed, f);
        return { loss, fold: isPlanted ? withBetterLabels(fold) : fold, key };
      }),
    );
    const made = await trainer(jobs, dataset);
    fits += made.length;
    for (const [t, { name, seed }] of tasks.entries()) {
      const own = made.slice(t * plan.folds, (t + 1) * plan.folds);
      fitsOf(name)[seed] = own.every((fit) => fit !== null) ? own : null;
    }
  };
  const fitsOf = (name: string): (Fit[] | null)[] => trained.get(name) as (Fit[] | null)[];
  await train([baseline, ...names].map((name) => ({ name, seed: 0 })));
  const cut = cutFor(0);
  const finalists = new Map<string, Set<string>>();
  for (const metric of setting.metrics) {
    const [own] = fitsOf(baseline);
    const looks = names.map((id) => {
      const [first] = fitsOf(id);
      if (first === null || own === null) return { id, outer: Number.NaN, inner: Number.NaN };
      const [a, b] = [first, own].map((one) => pooled(metric, one, cut, dataset).value);
      return {
        id,
        outer: sign(metric) * (a - b),
        inner: sign(metric) * (meanInner(metric, first) - meanInner(metric, own)),
      };
    });
    finalists.set(metric, new Set(finalistsOf(looks, plan.finalists)));
  }
  const pursued = new Set([...finalists.values()].flatMap((own) => [...own]));
  const later = Array.from({ length: plan.seeds - 1 }, (_, i) => i + 1);
  await train(later.flatMap((seed) => [baseline, ...pursued].map((name) => ({ name, seed }))));

  const judge = (groups: Int32Array | null): Record<string, Judged[]> =>
    Object.fromEntries(
      setting.metrics.map((metric) => {
        const influences = new Map<string, Influence>();
        const influence = (name: string, seed: number): Influence | null => {
          const fit = fitsOf(name)[seed];
          if (fit === null) return null;
          const key = `${name} ${seed}`;
          const known = influences.get(key) ?? pooled(metric, fit, cutFor(seed), dataset);
          influences.set(key, known);
          return known;
        };
        const contenders = names.map((id): Contender => {
          const finalist = (finalists.get(metric) as Set<string>).has(id);
          const seeds = Array.from({ length: finalist ? plan.seeds : 1 }, (_, seed) => seed);
          const pairs = seeds.map((seed) => [influence(id, seed), influence(baseline, seed)]);
          return {
            id,
            finalist,
            fits: pairedFits(
              metric,
              pairs,
              seeds.map((seed) => cutFor(seed).fold),
              groups,
            ),
          };
        });
        const decisions = decide(contenders, { rope, alpha: rule.alpha });
        return [metric, decisions.map((decision, j) => judgedOf(decision, contenders[j].finalist))];
      }),
    );
  return {
    fits,
    judged: judge(dataset.groups),
    ...(dataset.groups !== null && { ungrouped: judge(null) }),
  };
}

/** Losses have the start and the batches of the baseline, disguised candidates their own. */
const keyNumber = ({ candidates }: Setting, name: string, names: readonly string[]): number =>
  candidates === "losses" || name === baseline ? 0 : 1 + names.indexOf(name);

function cutOf(dataset: Dataset, seed: number): Cut {
  const prepared = makeFolds(dataset, { folds: plan.folds, labelNoise: 0, imbalance: null }, seed);
  const test = folds(dataset, { folds: plan.folds, seed }).map((fold) => fold.test);
  const fold = new Int32Array(dataset.rows);
  for (const [f, rows] of test.entries()) for (const row of rows) fold[row] = f;
  return { prepared, test, fold };
}

/** A fold that learns from the labels that a teacher has mended, on both inner parts. */
function withBetterLabels(fold: PreparedFold): PreparedFold {
  const mended = (part: PreparedFold["fit"]): PreparedFold["fit"] => ({
    ...part,
    labels: part.labels.map((_, i) => Number((part.teacher as Float32Array)[2 * i + 1] === 1)),
  });
  const fit = mended(fold.fit);
  const classCounts = [0, 1].map((k) => fit.labels.filter((label) => label === k).length);
  return { ...fold, fit, validation: mended(fold.validation), classCounts };
}

const sign = (metric: string): number => (metricById(metric).higherIsBetter ? 1 : -1);

const meanInner = (metric: string, fits: readonly Fit[]): number =>
  fits.reduce((sum, { inner }) => sum + inner[metric], 0) / fits.length;

/** A metric of the predictions of all folds, put together, with its influences. */
function pooled(metric: string, fits: readonly Fit[], { test, fold }: Cut, dataset: Dataset): Influence {
  const classes = dataset.classes.length;
  const predicted = new Int32Array(dataset.rows);
  const probabilities = new Float64Array(dataset.rows * classes);
  for (const [f, rows] of test.entries())
    rows.forEach((row, i) => {
      predicted[row] = fits[f].predicted[i];
      probabilities.set(fits[f].probabilities.subarray(i * classes, (i + 1) * classes), row * classes);
    });
  const rows: OutOfFold = { labels: dataset.labels, predicted, probabilities, fold, folds: plan.folds };
  return influenceOf(metric, rows);
}

function pairedFits(
  metric: string,
  pairs: readonly (Influence | null)[][],
  fold: readonly Int32Array[],
  groups: Int32Array | null,
): PairedFits | null {
  if (pairs.flat().includes(null)) return null;
  const known = pairs as [Influence, Influence][];
  const by = sign(metric);
  const minus = (a: Float64Array, b: Float64Array): Float64Array => a.map((v, i) => by * (v - b[i]));
  const ofFolds = known.map(([a, b]) => (a.folds && b.folds ? minus(a.folds, b.folds) : null));
  return {
    theta: known.map(([a, b]) => by * (a.value - b.value)),
    psi: known.map(([a, b]) => minus(a.influence, b.influence)),
    fold,
    folds: plan.folds,
    groups,
    ...(!ofFolds.includes(null) && { ofFolds: ofFolds as Float64Array[] }),
  };
}

function judgedOf({ id, finding, better, worse, test }: Decision, finalist: boolean): Judged {
  const { mean = Number.NaN, se = Number.NaN, df = null, components } = test ?? {};
  const {
    A = Number.NaN,
    B = Number.NaN,
    sigmaFit2 = Number.NaN,
    V = Number.NaN,
    unstable = false,
  } = components ?? {};
  const numbers = { mean, se, df: df ?? Number.NaN, A, B, sigmaFit2, V, better, worse };
  const short = Object.fromEntries(
    Object.entries(numbers).map(([name, v]) => [name, Number(v.toPrecision(4))]),
  );
  return { id, finding, finalist, unstable, ...(short as typeof numbers) };
}
