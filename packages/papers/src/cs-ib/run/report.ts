import { banded } from "../../kit/series.ts";
import { difference, estimate, mean, rounded } from "../../kit/statistics.ts";
import type { ReproductionReport, Row } from "../../reproduction.ts";
import { type Arm, arms, wideArm } from "./arms.ts";
import { attacks, type Cell, sweep, wide } from "./settings.ts";
import type { Result } from "./trial.ts";
import { type Columns, judge } from "./verdict.ts";

/** All results of a measured run. */
export interface Outcomes {
  cells: readonly Cell[];
  /** One per seed, in the order of the seeds. */
  of(cell: string, arm: string): readonly Result[];
  /** The same at a price, by default of CS-IB. */
  at(cell: string, beta: number, arm?: string): readonly Result[];
  /** The number chosen for an arm. */
  value(cell: Cell, arm: string): number | null;
}

/** The arms that CS-IB has to beat. */
const rivals = ["vib", "nib", "hsic"];

/** Returns tables, curves and verdict. */
export function reportOf({ cells, of, at, value }: Outcomes): ReproductionReport {
  const columns = (cell: string, arm: string): Columns =>
    [0, ...attacks.fgsm].map((_, i) => of(cell, arm).map((r) => errorsOf(r)[i]));
  const swept = cells.filter(({ outliers }) => outliers === 0);
  const meansOf = (cell: string): number[] =>
    sweep.map((beta) => mean(at(cell, beta).map(({ information }) => information)));
  return {
    rows: [
      ...cells.flatMap((cell) =>
        arms.map((arm) =>
          armRow(cell.id, arm, of(cell.id, arm.id), of(cell.id, "squared"), value(cell, arm.id)),
        ),
      ),
      ...cells.flatMap(({ id }) =>
        sweep.map((beta) => ({
          "price of information on": id,
          beta,
          ...priced("information", at(id, beta), at(id, 0)),
          ...priced("informationWide", at(id, beta, wideArm.id), at(id, 0, wideArm.id)),
        })),
      ),
    ],
    series: cells.flatMap(({ id }) =>
      drawn.map(({ id: arm, label }) =>
        banded(
          { name: `${label}: ${id}`, xLabel: "radius of FGSM", yLabel: "test RMSE" },
          [0, ...attacks.fgsm],
          columns(id, arm),
          rounded,
        ),
      ),
    ),
    ...judge({
      cells: cells.map(({ id, outliers }) => ({
        id,
        outliers,
        csIb: columns(id, "cs-ib"),
        squared: columns(id, "squared"),
        rivals: Object.fromEntries(
          arms
            .filter((arm) => rivals.includes(arm.id))
            .map(({ id: arm, label }) => [label, columns(id, arm)]),
        ),
      })),
      information: swept.map(({ id }) => ({ id, means: meansOf(id) })),
    }),
  };
}

/** The arms whose errors are drawn against the size of the attack. */
const drawn = arms.filter(({ id }) => ["squared", "welsch", "cs-ib", "vib", "nib", "hsic"].includes(id));

const errorsOf = ({ clean, fgsm }: Result): number[] => [clean, ...fgsm];

function armRow(
  cell: string,
  arm: Arm,
  results: readonly Result[],
  squared: readonly Result[],
  value: number | null,
): Row {
  const clean = estimate(results.map((r) => r.clean));
  const less = difference(
    squared.map((r) => r.clean),
    results.map((r) => r.clean),
  );
  const fgsm = attacks.fgsm.map((gamma, i) => [
    `FGSM ${gamma}`,
    rounded(mean(results.map((r) => r.fgsm[i]))),
  ]);
  return {
    cell,
    arm: arm.label,
    chosen: value === null ? null : `${arm.parameter} ${value}`,
    clean: rounded(clean.mean),
    "s.e.": rounded(clean.error),
    "below squared error": rounded(less.mean),
    "s.e. of that": rounded(less.error),
    ...Object.fromEntries(fgsm),
    "PGD 0.3": rounded(mean(results.map((r) => r.pgd))),
    information: rounded(mean(results.map((r) => r.information))),
  };
}

/** Bits of information about targets of variance 1, of a prediction with that error. */
const bits = (rmse: number): number => -Math.log2(rmse);

/** Returns the results of a price of information at one of the kernel's widths; compression is relative to no price. */
function priced(
  width: "information" | "informationWide",
  results: readonly Result[],
  free: readonly Result[],
): Row {
  const of = width === "information" ? "" : `, sigmaT ${wide}`;
  const rmse = mean(results.map((r) => r.clean));
  const told = (of: readonly Result[]): number => mean(of.map((r) => r[width]));
  const found = {
    information: told(results),
    compression: 1 - told(results) / told(free),
    clean: rmse,
    "bits of y": bits(rmse),
    "FGSM 0.3": mean(results.map((r) => r.fgsm[2])),
  };
  return Object.fromEntries(Object.entries(found).map(([name, value]) => [`${name}${of}`, rounded(value)]));
}
