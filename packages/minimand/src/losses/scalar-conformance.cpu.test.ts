import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../engine/differentiate.ts";
import { expectSlopes } from "../engine/slopes.fixture.ts";
import { expectSlopesOfEach, largeMargin, signs } from "./large-margins.fixture.ts";
import { scalarLosses } from "./scalar-conformance.ts";

// Exact mathematics (float64 on the cpu device), so finite differences mean something.
const start = Float64Array.from([0.3, -2.1, 1.7, 4.2, -0.6, 2.4]);
const ids = () => np.array(new Int32Array([1, 0, 1, 0, 1, 1]));
const numbers = () => np.array(new Float64Array([0.1, -1.2, 3.3, 0.4, -0.9, 2.9]));
const positive = () => np.abs(numbers());

describe.each(scalarLosses.map((c) => [c.name, c] as const))("%s", (_, { loss, target }) => {
  const targets = { label: ids, number: numbers, positive }[target];

  it("has the gradient of its finite differences in float64, at large margins, too", () => {
    const run = compiledValueAndGrad((f: np.Array, y: np.Array) => loss(f, y, {}).mean());
    const [value, gradient] = run(np.array(start), targets());
    expect(value.dtype).toBe(np.float64);
    expectSlopes(([f]) => loss(np.array(f), targets(), {}).mean().item(), [start], [gradient.dataSync()]);
    value.dispose();
    for (const sign of signs) {
      const wanted = [...targets().dataSync()];
      const far = wanted.map((y, i) =>
        target === "label" ? (y === 1 ? 1 : -1) * largeMargin(i, sign) : y + largeMargin(i, sign),
      );
      const [mean, slopes] = run(np.array(Float64Array.from(far)), targets());
      expectSlopesOfEach((f) => [...loss(np.array(f), targets(), {}).dataSync()], slopes.dataSync(), far);
      mean.dispose();
    }
    run.dispose();
  });
});
