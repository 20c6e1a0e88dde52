import { expectedHatLoss, labeledOnlyBound, robustSelfTrainingBound } from "@minimand/lab/theory";
import type { Choices } from "../../kit/choices.ts";
import type { Trial } from "../../kit/collect.ts";
import { resultsWhere } from "../../kit/evidence.ts";
import { banded } from "../../kit/series.ts";
import {
  difference,
  type Estimate,
  estimate,
  mean as meanOf,
  percentOf,
  rounded,
} from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../../reproduction.ts";
import { mixtureArms, transferArms } from "./arms.ts";
import { domainOf, placeOf } from "./domains.ts";
import type { MixtureResult, MixtureSpec } from "./mixture.ts";
import { attack, mixture, type Shape } from "./settings.ts";
import type { TransferResult, TransferSpec } from "./transfer.ts";
import type { Measured } from "./trial.ts";
import { judge } from "./verdict.ts";

type MixtureTrial = Trial<MixtureSpec, MixtureResult>;
type TransferTrial = Trial<TransferSpec, TransferResult>;

/** Tables, curves and the verdict. */
export function reportOf(measured: readonly Measured[], choices: Choices): ReproductionReport {
  const draws = measured.filter((t): t is MixtureTrial => t.spec.part === "mixture");
  const trials = measured.filter((t): t is TransferTrial => t.spec.part === "transfer");
  const tuned = trials.filter(({ spec }) => isChosen(spec, choices));
  return {
    rows: [...mixtureRows(draws), ...transferRows(tuned), ...attackRows(trials, choices)],
    series: [...mixtureCurves(draws), ...attackCurves(trials, choices), ...theoryCurves()],
    ...judge({ ...simulationEvidence(draws), ...realEvidence(tuned) }),
  };
}

/** Whether a trial has the tuned setting of its arm, and not one of the study of attacks. */
function isChosen(spec: TransferSpec, choices: Choices): boolean {
  const row = choices[`${placeOf(spec)}: ${spec.arm}`];
  return row !== undefined && Object.entries(spec.setting).every(([name, value]) => row[name] === value);
}

const accuracies = (results: readonly { accuracy: number }[]): number[] =>
  results.map(({ accuracy }) => accuracy);

/** The numbers of part A; the quick scale has another n, the only one there is. */
function simulationEvidence(draws: readonly MixtureTrial[]): { gain: number; loss: number } {
  const { m, shift } = mixture.judged;
  const n = draws.some(({ spec }) => spec.n === mixture.judged.n) ? mixture.judged.n : undefined;
  const mean = (arm: string, where: object = {}): number =>
    meanOf(accuracies(resultsWhere(draws, { arm, m, ...where })));
  const alone = Math.max(mean("mean"), mean("logistic"));
  const own = mean("rss", { n, shift: 0 });
  return { gain: own - alone, loss: own - mean("rss", { n, shift }) };
}

function mixtureRows(draws: readonly MixtureTrial[]): Row[] {
  const cells = Map.groupBy(draws, ({ spec: { m, n, shift, arm } }) => JSON.stringify([m, n, shift, arm]));
  const rows = [...cells.values()].map((trials): Row => {
    const { m, n, shift, arm } = trials[0].spec;
    const info = mixtureArms.find(({ id }) => id === arm)!;
    const { mean, error } = estimate(accuracies(trials.map(({ result }) => result)));
    const inside = trials.map(({ result }) => result.inside).filter((v) => v !== null);
    return {
      simulation: info.label,
      labelled: m,
      unlabelled: info.alone ? 0 : n,
      shift: info.alone ? null : shift,
      accuracy: rounded(mean),
      "s.e.": rounded(error),
      gain: rounded(mean - meanOf(trials.map(({ result }) => result.start))),
      "below 0.5": trials.filter(({ result }) => result.accuracy < 0.5).length,
      "inside the hat": inside.length === 0 ? null : rounded(meanOf(inside)),
    };
  });
  return rows.sort(
    (a, b) =>
      Number(a.labelled) - Number(b.labelled) ||
      Number(a.unlabelled) - Number(b.unlabelled) ||
      Number(a.shift) - Number(b.shift),
  );
}

type Cell = { domain: string; shape: Shape; m: number };

/** Accuracies of an arm over the seeds of one cell. */
const cellOf = (trials: readonly TransferTrial[], arm: string, cell: Cell): number[] =>
  accuracies(resultsWhere(trials, { arm, ...cell }));

function cellsOf(trials: readonly TransferTrial[]): Cell[] {
  const keys = new Set(trials.map(({ spec: { domain, shape, m } }) => JSON.stringify({ domain, shape, m })));
  return [...keys].map((key) => JSON.parse(key));
}

/** Accuracies of an arm over all cells and seeds. */
const everywhere = (trials: readonly TransferTrial[], arm: string): number[] =>
  cellsOf(trials).flatMap((cell) => cellOf(trials, arm, cell));

function realEvidence(trials: readonly TransferTrial[]) {
  const over = (rival: string) => difference(everywhere(trials, "rss"), everywhere(trials, rival));
  return { overPlain: over("erm"), overFrozen: over("frozen") };
}

function transferRows(trials: readonly TransferTrial[]): Row[] {
  const rows = cellsOf(trials).map((cell): Row => {
    const accuracyOf = (id: string) => percentOf(estimate(cellOf(trials, id, cell)));
    return {
      "real domains": domainOf(cell.domain).label,
      model: cell.shape,
      labelled: cell.m,
      ...Object.fromEntries(transferArms.map(({ id, label }) => [label, accuracyOf(id)])),
    };
  });
  const totals = transferArms.map(({ id, label }): Row => {
    const own = everywhere(trials, id);
    const gain = difference(own, everywhere(trials, "erm"));
    const behind = difference(everywhere(trials, "rss"), own);
    return {
      "all cells": label,
      "mean accuracy": rounded(meanOf(own)),
      "over plain training": rounded(gain.mean),
      "+-": rounded(gain.error),
      "RSS minus it": rounded(behind.mean),
      "+- of that": rounded(behind.error),
    };
  });
  return [...rows, ...totals];
}

/** Plain training, RSS, and robust training by its dual parameter: accuracy by the radius of the attack. */
function attackArms(
  trials: readonly TransferTrial[],
  choices: Choices,
): { name: string; found: Estimate[] }[] {
  const { domain, m, radii, gammas } = attack;
  const own = trials.filter(({ spec }) => spec.domain === domain && spec.shape === "linear" && spec.m === m);
  const among = (name: string, belongs: (spec: TransferSpec) => boolean) => {
    const results = own.filter(({ spec }) => belongs(spec)).map(({ result }) => result);
    return { name, found: radii.map((_, i) => estimate(results.map(({ attacked }) => attacked[i]))) };
  };
  const made = [
    among("plain training", (spec) => spec.arm === "erm" && isChosen(spec, choices)),
    among("RSS", (spec) => spec.arm === "rss" && isChosen(spec, choices)),
    ...gammas.map((gamma) =>
      among(`robust, gamma ${gamma}`, ({ arm, setting }) => arm === "drl" && setting.gamma === gamma),
    ),
  ];
  return made.filter(({ found }) => found.every((e) => Number.isFinite(e.mean)));
}

function attackRows(trials: readonly TransferTrial[], choices: Choices): Row[] {
  return attackArms(trials, choices).map(({ name, found }) => ({
    "under attack": name,
    ...Object.fromEntries(attack.radii.map((radius, i) => [`radius ${radius}`, rounded(found[i].mean)])),
  }));
}

function attackCurves(trials: readonly TransferTrial[], choices: Choices): Series[] {
  const axes = {
    xLabel: "radius of an l2 attack (digits, linear, 50 labelled)",
    yLabel: "accuracy under attack",
  };
  return attackArms(trials, choices).map(({ name, found }) => banded({ name, ...axes }, attack.radii, found));
}

/** Accuracy of the simulation by the number of unlabelled points, a curve a shift. */
function mixtureCurves(draws: readonly MixtureTrial[]): Series[] {
  const rss = draws.flatMap(({ spec }) => (spec.arm === "rss" ? [spec] : []));
  const shifts = [...new Set(rss.map(({ shift }) => shift))];
  return [...new Set(draws.map(({ spec }) => spec.m))].flatMap((m) => {
    const axis = {
      xLabel: `log10 of the unlabelled points, ${m} labelled`,
      yLabel: "accuracy (Bayes 0.841)",
    };
    const sizesOf = (shift?: number): number[] => {
      const own = rss.filter((spec) => spec.m === m && (shift ?? spec.shift) === spec.shift);
      return [...new Set(own.map(({ n }) => n))].sort((a, b) => a - b);
    };
    const curves = shifts.map((shift) => {
      const found = sizesOf(shift).map((n) => accuracies(resultsWhere(draws, { arm: "rss", m, n, shift })));
      return banded({ name: `RSS, shift ${shift}`, ...axis }, sizesOf(shift).map(Math.log10), found);
    });
    const alone = meanOf(accuracies(resultsWhere(draws, { arm: "mean", m })));
    const x = sizesOf().map(Math.log10);
    return [...curves, { name: "labelled points alone", ...axis, x, y: x.map(() => alone) }];
  });
}

/** What the theory says: the unlabelled term by the angle, and how the bounds scale. */
function theoryCurves(): Series[] {
  const cosines = Array.from({ length: 41 }, (_, i) => -1 + i / 20);
  const hats = [0.3, 1].map((gamma): Series => {
    return {
      name: `gamma' ${gamma}`,
      xLabel: "cosine to the mean of the unlabelled points",
      yLabel: "expected unlabelled term",
      x: cosines,
      y: cosines.map((cosine) => expectedHatLoss({ muNorm: 1, sigma: 1, cosine, gamma })),
    };
  });
  const sizes = Array.from({ length: 25 }, (_, i) => Math.round(10 ** (2 + i / 4)));
  const [d, m] = [mixture.dimension, 200];
  const bounds = [0, 0.001, 0.01].map((alpha): Series => {
    return {
      name: `robust bound, alpha ${alpha}`,
      xLabel: `log10 of the unlabelled points (d ${d}, m ${m}; up to constants)`,
      yLabel: "bound of the excess risk",
      x: sizes.map(Math.log10),
      y: sizes.map((n) => robustSelfTrainingBound({ d, m, n, alpha, gamma: 1, muNorm: 1, sigma: 1 })),
    };
  });
  const alone = labeledOnlyBound({ d, m });
  return [...hats, ...bounds, { ...bounds[0], name: "labelled points alone", y: sizes.map(() => alone) }];
}
