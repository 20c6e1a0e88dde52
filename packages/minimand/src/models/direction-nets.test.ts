import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { keyOf } from "../engine/random.ts";
import { leavesOf } from "../engine/tree.ts";
import { dcdmNet2d, dcdmUNet2d } from "./direction-nets.ts";

const nets = [
  ["dcdmNet2d", dcdmNet2d, 2, 16],
  ["dcdmUNet2d", dcdmUNet2d, 8, 40],
] as const;

describe.each(nets)("%s", (_, make, multiple, reach) => {
  it("has the paper's number of parameters", () => {
    const sizes = leavesOf(make().init(keyOf(1)).params).map(({ size }) => size);
    expect(sizes.reduce((a, b) => a + b)).toBe(8265);
  });

  it("moves with its input, by cells of its coarsest grid, away from the borders", () => {
    const model = make({ channels: 2 });
    const side = 2 * reach + 4 * multiple;
    const respond = (at: number): Float32Array => {
      const image = new Float32Array(side * side);
      image[at * side + at] = 1;
      const [y] = model.apply(
        { params: model.init(keyOf(3)).params, state: {} },
        np.array(image, { shape: [1, side, side, 1] }),
        { training: false },
      );
      return y.dataSync() as Float32Array;
    };
    const middle = side / 2;
    const [here, there] = [respond(middle), respond(middle + multiple)];
    const window = 3;
    for (let i = -window; i <= window; i++)
      for (let j = -window; j <= window; j++) {
        const at = (middle + i) * side + middle + j;
        expect(there[at + multiple * (side + 1)]).toBeCloseTo(here[at], 6);
      }
    expect(Math.abs(here[middle * side + middle])).toBeGreaterThan(1e-6);
  });

  it("refuses sizes that its cells don't divide, and channels that are none", () => {
    const model = make({ channels: 1 });
    const apply = () =>
      model.apply(
        { params: model.init(keyOf(1)).params, state: {} },
        np.zeros([1, multiple, multiple + 1, 1]),
        {
          training: false,
        },
      );
    expect(apply).toThrow(`multiples of ${multiple}, got float32[1, ${multiple}, ${multiple + 1}, 1]`);
    expect(() => make({ channels: 0 })).toThrow("channels: expected an integer >= 1, got 0");
  });
});
