import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../../engine/differentiate.ts";
import { expectSlopes } from "../../engine/slopes.fixture.ts";
import { expectSlopesOfEach, largeMargin, signs } from "../large-margins.fixture.ts";
import { conformingPairLosses } from "./pair-conformance.ts";

// Exact mathematics (float64 on the cpu device), so finite differences mean something.
const shape = [3, 4];
const numbers = (phase: number) => Float64Array.from({ length: 12 }, (_, i) => Math.cos(2 * i + phase) * 1.7);
const array = (x: Float64Array<ArrayBuffer>) => np.array(x, { shape });

describe.each(conformingPairLosses.map((c) => [c.name, c] as const))("%s", (_, { loss }) => {
  it.each([0.5, 2, 4])(
    "has the gradient of its finite differences in float64 at temperature %s, at large margins, too",
    (temperature) => {
      const start = numbers(0.5);
      const mean = (s: np.Array, t: np.Array) => loss(s, t, { temperature }).mean();
      const run = compiledValueAndGrad(mean);
      const [value, gradient] = run(array(start), array(numbers(1.9)));
      expect(value.dtype).toBe(np.float64);
      expectSlopes(([s]) => mean(array(s), array(numbers(1.9))).item(), [start], [gradient.dataSync()]);
      value.dispose();
      for (const sign of signs) {
        const far = [...start].map((v, i) => v + (i % 4 === 1 ? largeMargin(Math.floor(i / 4), sign) : 0));
        const [one, slopes] = run(array(Float64Array.from(far)), array(numbers(1.9)));
        const each = (s: Float64Array<ArrayBuffer>) => loss(array(s), array(numbers(1.9)), { temperature });
        expectSlopesOfEach((s) => [...each(s).dataSync()], slopes.dataSync(), far);
        one.dispose();
      }
      run.dispose();
    },
  );
});
