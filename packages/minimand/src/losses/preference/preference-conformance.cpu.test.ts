import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../../engine/differentiate.ts";
import { expectSlopes } from "../../engine/slopes.fixture.ts";
import { expectSlopesOfEach, largeMargin, signs } from "../large-margins.fixture.ts";
import { conformingPreferenceLosses, pairsFrom } from "./preference-conformance.ts";

// Exact mathematics (float64 on the cpu device), so finite differences mean something.
const shape = [4, 2];
const values = (phase: number) =>
  Float64Array.from({ length: 8 }, (_, i) => -5 + 3 * Math.sin(3 * i + phase));
const array = (x: Float64Array<ArrayBuffer>) => np.array(x, { shape });

describe.each(conformingPreferenceLosses.map((c) => [c.name, c] as const))(
  "%s",
  (_, { loss, wholeBatch }) => {
    it("has the gradient of its finite differences in float64, at large margins, too", () => {
      const start = values(0.5);
      const mean = (f: np.Array, y: np.Array) => loss(pairsFrom(f, y), {}).mean();
      const run = compiledValueAndGrad(mean);
      const [value, gradient] = run(array(start), array(values(1.9)));
      expect(value.dtype).toBe(np.float64);
      expectSlopes(([f]) => mean(array(f), array(values(1.9))).item(), [start], [gradient.dataSync()]);
      value.dispose();
      for (const sign of signs) {
        const far = [0, 1, 2, 3].flatMap((i) => {
          const margin = largeMargin(i, sign);
          // Without ties, where ranks would change.
          return [Math.min(margin, 0) - 2 - 0.3 * i, Math.min(-margin, 0) - 2.5 - 0.2 * i];
        });
        const [one, slopes] = run(array(Float64Array.from(far)), array(values(1.9)));
        const each = (f: Float64Array<ArrayBuffer>) => {
          const all = loss(pairsFrom(array(f), array(values(1.9))), {});
          return [...(wholeBatch ? all.mean().reshape([1]) : all).dataSync()];
        };
        expectSlopesOfEach(each, slopes.dataSync(), far);
        one.dispose();
      }
      run.dispose();
    });
  },
);
