import { metricById } from "minimand/metrics";
import type {
  KeptPredictions,
  PredictedTrial,
  QuantizationReport,
  QuantizedOutcome,
  Ranking,
} from "../results.ts";
import { predictionKept } from "../train/kept-predictions.ts";
import { floatName, namesOfWidth } from "../train/quantization/run-quantised.ts";
import { meanOutcome, outcomesOf, pairedFits, type SeedOutcome } from "./decision/fits-of.ts";
import { testDifference } from "./decision/test-difference.ts";
import type { Truth } from "./decision/truth.ts";

/** What is known of the kept model in float and in each width: its bytes. */
export type WidthSizes = Pick<
  QuantizationReport["widths"][number],
  "bits" | "layerBits" | "bytes" | "file" | "fileBytes"
>;

/** What {@link quantizationReport} takes in addition to the predictions. */
export interface ReportParts {
  candidate: string;
  ranking: Pick<Ranking, "metric" | "rope">;
  /** Whether rows are tested on that are later than those of training: then nothing is claimed. */
  later: boolean;
  float: { bytes: number; fileBytes: number | null };
  widths: readonly WidthSizes[];
  activationBits: number;
}

/**
 * Reports what each width costs: the metric of all rows of a seed over the seeds, in float and quantised. The difference of both is on the
 * same rows of the same trained networks, with the interval that differences of losses have.
 *
 * @param trials of quantised networks, see `predictQuantised`
 * @param truth what was to be predicted on the rows that they are tested on
 */
export function quantizationReport(
  trials: readonly PredictedTrial[],
  truth: Truth,
  { candidate, ranking, later, float, widths, activationBits }: ReportParts,
): QuantizationReport {
  const { metric } = ranking;
  const byName = Map.groupBy(trials, (trial) => trial.candidate);
  const ofFloat = byName.get(floatName) ?? [];
  const outcomes = outcomesOf(ofFloat, truth, metric);
  const outcomeOf = (name: string): QuantizedOutcome => {
    const own = byName.get(name) ?? [];
    const found = outcomesOf(own, truth, metric);
    return {
      mean: meanOutcome(found),
      difference: differenceOf(found, outcomes, truth, ranking, later),
      change: changeOf(own, ofFloat),
    };
  };
  return {
    candidate,
    activationBits,
    seeds: [...new Set(ofFloat.map(({ seed }) => seed))].sort((a, b) => a - b),
    folds: new Set(ofFloat.map(({ fold }) => fold)).size,
    float: { mean: meanOutcome(outcomes), ...float },
    widths: widths.map((sizes) => {
      const { final, rounded } = namesOfWidth(sizes.bits);
      return { ...sizes, ...outcomeOf(final), rounded: outcomeOf(rounded) };
    }),
  };
}

function differenceOf(
  own: ReadonlyMap<number, SeedOutcome>,
  float: ReadonlyMap<number, SeedOutcome>,
  truth: Truth,
  { metric, rope }: ReportParts["ranking"],
  later: boolean,
): QuantizedOutcome["difference"] {
  const { higherIsBetter } = metricById(metric);
  const fits = float.size === 0 ? null : pairedFits(own, float, truth, { higherIsBetter });
  if (fits === null) return null;
  const sign = higherIsBetter ? 1 : -1;
  const gain = fits.theta.reduce((a, b) => a + b) / fits.theta.length;
  if (!Number.isFinite(gain)) return null;
  const test = later ? null : testDifference(fits, { rope });
  // Not -0.
  const mean = sign * gain + 0;
  if (test === null) return { mean, low: null, high: null };
  const ends = [sign * test.low + 0, sign * test.high + 0].sort((a, b) => a - b);
  return { mean, low: ends[0], high: ends[1] };
}

/** How far predictions are from those of the float network, over all test rows of all trials. */
function changeOf(own: readonly PredictedTrial[], float: readonly PredictedTrial[]): number | null {
  let [sum, rows] = [0, 0];
  let numbers = false;
  for (const trial of own) {
    const other = float.find(({ seed, fold }) => seed === trial.seed && fold === trial.fold);
    if (trial.predictions === null || !other?.predictions) return null;
    const [a, b] = [trial.predictions, other.predictions].map(
      (kept: KeptPredictions) => predictionKept(kept).prediction,
    );
    numbers = a.predictions.length > 0;
    sum += numbers
      ? a.predictions.reduce((total, value, i) => total + (value - b.predictions[i]) ** 2, 0)
      : a.predicted.reduce((total, value, i) => total + Number(value !== b.predicted[i]), 0);
    rows += numbers ? a.predictions.length : a.predicted.length;
  }
  if (rows === 0) return null;
  return numbers ? Math.sqrt(sum / rows) : sum / rows;
}
