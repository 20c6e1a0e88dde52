import type { CellResult, CellSpec, RandomResult, RandomSpec, TableResult, TableSpec } from "./cell-trial.ts";
import type { CostResult, CostSpec } from "./cost.ts";
import type { GatesResult, GatesSpec } from "./gates-trial.ts";
import { methodLabel, type SolvableResult, type SolvableSpec } from "./solvable-trial.ts";
import type { WidthResult, WidthSpec } from "./width-trial.ts";

export type Spec = SolvableSpec | CellSpec | RandomSpec | TableSpec | WidthSpec | GatesSpec | CostSpec;
export type Result =
  | SolvableResult
  | CellResult
  | RandomResult
  | TableResult
  | WidthResult
  | GatesResult
  | CostResult;

/** What a finished trial is called. */
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
