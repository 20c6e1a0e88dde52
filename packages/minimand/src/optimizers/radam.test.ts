import { jit, numpy as np } from "@jax-js/jax";
import { expect, it } from "vitest";
import type { Tree } from "../engine/tree.ts";
import { scaleByRadam } from "./radam.ts";

// The length of the average is the difference of two numbers near 2 / (1 - b2): float32 alone would have its first digits wrong.
it.each([0.9, 0.999, 0.9999])(
  "the second moment is used from the right step on in float32, rectified, b2 %d",
  (b2) => {
    const optimizer = scaleByRadam({ b2 });
    const run = jit(((g: Tree, s: Tree, p: Tree) => optimizer.update(g, s, p)) as never) as unknown as (
      ...trees: Tree[]
    ) => [Tree, Tree];
    let state = optimizer.init(np.array([1, 2]));
    const longest = 2 / (1 - b2) - 1;
    for (let t = 1; t <= 40; t++) {
      // The same gradient at every step: both corrected averages are exact.
      const [updates, next] = run(np.array([3, -200]), state, np.array([1, 2]));
      state = next;
      const rho = longest - (2 * t * b2 ** t) / (1 - b2 ** t);
      const factor = Math.sqrt(((rho - 4) * (rho - 2) * longest) / ((longest - 4) * (longest - 2) * rho));
      const expected = rho > 5 ? [factor, -factor] : [3, -200];
      [...(updates as np.Array).dataSync()].forEach((x, i) => {
        expect(Math.abs(x / expected[i] - 1), `step ${t}`).toBeLessThan(3e-4);
      });
    }
  },
);
