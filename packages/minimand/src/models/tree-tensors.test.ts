import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf, liveBuffers } from "../../../../test/support/leaks.ts";
import { disposeTree, leavesOf, type Tree } from "../engine/tree.ts";
import { mlp } from "./mlp.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";
import { tensorsOf, treeOf } from "./tree-tensors.ts";

const model = mlp({ inputs: 3, hidden: [4], outputs: 2 });
const start = (seed = 0): Tree => {
  const { params, state } = model.init(random.key(seed));
  disposeTree(state);
  return params;
};
const numbersOf = (tree: Tree) => leavesOf(tree).map((leaf) => [...leaf.ref.dataSync()]);

describe("a tree as named tensors", () => {
  it("has a name for the way to each array, and comes back from a file bit for bit", async () => {
    const params = start();
    const tensors = await tensorsOf(params);
    expect(Object.keys(tensors).toSorted()).toEqual(["0.bias", "0.weight", "1.bias", "1.weight"]);
    const again = treeOf(readSafetensors(writeSafetensors(tensors)).tensors, start(1));
    expect(numbersOf(again)).toEqual(numbersOf(params));
  });

  it("keeps float64, int32 and uint32 arrays what they are, and numbers", async () => {
    const tree = {
      exact: np.array(Float64Array.of(1 / 3, -0)),
      ids: [np.array(Int32Array.of(7, -7))],
      key: np.array(Uint32Array.of(2 ** 32 - 1, 1)),
      rate: 0.1,
    };
    const zeros = {
      exact: np.array(Float64Array.of(0, 1)),
      ids: [np.array(Int32Array.of(0, 1))],
      key: np.array(Uint32Array.of(0, 1)),
      rate: 0,
    };
    const again = treeOf(readSafetensors(writeSafetensors(await tensorsOf(tree))).tensors, zeros);
    expect(again.rate).toBe(0.1);
    const { exact, ids, key } = again;
    expect([exact, ...ids, key].map(({ dtype }) => dtype)).toEqual(["float64", "int32", "uint32"]);
    expect([exact, ...ids, key].map((array) => [...array.dataSync()])).toEqual([
      [1 / 3, -0],
      [7, -7],
      [2 ** 32 - 1, 1],
    ]);
  });

  it("may be a bare array, whose name is empty", async () => {
    const tensors = await tensorsOf(np.array([1, 2]));
    expect(Object.keys(tensors)).toEqual([""]);
    expect(treeOf(tensors, np.array([0, 1])).dataSync()).toEqual(Float32Array.of(1, 2));
  });

  it("is refused where a tensor is missing, one too many, or of another shape or kind, and leaves nothing", async () => {
    const like = start(1);
    const tensors = await tensorsOf(start());
    const { "1.bias": bias, ...some } = tensors;
    const refusals: [Record<string, unknown>, string][] = [
      [some, "tensor 1.bias: expected float32[2], got undefined"],
      [{ ...tensors, extra: bias }, 'tensors: expected only those of the tree, got "extra"'],
      [{ ...some, "1.bias": { ...bias, shape: [1, 2] } }, "expected float32[2], got float32[1, 2]"],
      [
        { ...some, "1.bias": { shape: [2], data: Int32Array.of(1, 2) } },
        "tensor 1.bias: expected float32[2], got int32[2]",
      ],
    ];
    for (const [wrong, message] of refusals) {
      const refuse = () => expect(() => treeOf(wrong as never, like)).toThrow(message);
      expect(leakOf(refuse)).toBe(0);
    }
  });

  it("refuses arrays that files don't hold, and names that two arrays share", async () => {
    await expect(tensorsOf({ mask: np.array([true, false]) })).rejects.toThrow(
      "array mask: expected float32, float64, int32 or uint32 numbers, got bool[2]",
    );
    const [one, two] = [np.array([1, 2]), np.array([3, 4])];
    await expect(tensorsOf({ "a.b": one, a: { b: two } })).rejects.toThrow(
      'array a.b: expected a name of its own, got "one used before"',
    );
  });

  it("keeps what it is read from", async () => {
    const params = start();
    await tensorsOf(params);
    const before = liveBuffers();
    await tensorsOf(params);
    expect(liveBuffers()).toBe(before);
    expect(leavesOf(params).map(({ refCount }) => refCount)).toEqual([1, 1, 1, 1]);
  });
});
