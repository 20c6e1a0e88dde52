import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { expect, it } from "vitest";
import { compile } from "../runtime/compile.ts";

const x = () => np.array(Float64Array.of(1, -2, 3));

it("numbers of JavaScript keep all their digits where they meet float64", async () => {
  await fc.assert(
    fc.asyncProperty(fc.double({ noNaN: true, min: -1e30, max: 1e30 }), async (c) => {
      const compiled = await compile((x: np.Array) => [x.ref.mul(c), x.ref.sub(c), x.div(3 + c * c)], [x()]);
      const [product, difference, ratio] = compiled(x());
      expect(Array.from(product.dataSync())).toEqual([c, -2 * c, 3 * c]);
      expect(Array.from(difference.dataSync())).toEqual([1 - c, -2 - c, 3 - c]);
      const reciprocal = 1 / (3 + c * c);
      expect(Array.from(ratio.dataSync())).toEqual([reciprocal, -2 * reciprocal, 3 * reciprocal]);
      compiled.dispose();
    }),
    { numRuns: 50 },
  );
});

it("numbers among the arguments, too", async () => {
  const f = (x: np.Array, { scale }: { scale: np.Array }): np.Array => x.mul(scale);
  const compiled = await compile(f, [x(), { scale: 0.1 as never }]);
  expect(Array.from(compiled(x(), { scale: 0.3 as never }).dataSync())).toEqual([0.3, -0.6, 3 * 0.3]);
  compiled.dispose();
});

it("also where they are repeated, negated or put beside other values first", async () => {
  const f = (x: np.Array): np.Array => {
    const third = np.broadcastTo(np.array(1 / 3), [3]);
    return np.concatenate([x.ref.mul(third.ref.neg()), np.where(x.ref.greater(0), third, x)]);
  };
  const compiled = await compile(f, [x()]);
  expect(Array.from(compiled(x()).dataSync())).toEqual([-1 / 3, 2 / 3, -1, 1 / 3, -2, 1 / 3]);
  compiled.dispose();
});
