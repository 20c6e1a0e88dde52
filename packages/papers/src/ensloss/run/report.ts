import { resultsWhere } from "../../kit/evidence.ts";
import { estimate, mean } from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../../reproduction.ts";
import { losses } from "./arms.ts";
import type { Cell } from "./settings.ts";
import { type TailLoss, type TailResult, tailNames } from "./tail-study.ts";
import type { Measured } from "./trial.ts";
import {
  accuraciesOf,
  type CellOutcome,
  type Comparison,
  comparisons,
  judge,
  pooled,
  tailSummary,
} from "./verdict.ts";

/** Tables, curves and the verdict. */
export function reportOf(trials: readonly Measured[], cells: readonly Cell[]): ReproductionReport {
  const tailsOf = (loss: TailLoss) => resultsWhere(trials, { kind: "tail", loss });
  const outcomes = cells.map(({ id: cell, dataset, source }): CellOutcome => {
    const byLoss = losses.map((loss) => [loss, resultsWhere(trials, { kind: "cell", cell, loss })]);
    return {
      cell,
      dataset,
      ratio: "table" in source ? 3 / 7 : source.judged / source.train,
      byLoss: Object.fromEntries(byLoss),
    };
  });
  const compared = outcomes.flatMap(comparisons);
  const tails = tailNames.map((loss) => tailSummary(loss, tailsOf(loss)));
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
    series: [...outcomes.flatMap(curvesOf), ...tailNames.flatMap((loss) => tailCurves(loss, tailsOf(loss)))],
    ...judge(compared, pooled(outcomes), tails),
  };
}

/** One row a cell and loss. */
function rowsOf(outcome: CellOutcome): Row[] {
  const against = new Map(comparisons(outcome).map((c) => [c.loss, c]));
  return losses.map((loss) => {
    const results = outcome.byLoss[loss];
    const { mean: accuracy, error } = estimate(accuraciesOf(results));
    const c = against.get(loss);
    return {
      cell: outcome.cell,
      loss,
      splits: results.length,
      "test accuracy": accuracy,
      "s.e.": error,
      "train accuracy": mean(results.map(({ trainAccuracy }) => trainAccuracy)),
      diverged: results.filter(({ diverged }) => diverged).length,
      "EnsLoss minus it": c?.mean ?? null,
      "95 % from": c?.low ?? null,
      "95 % to": c?.high ?? null,
      p: c?.p ?? null,
      "p, splits taken for independent": c?.plain ?? null,
      "EnsLoss is": c?.verdict ?? null,
    };
  });
}

/** The paper's table: in how many cells EnsLoss is better, not different, worse. */
export function countRows(all: readonly Comparison[]): Row[] {
  return losses
    .filter((loss) => loss !== "EnsLoss")
    .map((loss) => {
      const own = all.filter((c) => c.loss === loss);
      const count = (verdict: Comparison["verdict"]) => own.filter((c) => c.verdict === verdict).length;
      return {
        "EnsLoss against": loss,
        better: count("better"),
        "no difference": count("no difference"),
        worse: count("worse"),
        "mean difference": mean(own.map((c) => c.mean)),
      };
    });
}

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
