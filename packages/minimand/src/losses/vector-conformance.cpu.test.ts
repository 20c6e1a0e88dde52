import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../engine/differentiate.ts";
import { expectSlopes } from "../engine/slopes.fixture.ts";
import { expectSlopesOfEach, largeMargin, signs } from "./large-margins.fixture.ts";
import { vectorLosses } from "./vector-conformance.ts";

// Exact mathematics (float64 on the cpu device), so finite differences mean something.
const batch = 4;

describe.each(vectorLosses.map((c) => [c.name, c] as const))("%s", (_, { loss, outputs, target }) => {
  const start = Float64Array.from({ length: batch * outputs }, (_, i) => 2 * Math.cos(2 * i + 0.5));
  const array = (x: Float64Array<ArrayBuffer>) => np.array(x, { shape: [batch, outputs] });
  const shape = target === "number" ? [batch] : [batch, outputs];
  const size = target === "number" ? batch : batch * outputs;
  const targets = () =>
    np.array(
      Float64Array.from({ length: size }, (_, i) => (target === "number" ? Math.sin(i) : [0, 1, 0.3][i % 3])),
      { shape },
    );

  it("has the gradient of its finite differences in float64, at large margins, too", () => {
    const run = compiledValueAndGrad((f: np.Array, y: np.Array) => loss(f, y, {}).mean());
    const [value, gradient] = run(array(start), targets());
    expect(value.dtype).toBe(np.float64);
    expectSlopes(([f]) => loss(array(f), targets(), {}).mean().item(), [start], [gradient.dataSync()]);
    value.dispose();
    for (const sign of signs) {
      const far = [...start].map((_, i) => {
        const margin = largeMargin(Math.floor(i / outputs), sign);
        if (i % 2 === 0) return margin + (i % 3);
        // A log-variance is large only: below that of 1e-6 its slope is not that of the value.
        return (target === "number" ? Math.abs(margin) : -margin) + (i % 3);
      });
      const [mean, slopes] = run(array(Float64Array.from(far)), targets());
      expectSlopesOfEach((f) => [...loss(array(f), targets(), {}).dataSync()], slopes.dataSync(), far);
      mean.dispose();
    }
    run.dispose();
  });
});
