import { readFileSync } from "node:fs";
import { metricById } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import { influenceOf } from "./influence.ts";
import { maxT } from "./max-t.ts";
import type { OutOfFold } from "./out-of-fold.ts";
import { testDifference } from "./test-difference.ts";

interface Vector {
  name: string;
  metric: string;
  y: number[];
  baseline: number[][];
  candidate: number[][];
  fold: number[][];
  groups: number[] | null;
  options: { lam?: 0 | 1 };
  theta: number[];
  psi: number[][];
  expected: Record<string, number | null>;
}
const { vectors, maxT: family }: { vectors: Vector[]; maxT: Record<string, never> } = JSON.parse(
  readFileSync(new URL("./vectors.json", import.meta.url), "utf8"),
);

describe.each(vectors)(
  "$name",
  ({ metric, y, baseline, candidate, fold, groups, options, theta, psi, expected }) => {
    const sign = metricById(metric).higherIsBetter ? 1 : -1;
    const folds = 1 + Math.max(...fold[0]);
    const rowsOf = (predicted: number[], seed: number): OutOfFold => ({
      fold: fold[seed],
      folds,
      ...(metric === "rmse"
        ? { targets: y, predictions: predicted }
        : { labels: y, predicted, probabilities: predicted.flatMap((p) => [1 - p, p]) }),
    });

    it("has the differences and influences of its predictions", () => {
      theta.forEach((value, s) => {
        const [c, b] = [candidate, baseline].map((one) => influenceOf(metric, rowsOf(one[s], s)));
        expect(sign * (c.value - b.value)).toBeCloseTo(value, 12);
        c.influence.forEach((x, i) => {
          expect(sign * (x - b.influence[i])).toBeCloseTo(psi[s][i], 12);
        });
      });
    });

    it("has the components, the test and the probabilities", () => {
      const test = testDifference(
        { theta, psi, fold, folds, groups },
        // The vectors are computed with a lambda of 0 where they name none.
        { rope: 0.01, lambda: options.lam ?? 0 },
      );
      const { components, ...found } = test!;
      const all: Record<string, unknown> = { ...components, ...found };
      for (const [name, value] of Object.entries(expected)) {
        // With one seed nothing is between seeds: null there, 0 here.
        if (value === null) expect(all[name] ?? 0, name).toBe(0);
        else expect(all[name], name).toBeCloseTo(value, 7);
      }
    });
  },
);

it("adjusts a p-value for all candidates as the vector has it", () => {
  const { correlation, oneSidedP, adjustedFirst } = family as unknown as {
    correlation: number[][];
    oneSidedP: number[];
    adjustedFirst: number;
  };
  // Two vectors with this correlation.
  const r = correlation[0][1];
  const [a, b] = [
    [1, -1, 1, -1],
    [1, 1, -1, -1],
  ];
  const mixed = a.map((v, i) => r * v + Math.sqrt(1 - r * r) * b[i]);
  const [adjusted] = maxT([a, mixed])(oneSidedP);
  expect(Math.abs(adjusted - adjustedFirst)).toBeLessThan(
    3 * Math.sqrt((adjustedFirst * (1 - adjustedFirst)) / 20_000),
  );
});
