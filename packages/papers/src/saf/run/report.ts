import { differences, estimate, mean, round, rounded } from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../../reproduction.ts";
import { type Arm, armOf } from "./arms.ts";
import { type Cell, landscape } from "./settings.ts";
import { type SpeedResult, timesOf } from "./speed.ts";
import type { ArmResult, Sharp } from "./trial.ts";
import { judge, pairedT } from "./verdict.ts";

/** All results of a measured run. */
export interface Outcomes {
  cells: readonly Cell[];
  arms: readonly Arm[];
  /** One a seed, in the order of the seeds. */
  of(cell: string, arm: string): readonly ArmResult[];
  /** One a start. */
  speed: readonly SpeedResult[];
}

/** Tables, curves and verdict. */
export function reportOf({ cells, arms, of, speed }: Outcomes): ReproductionReport {
  const gains = (cell: string, arm: string, over = "sgd"): number[] =>
    differences(
      of(cell, arm).map((r) => r.accuracy),
      of(cell, over).map((r) => r.accuracy),
    );
  const times = timesOf(speed);
  const ratio = (arm: string): number => times.find((t) => t.arm === arm)?.ratioToSgd ?? Number.NaN;
  return {
    rows: [
      ...cells.flatMap(({ id }) =>
        arms.map((arm) => ({
          ...armRow(id, arm, of(id, arm.id), gains(id, arm.id)),
          ...atUsualDecay(arm, gains(id, arm.id, "sgd-usual")),
        })),
      ),
      ...times.map(
        ({ arm, milliseconds, ratioToSgd, least, most }): Row => ({
          "step of": armOf(arm).label,
          milliseconds: rounded(milliseconds),
          "as a multiple of SGD": rounded(ratioToSgd),
          "least of a start": rounded(least),
          "most of a start": rounded(most),
          passes: passes[arm],
        }),
      ),
    ],
    series: cells.flatMap(({ id, noise }) =>
      noise > 0 ? drawn.map((arm) => curveOf(id, armOf(arm), of(id, arm))) : [],
    ),
    ...judge({
      cells: cells.map(({ id, noise }) => ({
        id,
        noise,
        gains: gains(id, "saf"),
        lambdaMax: { saf: meanOf(of(id, "saf"), "lambdaMax"), sgd: meanOf(of(id, "sgd"), "lambdaMax") },
      })),
      ratios: { saf: ratio("saf"), mesa: ratio("mesa"), sam: ratio("sam") },
    }),
  };
}

/** Forward and backward passes of the whole batch an update. */
const passes: Record<string, string> = {
  sgd: "1 F + 1 B",
  adamw: "1 F + 1 B",
  sam: "2 F + 2 B",
  asam: "2 F + 2 B",
  gsam: "2 F + 2 B",
  esam: "2.5 F + 1.5 B",
  "look-sam": "1.2 F + 1.2 B",
  saf: "1 F + 1 B",
  mesa: "2 F + 1 B",
};

/** Whose loss curves are drawn. */
const drawn = ["sgd", "sgd-usual", "sam", "saf", "mesa"];

type SharpNumber = Exclude<keyof Sharp, "curve">;

function meanOf(results: readonly ArmResult[], key: SharpNumber): number {
  return mean(results.map(({ sharp }) => sharp?.[key] ?? Number.NaN));
}

function armRow(cell: string, arm: Arm, results: readonly ArmResult[], gains: readonly number[]): Row {
  const accuracy = estimate(results.map((r) => r.accuracy));
  const averaged = results.map((r) => r.averagedAccuracy).filter((v) => v !== null);
  return {
    cell,
    arm: arm.label,
    "test accuracy": rounded(accuracy.mean),
    "s.e.": rounded(accuracy.error),
    "minus SGD": rounded(mean(gains)),
    "paired t": arm.id === "sgd" ? null : finite(pairedT(gains)),
    "averaged weights": averaged.length === 0 ? null : rounded(mean(averaged)),
    "training loss": rounded(mean(results.map((r) => r.trainLoss))),
    "lambda max": rounded(meanOf(results, "lambdaMax")),
    trace: rounded(meanOf(results, "trace")),
    "first-order sharpness": rounded(meanOf(results, "firstOrder")),
    "ascent sharpness": rounded(meanOf(results, "ascent")),
  };
}

/** Of SAF without a choice of the weight decay, what it is ahead of SGD without one. */
const atUsualDecay = ({ id }: Arm, gains: readonly number[]): Row => ({
  "minus SGD at 5e-4": id === "saf-usual" ? rounded(mean(gains)) : null,
  "t of that": id === "saf-usual" ? finite(pairedT(gains)) : null,
});

const finite = (value: number): number | null => (Number.isFinite(value) ? round(value, 1) : null);

function curveOf(cell: string, arm: Arm, results: readonly ArmResult[]): Series {
  const end = landscape.alphas.indexOf(0);
  const curves = results.map(({ sharp }) => sharp?.curve).filter((curve) => curve !== undefined);
  return {
    name: `${cell}: ${arm.label}`,
    xLabel: "distance along random directions",
    yLabel: `rise of the training loss, ${cell}`,
    x: [...landscape.alphas],
    y: landscape.alphas.map((_, i) => rounded(mean(curves.map((curve) => curve[i] - curve[end])))),
  };
}
