import { resultsWhere } from "../../kit/evidence.ts";
import { banded } from "../../kit/series.ts";
import { difference, estimate, mean, round } from "../../kit/statistics.ts";
import type { Field, ReproductionReport, Row, Series } from "../../reproduction.ts";
import { arms } from "./arms.ts";
import type { Quality } from "./judging.ts";
import { exactData, speckleTimes } from "./settings.ts";
import type { ExactResult, Measured, PicturesResult, PointsResult } from "./trial.ts";
import { judge } from "./verdict.ts";

const digits = (value: number): number => Number(value.toPrecision(3));

/** Returns tables, curves, sheets and verdict of a run. */
export function reportOf(trials: readonly Measured[]): ReproductionReport {
  const [exact] = resultsWhere(trials, { part: "exact" });
  const points = resultsWhere(trials, { part: "points" });
  const pictures = resultsWhere(trials, { part: "digits" });
  /** The digits, and clothes where there were any. */
  const sets = [pictures, resultsWhere(trials, { part: "clothes" })].filter((own) => own.length > 0);
  const errorIn = (steps: number): number => {
    const end = exact.ends.find((own) => own.steps === steps)!;
    return end.variance - exactData.deviation ** 2;
  };
  const frechet = (of: (result: PicturesResult) => Quality) =>
    mean(pictures.map((result) => of(result).frechet));
  const [dale, , unconstrained] = arms;
  return {
    rows: [
      ...sets.flatMap(pictureRows),
      ...speckleRows(pictures),
      ...pointRows(points),
      ...exactRows(exact),
      ...sets.map((own) => ({
        "classifier of": own[0].part,
        "classifier's accuracy": round(mean(own.map(({ accuracy }) => accuracy)), 4),
        "loss, noise multiplies": digits(mean(own.map(({ loss }) => loss.multiplicative))),
        "loss, noise is added": digits(mean(own.map(({ loss }) => loss.additive))),
      })),
    ],
    series: speckleCurves(pictures),
    fields: sets.flatMap(([first]) => sheetsOf(first)),
    ...judge({
      errors: [errorIn(100), errorIn(200), errorIn(400)],
      dale: frechet(({ quality }) => quality[dale.id]),
      unconstrained: frechet(({ quality }) => quality[unconstrained.id]),
      independent: frechet(({ references }) => references["independent pixels"]),
      entropy: mean(pictures.map(({ quality }) => quality[dale.id].entropy)),
      turned: [
        ...points.map(({ turned }) => turned[dale.id]),
        ...pictures.map(({ quality }) => quality[dale.id].turned),
      ].reduce((sum, count) => sum + count, 0),
    }),
  };
}

/** Returns the scores of samples, references below them. */
function pictureRows(results: readonly PicturesResult[]): Row[] {
  const row = (name: string, own: readonly Quality[]): Row => {
    const meanOf = (column: keyof Quality): number => mean(own.map((quality) => quality[column]));
    const distance = estimate(own.map(({ frechet }) => frechet));
    return {
      [results[0].part]: name,
      "Frechet distance": digits(distance.mean),
      "s.e.": digits(distance.error),
      "kernel distance": digits(meanOf("kernel")),
      precision: round(meanOf("precision"), 3),
      recall: round(meanOf("recall"), 3),
      density: round(meanOf("density"), 3),
      coverage: round(meanOf("coverage"), 3),
      confidence: round(meanOf("confidence"), 3),
      "entropy of classes": round(meanOf("entropy"), 3),
      "distance to the nearest of the training": round(meanOf("nearest"), 3),
      "not positive": own.reduce((sum, { turned }) => sum + turned, 0),
    };
  };
  return [
    ...arms.map(({ id }) =>
      row(
        id,
        results.map(({ quality }) => quality[id]),
      ),
    ),
    ...Object.keys(results[0].references).map((name) =>
      row(
        name,
        results.map(({ references }) => references[name]),
      ),
    ),
  ];
}

const methods = [
  ["multiplicative", "network, noise multiplies"],
  ["additive", "network, noise is added"],
  ["filtered", "Gaussian filter of the logarithm"],
  ["noisy", "with the speckle"],
] as const;

function speckleRows(results: readonly PicturesResult[]): Row[] {
  return speckleTimes.map((t, i): Row => {
    const of = (method: (typeof methods)[number][0]) => results.map(({ speckle }) => speckle[i][method]);
    const gain = difference(of("multiplicative"), of("additive"));
    return {
      "speckle, t": t,
      ...Object.fromEntries(methods.map(([method, name]) => [`dB ${name}`, round(mean(of(method)), 2)])),
      "multiplied above added": round(gain.mean, 2),
      "s.e.": round(gain.error, 2),
    };
  });
}

function speckleCurves(results: readonly PicturesResult[]): Series[] {
  return methods.map(([method, name]) => ({
    ...banded(
      { name, xLabel: "t of the speckle", yLabel: "peak signal-to-noise ratio in dB" },
      speckleTimes,
      speckleTimes.map((_, i) => results.map(({ speckle }) => speckle[i][method])),
      (value) => round(value, 3),
    ),
    xScale: "log" as const,
  }));
}

function pointRows(results: readonly PointsResult[]): Row[] {
  const row = (name: string, values: readonly number[], turned: number | null): Row => {
    const energy = estimate(values);
    return {
      "two moons": name,
      "energy distance": digits(energy.mean),
      "s.e.": digits(energy.error),
      "not positive": turned,
    };
  };
  return [
    ...arms.map(({ id }) =>
      row(
        id,
        results.map(({ energy }) => energy[id]),
        results.reduce((sum, { turned }) => sum + turned[id], 0),
      ),
    ),
    row(
      "drawn anew",
      results.map(({ fresh }) => fresh),
      null,
    ),
    row(
      "independent columns",
      results.map(({ independent }) => independent),
      null,
    ),
  ];
}

function exactRows({ ends, turned }: ExactResult): Row[] {
  return [
    ...ends.map(
      ({ steps, mean, variance }): Row => ({
        "steps of the exact chain": steps,
        "error of the mean": digits(mean - exactData.mean),
        "error of the variance": digits(variance - exactData.deviation ** 2),
      }),
    ),
    {
      "signs turned in a step of 0.1 with four times the noise, Dale-Langevin": turned.daleLangevin,
      unconstrained: round(turned.unconstrained, 4),
    },
  ];
}

/** Arranges samples of an arm on a sheet, four lines of five. */
function sheetsOf({ part, sheets }: PicturesResult): Field[] {
  const [across, lines] = [5, 4];
  return Object.entries(sheets).map(([name, values]): Field => {
    const side = Math.sqrt(values.length / (across * lines));
    const pixels = Array.from({ length: lines * side }, () =>
      new Array<number | null>(across * side).fill(null),
    );
    values.forEach((value, i) => {
      const picture = Math.floor(i / side ** 2);
      const [r, c] = [Math.floor((i % side ** 2) / side), i % side];
      pixels[Math.floor(picture / across) * side + r][(picture % across) * side + c] = round(value - 1, 2);
    });
    return {
      name,
      valueLabel: `grey level of ${part}`,
      values: pixels,
      xLabel: "pixel",
      yLabel: "pixel",
    };
  });
}
