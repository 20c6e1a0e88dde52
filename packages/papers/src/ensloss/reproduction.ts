import { collect } from "../collect.ts";
import type {
  Host,
  Progress,
  Reproduction,
  ReproductionReport,
  Row,
  Scale,
  Series,
} from "../reproduction.ts";
import { type Loss, losses } from "./arms.ts";
import { cells } from "./cells.ts";
import { type CellOutcome, comparisons, countRows, rowsOf, tailSummary, verdictOf } from "./judge.ts";
import { card } from "./paper.ts";
import { type TailLoss, type TailResult, type TailSpec, tailLosses, tailTrial } from "./tail-study.ts";
import { type CellResult, type CellSpec, cellTrial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

export type Spec = CellSpec | TailSpec;
export type Result = CellResult | TailResult;

interface Size {
  cells: readonly string[];
  splits: number;
  epochs: number;
  tailSeeds: number;
  tailSteps: number;
}

const all = cells.map(({ id }) => id);
const sizes: Record<Scale, Size> = {
  quick: { cells: ["sonar, 3 hidden layers"], splits: 2, epochs: 4, tailSeeds: 1, tailSteps: 40 },
  default: { cells: all, splits: 10, epochs: 50, tailSeeds: 5, tailSteps: 2000 },
  full: { cells: all, splits: 30, epochs: 100, tailSeeds: 10, tailSteps: 8000 },
};

const learningRates = [1e-3, 1e-2, 1e-1];
const tailNames = Object.keys(tailLosses) as TailLoss[];

/** Splits used for tuning; the measured ones count from 0. */
const tuningSeeds = [1001, 1002, 1003];

type Settled<T> = { spec: Spec; result: T };

/** Runs the specs and reports progress; results in the order of the specs. */
async function* settle(
  specs: readonly Spec[],
  host: Host<Spec, Result>,
): AsyncGenerator<Progress, Settled<Result>[]> {
  const results = yield* collect(host, specs, (spec) => {
    const place = spec.kind === "cell" ? spec.cell : "tail study";
    return `${place}: ${spec.loss}, seed ${spec.seed}`;
  });
  return results.map((result, i) => ({ spec: specs[i], result }));
}

function cellResults(settled: readonly Settled<Result>[], cell: string, loss: Loss): CellResult[] {
  return settled
    .filter(({ spec }) => spec.kind === "cell" && spec.cell === cell && spec.loss === loss)
    .map(({ result }) => result as CellResult);
}

function tailResults(settled: readonly Settled<Result>[], loss: TailLoss): TailResult[] {
  return settled
    .filter(({ spec }) => spec.kind === "tail" && spec.loss === loss)
    .map(({ result }) => result as TailResult);
}

async function* run(host: Host<Spec, Result>): AsyncGenerator<Progress, ReproductionReport> {
  const size = sizes[host.scale];
  const splits = Array.from({ length: Math.max(2, host.seeds ?? size.splits) }, (_, i) => i);
  const chosen = cells.filter(({ id }) => size.cells.includes(id));
  const specs: Spec[] = chosen.flatMap((cell) =>
    losses.flatMap((loss) =>
      splits.map((seed) => ({
        kind: "cell" as const,
        cell: cell.id,
        loss,
        seed,
        epochs: size.epochs,
        learningRate: learningRateOf(cell.dataset),
        judge: "test" as const,
      })),
    ),
  );
  for (const loss of tailNames)
    for (let seed = 0; seed < size.tailSeeds; seed++)
      specs.push({ kind: "tail", loss, seed, steps: size.tailSteps });

  const settled = yield* settle(specs, host);
  const outcomes: CellOutcome[] = chosen.map((cell) => ({
    cell: cell.id,
    ratio: "table" in cell.source ? 3 / 7 : cell.source.judged / cell.source.train,
    byLoss: Object.fromEntries(
      losses.map((loss) => [loss, cellResults(settled, cell.id, loss)]),
    ) as CellOutcome["byLoss"],
  }));
  const compared = outcomes.flatMap(comparisons);
  const tails = tailNames.map((loss) => tailSummary(loss, tailResults(settled, loss)));
  return {
    rows: [
      ...outcomes.flatMap(rowsOf),
      ...countRows(compared),
      ...tails.map(
        ({ loss, ...t }): Row => ({
          "tail study": loss,
          "training risk": t.risk,
          "test accuracy": t.accuracy,
          "fall of risk": t.fall,
          "move of accuracy": t.move,
        }),
      ),
    ],
    series: [
      ...outcomes.flatMap(curvesOf),
      ...tailNames.flatMap((loss) => tailCurves(loss, tailResults(settled, loss))),
    ],
    ...verdictOf(compared, tails),
  };
}

function learningRateOf(dataset: string): number {
  const choice = (tuned.choices as Record<string, { "learning rate": number }>)[dataset];
  if (choice === undefined) throw new RangeError(`tuned.json: expected a choice for ${dataset}`);
  return choice["learning rate"];
}

const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;

function curvesOf({ cell, byLoss }: CellOutcome): Series[] {
  return losses.map((loss) => {
    const curves = byLoss[loss].map(({ curve }) => curve).filter((curve) => curve.length > 0);
    const x = curves.length === 0 ? [] : curves[0].map(({ epoch }) => epoch);
    return {
      name: `${cell}: ${loss}`,
      xLabel: "epoch",
      yLabel: "test accuracy",
      x,
      y: x.map((_, i) => mean(curves.map((curve) => curve[i].accuracy))),
    };
  });
}

function tailCurves(loss: TailLoss, results: readonly TailResult[]): Series[] {
  const x = results[0].path.map(({ step }) => step);
  const curve = (key: "risk" | "accuracy") => x.map((_, i) => mean(results.map(({ path }) => path[i][key])));
  return [
    { name: `tail study: ${loss}`, xLabel: "step", yLabel: "training risk", x, y: curve("risk") },
    { name: `tail study: ${loss}`, xLabel: "step", yLabel: "test accuracy", x, y: curve("accuracy") },
  ];
}

/**
 * One learning rate a data set, the same for all losses, as in the paper: the best on average over losses, depths and
 * splits, each loss tried equally often, on splits of its own and judged by a part of the training rows.
 */
async function* tune(
  host: Host<Spec, Result>,
): AsyncGenerator<Progress, { rows: Row[]; choices: Record<string, Row> }> {
  const { epochs, cells: ids } = sizes[host.scale];
  const chosen = cells.filter(({ id }) => ids.includes(id));
  const seeds = host.scale === "quick" ? tuningSeeds.slice(0, 1) : tuningSeeds;
  const specs = chosen.flatMap((cell) =>
    losses.flatMap((loss) =>
      learningRates.flatMap((learningRate) =>
        seeds.map((seed) => ({
          kind: "cell" as const,
          cell: cell.id,
          loss,
          learningRate,
          seed,
          epochs,
          judge: "tune" as const,
        })),
      ),
    ),
  );
  const settled = yield* settle(specs, host);
  const rows: Row[] = [];
  const choices: Record<string, Row> = {};
  for (const dataset of new Set(chosen.map((cell) => cell.dataset))) {
    const own = chosen.filter((cell) => cell.dataset === dataset).map(({ id }) => id);
    const accuracyAt = (rate: number, loss?: Loss): number =>
      mean(
        settled
          .filter(({ spec }) => spec.kind === "cell" && own.includes(spec.cell) && spec.learningRate === rate)
          .filter(({ spec }) => loss === undefined || spec.loss === loss)
          .map(({ result }) => (result as CellResult).accuracy),
      );
    for (const rate of learningRates)
      rows.push({
        dataset,
        "learning rate": rate,
        ...Object.fromEntries(losses.map((loss) => [loss, accuracyAt(rate, loss)])),
        mean: accuracyAt(rate),
      });
    const best = learningRates.reduce((a, b) => (accuracyAt(b) > accuracyAt(a) ? b : a));
    choices[dataset] = { "learning rate": best, mean: accuracyAt(best) };
  }
  return { rows, choices };
}

/** The paper's comparison and its tail study. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  trial: (spec, host) => (spec.kind === "cell" ? cellTrial(spec, host) : tailTrial(spec, host)),
  run,
  tune,
};
