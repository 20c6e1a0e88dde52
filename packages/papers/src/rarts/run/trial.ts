import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import { type CellResult, cellTrial } from "./cells.ts";
import { costTrial } from "./cost.ts";
import { gatesTrial } from "./gates.ts";
import { type RandomResult, randomTrial } from "./random.ts";
import { type TableResult, tableTrial } from "./retraining.ts";
import { methodLabel, type SolvableResult, solvableTrial } from "./solvable.ts";
import { type WidthResult, widthTrial } from "./widths.ts";

/** One trial of any part. */
export const trial = trialOf({
  solvable: solvableTrial,
  cell: cellTrial,
  random: randomTrial,
  table: tableTrial,
  width: widthTrial,
  gates: gatesTrial,
  cost: costTrial,
});
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** What a finished trial is called in the progress. */
export function describe(spec: Spec, result: Result): string {
  if (spec.part === "solvable")
    return `solvable model, ${methodLabel(spec.method)}: ${(result as SolvableResult).steps} steps`;
  if (spec.part === "cost") return "milliseconds of a step";
  const seed = `seed ${spec.seed}`;
  if (spec.part === "table")
    return `${(result as TableResult).cell}, ${seed}: ${(result as TableResult).accuracy.toFixed(3)}`;
  if (spec.part === "random") return `random search, ${seed}: ${(result as RandomResult).cell}`;
  if (spec.part === "cell") return `${spec.arm}, ${seed}: ${(result as CellResult).cell ?? "diverged"}`;
  if (spec.part === "gates") return `feature gates, ${spec.arm}, ${seed}`;
  const { accuracy } = result as WidthResult;
  return `${spec.arm}, ${seed}: ${Object.values(accuracy)
    .map((a) => a.toFixed(3))
    .join(", ")}`;
}
