import { jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../engine/differentiate.ts";
import { expectSlopes } from "../engine/slopes.fixture.ts";
import { conformingBatchLosses } from "./batch-conformance.ts";
import { expectSlopesOfEach, largeMargin, signs } from "./large-margins.fixture.ts";

// Exact mathematics (float64 on the cpu device), so finite differences mean something.
const batch = 5;

describe.each(conformingBatchLosses.map((c) => [c.name, c] as const))("%s", (_, { loss, classes }) => {
  it("has the gradient of its finite differences in float64, at large margins, too", () => {
    const start = Float64Array.from({ length: batch * classes }, (_, i) => Math.cos(2 * i + 0.5) * 0.1);
    const array = (x: Float64Array<ArrayBuffer>) => np.array(x, { shape: [batch, classes] });
    const y = () => np.array(new Int32Array([0, 1, 1, 0, classes - 1]));
    const weights = () => np.array(new Float64Array([1, 0.5, 2, 1, 1.5]));
    const f = (x: np.Array, labels: np.Array, w: np.Array) => loss(x, labels, { weights: w });
    const run = compiledValueAndGrad(f);
    const compiled = jit(f);
    const [value, gradient] = run(array(start), y(), weights());
    expect(value.dtype).toBe(np.float64);
    const g = gradient.dataSync();
    expectSlopes(([x]) => compiled(array(x), y(), weights()).item(), [start], [g]);
    expect(g.some((v) => Math.abs(v) > 1e-4)).toBe(true);
    value.dispose();
    for (const sign of signs) {
      const far = [0, 1, 1, 0, classes - 1].flatMap((label, i) =>
        Array.from({ length: classes }, (_, k) => (k === label ? largeMargin(i, sign) : -0.23 * k)),
      );
      const [one, slopes] = run(array(Float64Array.from(far)), y(), weights());
      expectSlopesOfEach((x) => [compiled(array(x), y(), weights()).item()], slopes.dataSync(), far);
      one.dispose();
    }
    run.dispose();
    compiled.dispose();
  });
});
