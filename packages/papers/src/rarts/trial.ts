import type { Trial } from "../kit/collect.ts";
import type { TrialHost } from "../reproduction.ts";
import type { CellResult, CellSpec, RandomResult, RandomSpec, TableResult, TableSpec } from "./cells.ts";
import { cellTrial, randomTrial, tableTrial } from "./cells.ts";
import type { CostResult, CostSpec } from "./cost.ts";
import { costTrial } from "./cost.ts";
import type { GatesResult, GatesSpec } from "./gates.ts";
import { gatesTrial } from "./gates.ts";
import { methodLabel, type SolvableResult, type SolvableSpec, solvableTrial } from "./solvable.ts";
import type { WidthResult, WidthSpec } from "./widths.ts";
import { widthTrial } from "./widths.ts";

export type Measured =
  | Trial<SolvableSpec, SolvableResult>
  | Trial<CellSpec, CellResult>
  | Trial<RandomSpec, RandomResult>
  | Trial<TableSpec, TableResult>
  | Trial<WidthSpec, WidthResult>
  | Trial<GatesSpec, GatesResult>
  | Trial<CostSpec, CostResult>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** One trial of any part. */
export async function trial(spec: Spec, host: TrialHost): Promise<Result> {
  if (spec.part === "solvable") return solvableTrial(spec, host);
  if (spec.part === "cell") return cellTrial(spec, host);
  if (spec.part === "random") return randomTrial(spec, host);
  if (spec.part === "table") return tableTrial(spec, host);
  if (spec.part === "width") return widthTrial(spec, host);
  return spec.part === "gates" ? gatesTrial(spec, host) : costTrial(spec, host);
}

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
