import { resultsWhere } from "../../kit/evidence.ts";
import { deviation, mean, round, roundOrNull } from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../../reproduction.ts";
import { armOf, arms } from "./arms.ts";
import { kappaCase, kappaCases } from "./kappas.ts";
import type { NetworkResult } from "./network.ts";
import type { QuadraticResult } from "./quadratic.ts";
import { decays, quadratic as exact, largeArms } from "./settings.ts";
import type { Measured } from "./trial.ts";
import { judge } from "./verdict.ts";

/** Results of one kappa or one way of training, in the order of the seeds. */
interface Group<R> {
  id: string;
  results: R[];
}

/** The tables, the curves and the verdict. */
export function reportOf(trials: readonly Measured[]): ReproductionReport {
  const of = (arm: string): NetworkResult[] =>
    resultsWhere(trials, { part: "network", purpose: "tuned", arm });
  const kappas = grouped(kappaCases, ({ id: kappa }) => resultsWhere(trials, { part: "quadratic", kappa }));
  const large = grouped(
    largeArms.map((id) => ({ id })),
    ({ id: arm }) => resultsWhere(trials, { part: "network", purpose: "large", arm }),
  );
  const decayed = resultsWhere(trials, { part: "network", purpose: "decay" });
  const byDecay = decays.values.map((weightDecay) => ({
    weightDecay,
    results: decayed.filter((r) => r.weightDecay === weightDecay),
  }));
  const overAdamw = (id: string): number[] =>
    of(id).map((r, s) => r.accuracy - (of("adamw")[s]?.accuracy ?? Number.NaN));
  const constrained = [...of("lion"), ...byDecay.flatMap(({ results }) => results)];
  const lionLarge = large.find(({ id }) => id === "lion")?.results ?? [];
  const rates = new Map(
    trials.flatMap(({ spec: s }) =>
      s.part === "network" && s.purpose === "tuned" ? [[s.arm, s.configuration]] : [],
    ),
  );
  const network = arms.filter(({ id }) => of(id).length > 0);
  return {
    rows: [
      ...kappas.map(kappaRow),
      ...network
        .filter(({ relative }) => relative !== true)
        .map(({ id, label }): Row => {
          const chosen = rates.get(id);
          return {
            optimizer: label,
            "learning rate": chosen?.learningRate ?? null,
            "weight decay": chosen?.weightDecay ?? null,
            ...accuracies(of(id), overAdamw(id)),
            "train loss": short(mean(of(id).map((r) => r.trainLoss))),
            "max|x|": round(mean(of(id).map((r) => r.largestWeight)), 3),
            "bytes of state a parameter": round(of(id)[0].bytes, 2),
          };
        }),
      ...network
        .filter(({ relative }) => relative === true)
        .map(
          ({ id, label }): Row => ({
            kappa: label,
            "learning rate": rates.get(id)?.learningRate ?? null,
            "weight decay (mean)": round(mean(of(id).map((r) => r.weightDecay)), 4),
            ...accuracies(of(id), overAdamw(id)),
            "violation (worst)": short(worst(of(id).map((r) => r.violation))),
            "size of x, 1 at the boundary": round(mean(of(id).map((r) => r.gauge)), 3),
          }),
        ),
      ...byDecay.map(
        ({ weightDecay, results: r }): Row => ({
          "Lion, weight decay": weightDecay,
          "1 / lambda": weightDecay === 0 ? null : round(1 / weightDecay, 3),
          "test accuracy": round(mean(r.map((x) => x.accuracy)), 4),
          "train loss": short(mean(r.map((x) => x.trainLoss))),
          "max|x| (worst)": round(worst(r.map((x) => x.largestWeight)), 5),
          "weights at the bound": round(mean(r.map((x) => x.atBound)), 3),
        }),
      ),
      ...large.map(({ id, results: r }): Row => {
        const points = r.map((x) => x.curve?.largest ?? []);
        return {
          "start eight times too large": labelOf(id),
          "max|x| at the start": round(mean(points.map((p) => p[0])), 2),
          "max|x| at the end (worst)": round(worst(r.map((x) => x.largestWeight)), 6),
          "violation (worst)": short(worst(r.map((x) => x.violation))),
          "weights at the bound": round(mean(r.map((x) => x.atBound)), 3),
          "test accuracy": round(mean(r.map((x) => x.accuracy)), 4),
        };
      }),
    ],
    series: [...exactCurves(kappas), ...largeCurves(large)],
    ...judge({
      kappas: kappas.length,
      excess: worst(kappas.flatMap((g) => g.results.map((r) => r.excess))),
      gap: worst(kappas.flatMap((g) => g.results.map((r) => Math.abs(r.gap)))),
      lionDistance: worst(kappas.find(({ id }) => id.includes("Lion"))?.results.map((r) => r.distance) ?? []),
      overBound: worst(kappas.flatMap((g) => g.results.map((r) => r.overBound))),
      rise: worst(kappas.flatMap((g) => g.results.flatMap((r) => r.rise ?? []))),
      overGuarantee: worst(constrained.map((r) => r.violation - r.startViolation * r.guaranteed)),
      largeViolation: worst(lionLarge.map((r) => r.violation)),
      lion: standing(of("lion")),
      adamw: standing(of("adamw")),
    }),
  };
}

/** The items that were run, with their results. */
const grouped = <T extends { id: string }, R>(items: readonly T[], of: (item: T) => R[]): Group<R>[] =>
  items.map((item) => ({ id: item.id, results: of(item) })).filter(({ results }) => results.length > 0);

function kappaRow({ id, results: r }: Group<QuadraticResult>): Row {
  const rises = r.flatMap((x) => x.rise ?? []);
  return {
    "exact part: kappa": id,
    "weight decay means": kappaCase(id).meaning,
    "distance at the start": round(mean(r.map((x) => x.startViolation)), 2),
    "at the end": short(worst(r.map((x) => x.endViolation))),
    "over (1 - e lambda)": short(worst(r.map((x) => x.excess))),
    "F - F*": short(worst(r.map((x) => Math.abs(x.gap)))),
    "lambda |x - x*|": short(worst(r.map((x) => x.distance))),
    "H over its bound": short(worst(r.map((x) => x.overBound))),
    "H along the equation": rises.length > 0 ? short(worst(rises)) : null,
  };
}

function accuracies(results: readonly NetworkResult[], overAdamw: readonly number[]): Row {
  return {
    "test accuracy": round(mean(results.map((r) => r.accuracy)), 4),
    "minus AdamW": round(mean(overAdamw), 4),
    "sd of the difference": overAdamw.length > 1 ? round(deviation(overAdamw), 4) : null,
  };
}

const standing = (results: readonly NetworkResult[]) => ({
  accuracy: mean(results.map((r) => r.accuracy)),
  bytes: results[0]?.bytes ?? Number.NaN,
});

/** Where a curve on a logarithmic axis ends: numbers of 32 bits have no more digits. */
const floor = -8;
const log10 = (values: readonly number[]): number[] =>
  values.map((v) => round(Math.max(floor, Math.log10(v)), 3));
const shown = ["l1 (Lion)", "linf", "lp, p = 1.5", "nuclear"];

/** Phase 1 and phase 2 of the first seed. */
function exactCurves(kappas: readonly Group<QuadraticResult>[]): Series[] {
  const entering = kappas
    .filter(({ id }) => shown.includes(id))
    .flatMap(({ id, results: [first] }): Series[] => {
      const x = first.violations.map((_, i) => i * exact.every);
      const axes = { xLabel: "step", yLabel: "log10 of the distance to the set" };
      return [
        { name: id, ...axes, x, y: log10(first.violations) },
        { name: `${id}: bound`, ...axes, x, y: log10(first.bounds) },
      ];
    });
  const falling = kappas
    .filter(({ results: [first] }) => first.energies.length > 1)
    .map(({ id, results: [{ energies }] }): Series => {
      const [start, end] = [energies[0], energies[energies.length - 1]];
      return {
        name: id,
        xLabel: "time",
        yLabel: "H, from 1 at the start to 0 at the end",
        x: energies.map((_, i) => round(i * 5 * exact.h, 3)),
        y: energies.map((h) => round((h - end) / (start - end), 5)),
      };
    });
  return [...entering, ...falling];
}

/** The networks that start too large, first seed: distance to the box for each optimizer; Lion's objective and H. */
function largeCurves(large: readonly Group<NetworkResult>[]): Series[] {
  const line = (name: string, yLabel: string, values: readonly (number | null)[]): Series => {
    const known = [...values.entries()].filter((entry): entry is [number, number] => entry[1] !== null);
    return { name, xLabel: "epoch", yLabel, x: known.map(([i]) => i), y: known.map(([, v]) => v) };
  };
  const outside = "log10 of lambda max|x| - 1";
  const inside = (name: string, values: readonly (number | null)[]): Series =>
    line(
      name,
      "inside the box",
      values.map((v) => roundOrNull(v, 4)),
    );
  return [
    ...large.flatMap(({ id, results: [{ curve }] }) =>
      curve === null ? [] : [line(labelOf(id), outside, log10(curve.violation))],
    ),
    ...large
      .flatMap(({ id, results: [{ curve }] }) => (id === "lion" ? (curve ?? []) : []))
      .flatMap((lion) => [
        line("guaranteed for Lion", outside, log10(lion.bound)),
        inside("loss of all training rows", lion.objective),
        inside("Lyapunov function H", lion.energy),
        inside("gap of Frank and Wolfe", lion.stationarity),
      ]),
  ];
}

const labelOf = (id: string): string => armOf(id).label;

/** The largest; NaN where one is. */
const worst = (values: readonly number[]): number => Math.max(-Infinity, ...values);
const short = (value: number): number => Number(value.toPrecision(2));
