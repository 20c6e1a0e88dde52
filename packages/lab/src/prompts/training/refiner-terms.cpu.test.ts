import { numpy as np } from "@jax-js/jax";
import { type RefinerParams, refinerTerms } from "@minimand/lab/prompts";
import {
  compiledValueAndGrad,
  disposeTree,
  keyOf,
  leavesOf,
  mapTree,
  refTree,
  type Tree,
} from "minimand/engine";
import { afterAll, describe, expect, it } from "vitest";
import { expectSlopes } from "../../../../minimand/src/engine/slopes.fixture.ts";
import { numbers } from "../../../../minimand/src/losses/numbers.fixture.ts";
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
    const { encoder: gradient, ...others } = gradientsOf(name);
    disposeTree(others);
    const leaves = leavesOf(start.encoder);
    const at = (moved: Float64Array<ArrayBuffer>[]): number => {
      let index = 0;
      const encoder = mapTree(
        ({ shape }) => np.array(moved[index++], { shape: [...shape] }),
        start.encoder as Tree,
      ) as RefinerParams["encoder"];
      return termOf(name, { ...refTree({ adapter: start.adapter, decoder: start.decoder }), encoder }).item();
    };
    const slopes = leavesOf(gradient).map(numbers);
    expectSlopes(
      at,
      leaves.map((leaf) => leaf.ref.dataSync()),
      slopes,
      { h: 1e-5, tolerance: 1e-6 },
    );
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
