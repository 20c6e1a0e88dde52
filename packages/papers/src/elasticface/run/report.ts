import { ranOf } from "../../embeddings/run.ts";
import { estimate, mean as meanOf, rounded } from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../../reproduction.ts";
import { type Method, methods } from "./arms.ts";
import { fars, type Result } from "./trial.ts";
import { type ByMethod, elasticDifferences, judge, judgedFar, tarsAt } from "./verdict.ts";

export function reportOf(byMaterial: Readonly<Record<string, ByMethod>>): ReproductionReport {
  const ran = ranOf<Method, Result>(byMaterial, methods);
  const differences = Object.entries(byMaterial).flatMap((own) => differenceRows(...own));
  return {
    rows: [...ran.map(methodRow), ...differences],
    series: ran.map(curveOf),
    ...judge(byMaterial),
  };
}

type Ran = ReturnType<typeof ranOf<Method, Result>>[number];

const mean = (values: readonly number[]): number => rounded(meanOf(values));

function methodRow({ material, method, results }: Ran): Row {
  const judged = estimate(tarsAt(results, judgedFar));
  return {
    material,
    loss: method,
    seeds: results.length,
    "closed set": mean(results.map((r) => r.closed)),
    "verification accuracy": mean(results.map((r) => r.accuracy)),
    "TAR at FAR 1e-1": mean(tarsAt(results, 0.1)),
    "TAR at FAR 1e-2": rounded(judged.mean),
    "s.e.": rounded(judged.error),
    "TAR at FAR 1e-3": mean(tarsAt(results, 0.001)),
    "equal error rate": mean(results.map((r) => r.eer)),
  };
}

function differenceRows(material: string, results: ByMethod): Row[] {
  return [judgedFar, 0.001].flatMap((far) =>
    elasticDifferences(results, far).map(({ elastic, fixed, seeds, mean: difference, low, high, p }) => ({
      material,
      elastic,
      fixed,
      FAR: far,
      seeds,
      "difference of TAR": rounded(difference),
      "95 % from": rounded(low),
      "95 % to": rounded(high),
      p: rounded(p),
    })),
  );
}

function curveOf({ material, method, results }: Ran): Series {
  return {
    name: `${material}: ${method}`,
    xLabel: "log10 of the false accept rate",
    yLabel: "true accept rate",
    x: fars.map(Math.log10),
    y: fars.map((far) => meanOf(tarsAt(results, far))),
  };
}
