import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { type Buffer, locate, type Place, valuesAt } from "./engine-memory.ts";

const isBuffer = (place: Place): place is Buffer => !ArrayBuffer.isView(place);
const data = Float32Array.of(1, 2, 3, 4, 5, 6);
const matrix = () => np.array(data, { shape: [2, 3] });

describe("locate", () => {
  it.each<[string, () => np.Array, number[]]>([
    ["given numbers", matrix, [1, 2, 3, 4, 5, 6]],
    ["what is not computed yet", () => matrix().mul(2).add(1), [3, 5, 7, 9, 11, 13]],
    ["a transposed view, written out", () => matrix().transpose(), [1, 4, 2, 5, 3, 6]],
    ["a slice, written out", () => matrix().slice(1), [4, 5, 6]],
    ["a repeated row, written out", () => np.broadcastTo(np.array([7, 8]), [2, 2]), [7, 8, 7, 8]],
    ["a large constant", () => np.full([200], 3), new Array(200).fill(3)],
  ])("finds %s in the engine's memory", (_, make, expected) => {
    const x = make();
    const place = locate(x);
    expect(isBuffer(place)).toBe(true);
    expect([...valuesAt(place, "float32")].slice(0, expected.length)).toEqual(expected);
    // What is written there is what the array holds.
    valuesAt(place, "float32")[1] = 99;
    expect(x.flatten().dataSync()[1]).toBe(99);
  });

  it("gives values of small constants and of arrays on other devices as copies", () => {
    for (const x of [np.ones([3]), np.array(5), np.zeros([0, 2]), np.array(data, { device: "cpu" })]) {
      const place = locate(x);
      expect(isBuffer(place)).toBe(false);
      expect([...valuesAt(place, "float32")]).toEqual([...x.ref.dataSync()]);
      x.dispose();
    }
  });

  it.each([
    ["float32", data],
    ["float64", Float64Array.of(0.1, -1e300)],
    ["int32", Int32Array.of(-(2 ** 31), 7)],
    ["uint32", Uint32Array.of(2 ** 32 - 1, 7)],
    ["bool", Int32Array.of(0, 1)],
  ] as const)("reads %s", (dtype, values) => {
    const x = np.array(values as Float32Array<ArrayBuffer>, { dtype: np[dtype] });
    expect(valuesAt(locate(x), dtype)).toEqual(values);
    x.dispose();
  });

  it("keeps the array as it is, and tells how many share its memory", () => {
    const x = matrix();
    const alone = locate(x) as Buffer;
    expect(alone.ref).toBe(1);
    expect(x.refCount).toBe(1);
    const view = x.ref.reshape([6]);
    const shared = locate(view) as Buffer;
    expect([shared.ptr, shared.ref]).toEqual([alone.ptr, 2]);
    view.dispose();
    expect(shared.ref).toBe(1);
    expect(leakOf(() => locate(x))).toBe(0);
    x.dispose();
    expect(() => locate(x)).toThrow(/freed/);
  });

  it("leaves ordinary reads alone", async () => {
    const x = matrix();
    locate(x);
    expect([...x.ref.dataSync()]).toEqual([...data]);
    expect([...(await x.data())]).toEqual([...data]);
  });

  it("finds an array again after the memory has grown", () => {
    const x = matrix();
    const before = locate(x);
    const block = new Float32Array(5e6);
    block[1] = 1;
    const blocks = Array.from({ length: 5 }, () => np.array(block));
    expect([...valuesAt(before, "float32")]).toEqual([...data]);
    for (const array of blocks) array.dispose();
    x.dispose();
  });
});
