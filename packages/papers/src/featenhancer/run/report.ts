import { resultsWhere } from "../../kit/evidence.ts";
import { banded } from "../../kit/series.ts";
import { difference, estimate, mean, median, round } from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../../reproduction.ts";
import { armOf, arms, judged } from "./arms.ts";
import { enhancerOf, parametersOf } from "./front-ends.ts";
import { picturesOf } from "./pictures.ts";
import type { AdaptedResult, Measured, ScratchSpec, TrainedResult } from "./trial.ts";
import { judge, type Measure } from "./verdict.ts";

/** Results of one way of training, by arm and in the order of the seeds. */
type ByArm = Map<string, TrainedResult[]>;

type Way = Pick<ScratchSpec, "task" | "regime">;
const ways: readonly (Way & { name: string })[] = [
  { task: "segmentation", regime: "wide", name: "mIoU from scratch" },
  { task: "detection", regime: "wide", name: "AP50 from scratch" },
  { task: "segmentation", regime: "constant", name: "mIoU from scratch, even light" },
];

/** Tables, curves, pictures and verdict of a run. */
export function reportOf(trials: readonly Measured[]): ReproductionReport {
  const scratch = ways.map((way) => {
    const { task, regime, name } = way;
    const of = (arm: string) => resultsWhere(trials, { part: "scratch", task, regime, arm });
    return { way, name, results: byArm(of) };
  });
  const run = scratch.filter(({ results }) => results.size > 0);
  const adapted = byArm((arm) => resultsWhere(trials, { part: "adapted", arm }));
  const counted = run.filter(({ way }) => way.regime === "wide");
  return {
    rows: [
      ...run.flatMap(({ name, results }) => scratchRows(name, results)),
      ...adaptedRows(adapted as Map<string, AdaptedResult[]>),
    ],
    series: [
      ...run.flatMap(({ name, results }) => curvesOf(name, results)),
      ...curvesOf("mIoU adapted", adapted),
    ],
    pictures: picturesOf(run[0].results),
    ...judge({
      scratch: counted.map(({ name, results }) => measureOf(name, results)),
      adapted: measureOf("mIoU adapted", adapted),
    }),
  };
}

function byArm<R extends TrainedResult>(of: (arm: string) => R[]): Map<string, R[]> {
  return new Map(arms.map(({ id }) => [id, of(id)] as const).filter(([, results]) => results.length > 0));
}

const scoresOf = (results: readonly TrainedResult[]): number[] => results.map(({ score }) => score);
const collapsesOf = (results: readonly TrainedResult[]): number =>
  results.filter(({ collapsed }) => collapsed).length;

function measureOf(name: string, results: ByArm): Measure {
  return {
    name,
    scores: Object.fromEntries([...results].map(([arm, own]) => [arm, scoresOf(own)])),
    collapsed: collapsesOf(results.get(judged.own)!),
  };
}

const points = (share: number): number => round(100 * share, 2);
/** Seconds of the steps so far. */
const secondsAt = (steps: number, { milliseconds }: TrainedResult): number => (steps * milliseconds) / 1000;
const stepsOf = ({ curve }: TrainedResult): number => curve.at(-1)?.steps ?? 0;

/** Score of a training after so many seconds, interpolated linearly between its marks; null before the first one. */
function scoreAfter(seconds: number, result: TrainedResult): number | null {
  const { curve } = result;
  let before: (typeof curve)[number] | null = null;
  for (const mark of curve) {
    const [at, from] = [secondsAt(mark.steps, result), before && secondsAt(before.steps, result)];
    if (at >= seconds) {
      if (before === null || from === null) return at === seconds ? mark.score : null;
      return before.score + ((mark.score - before.score) * (seconds - from)) / (at - from);
    }
    before = mark;
  }
  return before?.score ?? null;
}

/** What all tables of arms have. */
function commonRow(id: string, own: readonly TrainedResult[], results: ByArm): Row {
  const featEnhancer = results.get(judged.own)!;
  const found = estimate(scoresOf(own));
  const behind = id === judged.own ? null : difference(scoresOf(featEnhancer), scoresOf(own));
  return {
    "front end": armOf(id).label,
    "%": points(found.mean),
    "s.e.": points(found.error),
    "FeatEnHancer above": behind && points(behind.mean),
    "s.e. of it": behind && points(behind.error),
    collapsed: collapsesOf(own),
    seeds: own.length,
  };
}

function scratchRows(measure: string, results: ByArm): Row[] {
  const featEnhancer = results.get(judged.own)!;
  return [...results].map(([id, own]): Row => {
    const enhancer = enhancerOf(id);
    const after = own.map((result, i) => scoreAfter(secondsAt(stepsOf(result), result), featEnhancer[i]));
    const known = after.filter((value) => value !== null);
    return {
      measure,
      ...commonRow(id, own, results),
      "parameters before the head": enhancer === null ? 0 : parametersOf(enhancer),
      steps: stepsOf(own[0]),
      "ms a step": round(median(own.map(({ milliseconds }) => milliseconds)), 2),
      seconds: round(median(own.map((result) => secondsAt(stepsOf(result), result))), 1),
      "FeatEnHancer after as long": known.length < after.length ? null : points(mean(known)),
    };
  });
}

function adaptedRows(results: Map<string, AdaptedResult[]>): Row[] {
  return [...results].map(
    ([id, own]): Row => ({
      measure: "mIoU adapted",
      ...commonRow(id, own, results),
      "in the light before": points(mean(own.map(({ light }) => light))),
    }),
  );
}

/** Over steps and over seconds. */
function curvesOf(measure: string, results: ByArm): Series[] {
  return [...results].flatMap(([id, own]): Series[] => {
    const whole = own.filter(({ curve }) => curve.length === own[0].curve.length);
    const values = own[0].curve.map((_, i) => whole.map(({ curve }) => curve[i].score));
    const speed = median(own.map(({ milliseconds }) => milliseconds)) / 1000;
    const over = (xLabel: string, scale: number): Series => ({
      ...banded(
        { name: armOf(id).label, xLabel, yLabel: measure },
        own[0].curve.map(({ steps }) => round(steps * scale, 2)),
        values,
        (value) => round(value, 4),
      ),
      xScale: "log",
    });
    return [over("steps", 1), over("seconds of training", speed)];
  });
}
