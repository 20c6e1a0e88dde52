import { grad, numpy as np } from "@jax-js/jax";
import { expect, it } from "vitest";
import { compile } from "../runtime/compile.ts";

const at = (...positions: number[]) => np.array(Int32Array.from(positions));
const table = (): np.Array => np.array(Float32Array.from({ length: 8 }, (_, i) => i + 1)).reshape([4, 2]);

it("a position outside is an error, after which the program goes on working", async () => {
  const take = await compile((x: np.Array, i: np.Array) => np.take(x, i, 0), [table(), at(0, 0)]);
  expect(() => take(table(), at(1, 4))).toThrow(/out of data bounds, idx=4/);
  expect(() => take(table(), at(-5, 1))).toThrow(/out of data bounds, idx=-5/);
  expect(take(table(), at(3, 0)).js()).toEqual([
    [7, 8],
    [1, 2],
  ]);
  const entry = await compile(
    (x: np.Array, i: np.Array, j: np.Array) => x.slice(i, j),
    [table(), at(0), at(0)],
  );
  expect(() => entry(table(), at(1), at(2))).toThrow(/invalid index|out of/);
  expect(entry(table(), at(1), at(1)).js()).toEqual([4]);
});

it("a position below zero counts from the end", async () => {
  const take = await compile((x: np.Array, i: np.Array) => np.take(x, i, 1), [table(), at(0)]);
  expect(take(table(), at(-1)).js()).toEqual([[2], [4], [6], [8]]);
});

it("sums at positions are complete with several threads", async () => {
  const [rows, size] = [20_000, 16];
  const positions = Int32Array.from({ length: rows }, (_, i) => i % 3);
  const counts = await compile(
    (x: np.Array, i: np.Array) => grad((x: np.Array) => np.take(x, i, 0).sum())(x),
    [np.zeros([3, size]), np.array(positions)],
    { threads: 4 },
  );
  for (let run = 0; run < 5; run++) {
    const sums = counts(np.zeros([3, size]), np.array(positions)).js() as number[][];
    expect(sums.map((row) => new Set(row))).toEqual([new Set([6667]), new Set([6667]), new Set([6666])]);
  }
});
