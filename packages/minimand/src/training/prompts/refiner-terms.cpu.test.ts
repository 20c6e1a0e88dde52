import { numpy as np } from "@jax-js/jax";
import { type RefinerParams, refinerTerms } from "minimand";
import { compiledValueAndGrad, disposeTree, keyOf, leavesOf, refTree, type Tree } from "minimand/engine";
import { afterAll, describe, expect, it } from "vitest";
import { numbers } from "../../losses/numbers.fixture.ts";
import {
  adapterOf,
  denoiserParams,
  examples,
  imageModel,
  length,
  models,
  startOf,
} from "./refiner.fixture.ts";

const rows = 4;
const termsOf = refinerTerms({ ...models(), ...imageModel });
const ofDenoiser = denoiserParams(np.float64);
const start = startOf(adapterOf(), np.float64);
const ids = (x = examples.x as Int32Array) =>
  np.array(Int32Array.from(x.subarray(0, rows * 2 * length)), { shape: [rows, 2, length] });
const batch = (x = ids()) => ({
  x,
  y: np.array(Float64Array.from((examples.y as Float32Array).subarray(0, rows * 3)), { shape: [rows, 3] }),
  weights: np.ones([rows], { dtype: np.float64 }),
});
type Name = "image" | "text";
const termOf = (name: Name, params: RefinerParams, x = ids()): np.Array => {
  const terms = termsOf(params, refTree(ofDenoiser), batch(x), keyOf(9));
  const { [name]: term, ...others } = terms;
  disposeTree(others);
  return term;
};
const gradientsOf = (name: Name) => {
  const run = compiledValueAndGrad((params: Tree) => termOf(name, params as RefinerParams));
  const [value, gradient] = run(refTree(start) as Tree);
  value.dispose();
  run.dispose();
  return gradient as RefinerParams;
};
const largest = (tree: Tree) =>
  leavesOf(tree).reduce((most, leaf) => numbers(leaf).reduce((a, v) => Math.max(a, Math.abs(v)), most), 0);

afterAll(() => disposeTree([ofDenoiser, start as Tree]));

describe("the terms of a refiner", () => {
  it("have gradients where they should, and exactly none elsewhere", () => {
    const image = gradientsOf("image");
    expect([largest(image.adapter), largest(image.decoder)]).toEqual([0, 0]);
    expect(largest(image.encoder)).toBeGreaterThan(1e-4);
    const text = gradientsOf("text");
    for (const part of [text.adapter, text.decoder, text.encoder])
      expect(largest(part)).toBeGreaterThan(1e-4);
  });

  it.each(["image", "text"] as const)("%s: the encoder's gradient is that of finite differences", (name) => {
    const gradient = leavesOf(gradientsOf(name).encoder);
    const h = 1e-5;
    leavesOf(start.encoder).forEach((leaf, l) => {
      const [g, values] = [numbers(gradient[l]), numbers(leaf.ref)];
      const at = (l * 7 + 3) % values.length;
      const moved = (by: number) => {
        let index = 0;
        const changed = (tree: Tree): Tree => {
          if (tree instanceof np.Array) {
            const here = index++ === l;
            if (!here) return tree.ref;
            const next = Float64Array.from(values).with(at, values[at] + by);
            return np.array(next as Float64Array<ArrayBuffer>, { shape: [...tree.shape] });
          }
          if (Array.isArray(tree)) return tree.map(changed);
          return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, changed(value)]));
        };
        // The order of leavesOf is that of the keys.
        const encoder = changed(start.encoder);
        const { adapter, decoder } = refTree(start);
        return termOf(name, { encoder, adapter, decoder }).item();
      };
      expect(g[at]).toBeCloseTo((moved(h) - moved(-h)) / (2 * h), 6);
    });
  });

  it("look at the short prompt for the picture, and at both for the words", () => {
    const other = (place: number) => {
      const x = Int32Array.from(examples.x as Int32Array);
      for (let row = 0; row < rows; row++) x[row * 2 * length + place * length + 1] = 8;
      return ids(x);
    };
    const value = (name: Name, x = ids()) => termOf(name, refTree(start), x).item();
    expect(value("image", other(1))).toBe(value("image"));
    expect(value("image", other(0))).not.toBe(value("image"));
    expect(value("text", other(1))).not.toBe(value("text"));
    expect(value("text", other(0))).not.toBe(value("text"));
  });
});
