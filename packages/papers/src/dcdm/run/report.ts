import { resultsWhere } from "../../kit/evidence.ts";
import { banded } from "../../kit/series.ts";
import { estimate, mean, round } from "../../kit/statistics.ts";
import type { Field, ReproductionReport, Row, Series } from "../../reproduction.ts";
import { classical, memories, nets } from "./arms.ts";
import type { ClassicalResult } from "./classical-trial.ts";
import type { Shown, Solved } from "./measure.ts";
import type { NetworkResult } from "./network-trial.ts";
import { families } from "./problems.ts";
import { shownAfter } from "./settings.ts";
import type { Measured } from "./trial.ts";
import { judge } from "./verdict.ts";

/** A solver of the tables, with its results on a family and on a grid. */
interface Entry {
  label: string;
  onFamily(family: string): Solved[];
  onSize(size: number): { solved: Solved; milliseconds: number | null }[];
}

/** Returns the tables, the figures and the verdict. */
export function reportOf(trials: readonly Measured[]): ReproductionReport {
  const plain = resultsWhere(trials, { part: "classical" });
  const of = (net: string): NetworkResult[] => resultsWhere(trials, { part: "network", net });
  const entries = [
    ...classical.map(({ id, label }) => classicalEntry(id, label, plain)),
    ...networkEntries(of),
  ];
  const sizes = [...new Set(plain.flatMap((result) => result.sizes.map(({ size }) => size)))];
  return {
    rows: [
      ...families.flatMap((family) => entries.map((entry) => familyRow(family, entry))),
      ...sizes.flatMap((size) => entries.flatMap((entry) => sizeRow(size, entry))),
      ...nets.map(({ id, label }) => networkRow(label, of(id))),
    ],
    series: [...residualCurves(trials), ...growthCurves(entries, sizes), ...trainingCurves(of)],
    fields: fieldsOf(trials),
    ...judge(evidenceOf(plain, of("paper"), sizes)),
  };
}

function classicalEntry(id: string, label: string, results: readonly ClassicalResult[]): Entry {
  const own = <T extends { solver: string }>(list: readonly T[]): T[] =>
    list.filter(({ solver }) => solver === id);
  return {
    label,
    onFamily: (family) =>
      results.flatMap((result) =>
        own(result.families)
          .filter((each) => each.family === family)
          .map(({ solved }) => solved),
      ),
    onSize: (size) => results.flatMap((result) => own(result.sizes).filter((each) => each.size === size)),
  };
}

function networkEntries(of: (net: string) => NetworkResult[]): Entry[] {
  return nets.flatMap(({ id, label }) =>
    memories.map(
      (memory): Entry => ({
        label: `${label}, k = ${memory}`,
        onFamily: (family) =>
          of(id).flatMap(({ families }) =>
            families
              .filter((each) => each.family === family && each.memory === memory)
              .map(({ solved }) => solved),
          ),
        onSize: (size) =>
          memory !== 2
            ? []
            : of(id).flatMap(({ sizes }) =>
                sizes
                  .filter((each) => each.size === size)
                  .map(({ solved }) => ({ solved, milliseconds: null })),
              ),
      }),
    ),
  );
}

const iterationsOf = (solved: readonly Solved[], tolerance: number): number =>
  mean(solved.flatMap(({ iterations }) => iterations[tolerance]));
const timeOf = (solved: readonly Solved[]): number =>
  mean(solved.flatMap(({ milliseconds }) => milliseconds));
const short = (value: number): number => Number(value.toPrecision(3));

function familyRow(family: string, { label, onFamily }: Entry): Row {
  const solved = onFamily(family);
  const all = solved.flatMap(({ iterations }) => iterations[0]);
  return {
    family,
    solver: label,
    "to 1e-4": round(mean(all), 1),
    "standard error": round(estimate(all).error, 2),
    "to 1e-6": round(iterationsOf(solved, 1), 1),
    "not converged": solved.reduce((sum, { failed }) => sum + failed, 0),
    "ms to 1e-4": short(timeOf(solved)),
  };
}

function sizeRow(size: number, { label, onSize }: Entry): Row[] {
  const found = onSize(size);
  if (found.length === 0) return [];
  const solved = found.map((each) => each.solved);
  const once = found.flatMap(({ milliseconds }) => milliseconds ?? []);
  return [
    {
      "cells along a side": size,
      solver: label,
      "to 1e-4": round(iterationsOf(solved, 0), 1),
      "to 1e-6": round(iterationsOf(solved, 1), 1),
      "not converged": solved.reduce((sum, { failed }) => sum + failed, 0),
      "ms to 1e-4": short(timeOf(solved)),
      "ms once a matrix": once.length === 0 ? null : short(mean(once)),
    },
  ];
}

function networkRow(label: string, results: readonly NetworkResult[]): Row {
  return {
    network: label,
    "loss of the last epoch": short(mean(results.map(({ losses }) => losses[losses.length - 1]))),
    "seconds of training": short(mean(results.map(({ seconds }) => seconds))),
  };
}

const shownOf = (trials: readonly Measured[]): { label: string; shown: Shown }[] => {
  const labels = new Map<string, string>([...classical, ...nets].map(({ id, label }) => [id, label]));
  return trials.flatMap(({ result }) =>
    result.shown.map((shown) => ({ label: labels.get(shown.solver) ?? shown.solver, shown })),
  );
};

function residualCurves(trials: readonly Measured[]): Series[] {
  const most = 80;
  return shownOf(trials).map(({ label, shown: { residuals } }) => ({
    name: label,
    xLabel: "iteration",
    yLabel: "relative residual, a plume around a disc",
    yScale: "log",
    x: residuals.slice(0, most).map((_, k) => k),
    y: residuals.slice(0, most),
  }));
}

function growthCurves(entries: readonly Entry[], sizes: readonly number[]): Series[] {
  return entries.flatMap(({ label, onSize }) => {
    const found = sizes.map((size) => onSize(size).map(({ solved }) => solved));
    if (found.some((solved) => solved.length === 0)) return [];
    const axes = { xLabel: "cells along a side", xScale: "log", yScale: "log" } as const;
    const labels = (yLabel: string) => ({ name: label, yLabel, xLabel: axes.xLabel });
    const iterations = banded(
      labels("iterations to 1e-4, plumes"),
      sizes,
      found.map((solved) => solved.flatMap(({ iterations: [first] }) => first)),
    );
    const times = banded(
      labels("milliseconds a solve to 1e-4, plumes"),
      sizes,
      found.map((solved) => solved.flatMap(({ milliseconds }) => milliseconds)),
      short,
    );
    return [
      { ...iterations, ...axes },
      { ...times, ...axes },
    ];
  });
}

function trainingCurves(of: (net: string) => NetworkResult[]): Series[] {
  return nets.flatMap(({ id, label }) => {
    const results = of(id);
    if (results.length === 0) return [];
    const x = results[0].losses.map((_, epoch) => epoch + 1);
    const along = (values: (result: NetworkResult) => number[]) =>
      x.map((_, i) => results.map((r) => values(r)[i]));
    return [
      banded(
        { name: label, xLabel: "epoch", yLabel: "loss of the epoch" },
        x,
        along((r) => r.losses),
        short,
      ),
      banded(
        { name: label, xLabel: "epoch", yLabel: "iterations to 1e-4, plumes, k = 2" },
        x,
        along((r) => r.iterations),
      ),
    ];
  });
}

function fieldsOf(trials: readonly Measured[]): Field[] {
  const axes = { xLabel: "column", yLabel: "row" };
  const solution = trials
    .flatMap(({ result }) => (result.part === "classical" ? [result.solution] : []))
    .find((values) => values.length > 0);
  const of = "(cell widths squared times the source)";
  return [
    ...(solution === undefined
      ? []
      : [{ ...axes, name: "a plume around a disc", valueLabel: `pressure ${of}`, values: solution }]),
    ...shownOf(trials)
      .filter(({ shown: { solver } }) => ["cg", "ic", "multigrid", "paper", "unet"].includes(solver))
      .map(({ label, shown }) => ({
        ...axes,
        name: label,
        values: shown.error,
        valueLabel: `error after ${shownAfter} iterations ${of}`,
      })),
  ];
}

function evidenceOf(
  plain: readonly ClassicalResult[],
  paper: readonly NetworkResult[],
  sizes: readonly number[],
) {
  const [dcdm, none] = networkEntries((net) => (net === "paper" ? [...paper] : []));
  const byId = (id: string) => classicalEntry(id, id, plain);
  const over = ({ onFamily }: Entry) => families.flatMap(onFamily);
  const iterationsOn = ({ onSize }: Entry, size: number) =>
    iterationsOf(
      onSize(size).map(({ solved }) => solved),
      0,
    );
  // The grid of the claim, or that of a quick run.
  const larger = sizes.includes(64) ? 64 : sizes[sizes.length - 1];
  const both = (size: number) => ({ dcdm: iterationsOn(dcdm, size), cg: iterationsOn(byId("cg"), size) });
  return {
    families: families.map((family) => {
      const on = ({ onFamily }: Entry) => iterationsOf(onFamily(family), 0);
      return {
        family,
        dcdm: on(dcdm),
        cg: on(byId("cg")),
        deflated: on(byId("deflated")),
        ic: on(byId("ic")),
      };
    }),
    kept: iterationsOf(over(dcdm), 0),
    none: iterationsOf(over(none), 0),
    trained: both(sizes[0]),
    larger: { size: larger, ...both(larger) },
    milliseconds: {
      dcdm: timeOf(over(dcdm)),
      cg: timeOf(over(byId("cg"))),
      ic: timeOf(over(byId("ic"))),
      multigrid: timeOf(over(byId("multigrid"))),
    },
  };
}
