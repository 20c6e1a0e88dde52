import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../../engine/differentiate.ts";
import { expectSlopes } from "../../engine/slopes.fixture.ts";
import { conformingPairLosses } from "./pair-conformance.ts";

// Exact mathematics (float64 on the cpu device), so finite differences mean something.
const shape = [3, 4];
const numbers = (phase: number) => Float64Array.from({ length: 12 }, (_, i) => Math.cos(2 * i + phase) * 1.7);
const array = (x: Float64Array<ArrayBuffer>) => np.array(x, { shape });

describe.each(conformingPairLosses.map((c) => [c.name, c] as const))("%s", (_, { loss }) => {
  it.each([0.5, 2, 4])(
    "has the gradient of its finite differences in float64 at temperature %s",
    (temperature) => {
      const start = numbers(0.5);
      const mean = (s: np.Array, t: np.Array) => loss(s, t, { temperature }).mean();
      const run = compiledValueAndGrad(mean);
      const [value, gradient] = run(array(start), array(numbers(1.9)));
      expect(value.dtype).toBe(np.float64);
      expectSlopes(([s]) => mean(array(s), array(numbers(1.9))).item(), [start], [gradient.dataSync()]);
      value.dispose();
      run.dispose();
    },
  );
});
