import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../engine/differentiate.ts";
import { expectSlopes } from "../engine/slopes.fixture.ts";
import { conformingLosses } from "./conformance.ts";

// Exact mathematics (float64 on the cpu device), so finite differences mean something.
const batch = 3;
const classes = 4;
const y = () => np.array(new Int32Array([2, 0, 3]));
const start = Float64Array.from({ length: batch * classes }, (_, i) => Math.cos(2 * i + 0.5) * 1.7);
const array = (x: Float64Array<ArrayBuffer>) => np.array(x, { shape: [batch, classes] });

describe.each(conformingLosses.filter((c) => !c.detached).map((c) => [c.name, c] as const))(
  "%s",
  (_, { loss }) => {
    it("has the gradient of its finite differences in float64", () => {
      const [value, gradient] = compiledValueAndGrad((f: np.Array, labels: np.Array) =>
        loss(f, labels, {}).mean(),
      )(array(start), y());
      expect(value.dtype).toBe(np.float64);
      expectSlopes(([f]) => loss(array(f), y(), {}).mean().item(), [start], [gradient.dataSync()]);
      value.dispose();
    });
  },
);
