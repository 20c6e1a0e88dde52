import { scoreOfPrediction } from "@minimand/compare";
import { metricById } from "minimand/metrics";
import type { Drawn } from "./draw.ts";
import { cutOf } from "./judge.ts";
import { plan } from "./settings.ts";
import { baselineOf, type Job, type Trainer } from "./trainer.ts";

/** Fits of each fold. */
const each = 8;

/**
 * How far apart the fits of two trainers are, in standard errors of the difference of their mean areas under the curve, or errors: both train on
 * the first folds of all seeds, whose numbers of inputs may differ, with keys of their own.
 */
export async function distance(a: Trainer, b: Trainer, drawn: Drawn): Promise<number> {
  const { task } = drawn.dataset;
  const metric = metricById(task === "regression" ? "rmse" : "roc-auc");
  const of = async (trainer: Trainer, from: number): Promise<{ mean: number; square: number }> => {
    const jobs = Array.from({ length: plan.seeds }, (_, seed) => {
      const [fold] = cutOf(drawn, seed);
      return Array.from({ length: each }, (_, i): Job => {
        return { loss: baselineOf(task), fold, key: from + seed * each + i };
      });
    }).flat();
    const fits = await trainer(jobs, drawn.dataset);
    const values = fits.map((fit, i) =>
      fit === null ? Number.NaN : scoreOfPrediction(metric, jobs[i].fold.test, fit),
    );
    const n = values.length;
    const mean = values.reduce((sum, v) => sum + v, 0) / n;
    // Fold by fold: both are judged by the same folds.
    let squares = 0;
    for (let f = 0; f < plan.seeds; f++) {
      const own = values.slice(f * each, (f + 1) * each);
      const middle = own.reduce((sum, v) => sum + v, 0) / each;
      squares += own.reduce((sum, v) => sum + (v - middle) ** 2, 0);
    }
    return { mean, square: squares / (n - plan.seeds) / n };
  };
  const [one, other] = [await of(a, 1), await of(b, 1000)];
  return Math.abs(one.mean - other.mean) / Math.sqrt(one.square + other.square);
}
