import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../engine/differentiate.ts";
import { expectSlopes } from "../engine/slopes.fixture.ts";
import { conformingLosses } from "./conformance.ts";
import { expectSlopesOfEach, largeMargin, signs } from "./large-margins.fixture.ts";

// Exact mathematics (float64 on the cpu device), so finite differences mean something.
const batch = 3;
const classes = 4;
const y = () => np.array(new Int32Array([2, 0, 3]));
const start = Float64Array.from({ length: batch * classes }, (_, i) => Math.cos(2 * i + 0.5) * 1.7);
const array = (x: Float64Array<ArrayBuffer>) => np.array(x, { shape: [batch, classes] });
/** The label's class ahead of the others, or behind them. */
const far = (sign: 1 | -1) =>
  [2, 0, 3].flatMap((label, i) =>
    Array.from({ length: classes }, (_, k) =>
      k === label ? largeMargin(i, sign) : -0.1 - 0.23 * ((k + i) % 4),
    ),
  );

describe.each(conformingLosses.filter((c) => !c.detached).map((c) => [c.name, c] as const))(
  "%s",
  (_, { loss }) => {
    it("has the gradient of its finite differences in float64, at large margins, too", () => {
      const run = compiledValueAndGrad((f: np.Array, labels: np.Array) => loss(f, labels, {}).mean());
      const [value, gradient] = run(array(start), y());
      expect(value.dtype).toBe(np.float64);
      expectSlopes(([f]) => loss(array(f), y(), {}).mean().item(), [start], [gradient.dataSync()]);
      value.dispose();
      for (const sign of signs) {
        const [mean, slopes] = run(array(Float64Array.from(far(sign))), y());
        expectSlopesOfEach((f) => [...loss(array(f), y(), {}).dataSync()], slopes.dataSync(), far(sign));
        mean.dispose();
      }
      run.dispose();
    });
  },
);
