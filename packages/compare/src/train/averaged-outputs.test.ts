import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { averagedOutputs } from "./averaged-outputs.ts";
import { softmaxRows } from "./outcome.ts";

const logits = fc.array(fc.float({ min: -300, max: 300, noNaN: true }), { minLength: 6, maxLength: 6 });

describe("averagedOutputs", () => {
  it("gives logits whose softmax is the mean of the networks' probabilities, however extreme they are", () => {
    fc.assert(
      fc.property(fc.array(logits, { minLength: 2, maxLength: 4 }), (several) => {
        const outputs = several.map((own) => Float32Array.from(own));
        const averaged = averagedOutputs(outputs, "multiclass", 3);
        expect(averaged.every(Number.isFinite)).toBe(true);
        const each = outputs.map((own) => softmaxRows(own, 3));
        softmaxRows(averaged, 3).forEach((p, i) => {
          const mean = each.reduce((sum, own) => sum + own[i], 0) / each.length;
          expect(Math.abs(p - mean)).toBeLessThan(1e-4 * Math.max(mean, 1e-30) + 1e-12);
        });
      }),
    );
  });

  it("gives the mean of numbers, and a single network's outputs as they are", () => {
    const [a, b] = [Float32Array.of(1, -2), Float32Array.of(3, 5)];
    expect([...averagedOutputs([a, b], "regression", 1)]).toEqual([2, 1.5]);
    expect(averagedOutputs([a], "binary", 2)).toBe(a);
  });
});
