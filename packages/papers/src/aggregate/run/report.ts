import { banded } from "../../kit/series.ts";
import { differences, estimate, mean, round, rounded } from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../../reproduction.ts";
import {
  type Cell,
  optimumOf,
  privateTheoryOf,
  type Simulated,
  type SimulatedPrivate,
  theoryOf,
} from "./evidence.ts";
import { paired } from "./intervals.ts";
import { privacy } from "./settings.ts";
import { gainOf, judge, rises, tunedGains } from "./verdict.ts";

/** A cell with its baselines. */
export interface RealCell extends Cell {
  baselines: Record<string, readonly number[]>;
  chosenRhos: readonly number[];
  theoryRho: number | null;
}

/** Returns three tables, their curves, and the verdict. */
export function reportOf(
  points: readonly Simulated[],
  privatePoints: readonly SimulatedPrivate[],
  cells: readonly RealCell[],
): ReproductionReport {
  return {
    rows: [
      ...points.flatMap(simulationRows),
      ...privatePoints.flatMap(privateRows),
      ...cells.map(cellRow),
      ...gainRows(cells),
    ],
    series: [
      ...points.filter(({ psi }) => psi === 8).flatMap(simulationCurves),
      ...cells.map(cellCurve),
      ...privateCurves(privatePoints),
    ],
    ...judge(points, privatePoints, cells),
  };
}

const digits = (value: number): number => Number(value.toPrecision(4));

/** Returns a row with a simulated risk and the theory's. */
function compared(values: readonly number[], known: string, theory: number): Row {
  const { mean, error } = estimate(values);
  return {
    "simulated risk": digits(mean),
    "s.e.": digits(error),
    [known]: digits(theory),
    "off by": rounded(mean / theory - 1),
  };
}

function simulationRows(point: Simulated): Row[] {
  const { psi, k, sigma2 } = point;
  const best = optimumOf(point);
  return [...point.risks]
    .sort((a, b) => a.rho - b.rho)
    .map(({ rho, values }) => ({
      simulation: `psi ${psi}, k ${k}, sigma2 ${sigma2}`,
      rho: rounded(rho),
      "is the theory's best": rho === best ? "yes" : "",
      ...compared(values, "theory's risk", theoryOf(point, rho)),
    }));
}

const privateRows = (point: SimulatedPrivate): Row[] =>
  point.risks.map(({ rho, values }) => ({
    "private, epsilon": point.epsilon,
    k: point.k,
    rho,
    ...compared(values, "formula's risk", privateTheoryOf(point, rho)),
  }));

function cellRow({
  dataset,
  model,
  k,
  tunedRho,
  testTrainRatio,
  curve,
  baselines,
  chosenRhos,
  theoryRho,
}: RealCell): Row {
  const at = (rho: number) => curve.find((entry) => entry.rho === rho)?.errors ?? [];
  const minus = (rho: number): string => {
    const { mean, low, high } = paired(differences(at(tunedRho), at(rho)), testTrainRatio);
    return `${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
  };
  return {
    "data set": dataset,
    model,
    k,
    seeds: at(0).length,
    "tuned rho": tunedRho,
    ...Object.fromEntries(curve.map(({ rho, errors }) => [`error at rho ${rho}`, rounded(mean(errors))])),
    "tuned minus rho 0": minus(0),
    "tuned minus rho 1": minus(1),
    ...Object.fromEntries(
      Object.entries(baselines).map(([name, errors]) => [`error, ${name}`, rounded(mean(errors))]),
    ),
    "rho by held-out bags, mean": chosenRhos.length === 0 ? null : rounded(mean(chosenRhos)),
    "theory's rho": theoryRho === null ? null : rounded(theoryRho),
  };
}

/** Returns the relative change of a logarithm; null where it is unbounded. */
const inPercents = (log: number): number | null =>
  Number.isFinite(log) ? round(100 * Math.expm1(log), 2) : null;

/** Returns the gain of the tuned mixture over the better end, and whether the best mixture moves with the bag size. */
function gainRows(cells: readonly Cell[]): Row[] {
  const groups = Map.groupBy(cells, ({ dataset, model }) => `${dataset}, ${model}`);
  const models = [...groups].map(([name, own]) => {
    const counted = own.filter(({ k }) => k >= 5);
    return { name, gain: gainOf(counted), rise: rises(own) };
  });
  const { all, each } = tunedGains(cells);
  const sets = each.map(({ dataset, gain }) => ({ name: `${dataset}, all models`, gain, rise: null }));
  return [...models, ...sets, { name: "all", gain: all, rise: null }].map(({ name, gain, rise }) => ({
    "tuned mixture against the better end": name,
    "error, %": inPercents(gain.mean),
    "95 % from": inPercents(gain.low),
    "95 % to": inPercents(gain.high),
    "that the best mixture rises": rise,
  }));
}

/** Most points of the grids are near 0. */
const rootOfRho = "square root of rho (0: bag level, 1: instance level)";

function simulationCurves(point: Simulated): Series[] {
  const { psi, k, sigma2 } = point;
  const sorted = [...point.risks].sort((a, b) => a.rho - b.rho);
  const fine = Array.from({ length: 51 }, (_, i) => (i / 50) ** 2).filter((rho) => rho > 0 || psi > k);
  const shared = { xLabel: rootOfRho, yLabel: `risk, psi ${psi}, noise ${sigma2}` };
  return [
    {
      ...shared,
      name: `bags of ${k}: theory`,
      x: fine.map(Math.sqrt),
      y: fine.map((rho) => theoryOf(point, rho)),
    },
    banded(
      { ...shared, name: `bags of ${k}: simulated` },
      sorted.map(({ rho }) => Math.sqrt(rho)),
      sorted.map(({ values }) => values),
    ),
  ];
}

function cellCurve({ dataset, model, k, curve }: RealCell): Series {
  return banded(
    { name: `bags of ${k}`, xLabel: rootOfRho, yLabel: `test error, ${dataset}, ${model}` },
    curve.map(({ rho }) => Math.sqrt(rho)),
    curve.map(({ errors }) => errors),
  );
}

function privateCurves(points: readonly SimulatedPrivate[]): Series[] {
  const chosen = points.filter(({ epsilon }) => epsilon === 1);
  const shared = { xLabel: "bag size k", yLabel: "risk with private means, epsilon 1" };
  return privacy.rhos.flatMap((rho) => [
    {
      ...shared,
      name: `rho ${rho}: formula`,
      x: chosen.map(({ k }) => k),
      y: chosen.map((point) => privateTheoryOf(point, rho)),
    },
    banded(
      { ...shared, name: `rho ${rho}: simulated` },
      chosen.map(({ k }) => k),
      chosen.map(({ risks }) => risks.find((entry) => entry.rho === rho)?.values ?? []),
    ),
  ]);
}
