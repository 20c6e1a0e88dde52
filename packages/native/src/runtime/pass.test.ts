import { defaultDevice, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compile } from "./compile.ts";
import { runsGenerated } from "./pass.ts";

/** Its end is all of it but the sine. */
const step = (p: np.Array, x: np.Array, rate: np.Array): np.Array[] => [
  p.sub(np.sin(x).mul(rate.ref)),
  rate.mul(0.5),
];
const vectors = (device: "wasm" | "cpu" = "wasm"): [np.Array, np.Array] => [
  np.array([1, 2, 3, 4, 5], { device }),
  np.array([0, 0, Math.PI / 2, 0, -Math.PI / 2], { device }),
];
const read = (results: np.Array[]): number[][] => results.map((x) => [...x.dataSync()]);
const expected = [
  [1, 2, 1, 4, 7],
  [2, 1],
];

describe("a program whose end is compiled on its own", () => {
  it("takes numbers and arrays in turn, and gives arrays of the default device", async () => {
    expect(runsGenerated()).toBe(true);
    const compiled = await compile(step, [...vectors(), 2 as never]);
    const [first, half] = compiled(...vectors(), 2 as never);
    expect(read([first])[0]).toEqual(expected[0]);
    expect(half.shape).toEqual([]);
    const [second, quarter] = compiled(...vectors(), half);
    expect(read([second, quarter])).toEqual([[1, 2, 2, 4, 6], [0.5]]);
    compiled.dispose();
  });

  it("reads and writes arrays that lie elsewhere", async () => {
    const compiled = await compile(step, [...vectors(), 2 as never]);
    defaultDevice("cpu");
    try {
      const results = compiled(...vectors("cpu"), 2 as never);
      expect(results.map(({ device }) => device)).toEqual(["cpu", "cpu"]);
      expect(read(results)).toEqual([[1, 2, 1, 4, 7], [1]]);
    } finally {
      defaultDevice("wasm");
    }
    compiled.dispose();
  });

  it("may be nothing but its end", async () => {
    const compiled = await compile((x: np.Array, y: np.Array) => x.mul(y.ref).add(y), vectors());
    const [x, y] = vectors();
    const [kept] = [x.ref];
    expect([...compiled(x, y).dataSync()].map(Math.round)).toEqual([0, 0, 6, 0, -9]);
    // What somebody else holds is as it was.
    expect(kept.js()).toEqual([1, 2, 3, 4, 5]);
    compiled.dispose();
  });
});
