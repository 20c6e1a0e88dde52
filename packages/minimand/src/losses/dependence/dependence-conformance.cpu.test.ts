import { jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../../engine/differentiate.ts";
import { expectSlopes } from "../../engine/slopes.fixture.ts";
import { conformingDependences } from "./dependence-conformance.ts";

// Exact mathematics (float64 on the cpu device), so finite differences mean something.
const rows = 5;

describe.each(conformingDependences.map((c) => [c.name, c] as const))("%s", (_, { loss, widths }) => {
  it("has the gradients of its finite differences in float64, in every sample", () => {
    const start = widths.map((width, k) =>
      Float64Array.from({ length: rows * width }, (_, i) => Math.cos(2 * i + 0.5 + k)),
    );
    const arrays = (values: Float64Array<ArrayBuffer>[]) =>
      values.map((x, k) => np.array(x, { shape: [rows, widths[k]] }));
    const weights = () => np.array(new Float64Array([1, 0.5, 2, 0, 1.5]));
    const f = (samples: np.Array[], w: np.Array) => loss(samples, { weights: w });
    const run = compiledValueAndGrad(f);
    const compiled = jit(f);
    const [value, gradients] = run(arrays(start), weights());
    expect(value.dtype).toBe(np.float64);
    const found = gradients.map((gradient) => gradient.dataSync());
    expectSlopes((moved) => compiled(arrays(moved), weights()).item(), start, found);
    for (const g of found) expect(g.some((v) => Math.abs(v) > 1e-4)).toBe(true);
    value.dispose();
    run.dispose();
    compiled.dispose();
  });
});
