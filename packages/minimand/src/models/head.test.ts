import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { liveBuffers } from "../../../../test/support/leaks.ts";
import { keyOf } from "../engine/random.ts";
import { disposeTree, refTree } from "../engine/tree.ts";
import { sphericalSoftmax, taylorSoftmax } from "../losses/index.ts";
import { cosineHeadScale, type Head, heads } from "./head.ts";
import { mlp } from "./mlp.ts";

const rows = [0.3, -1.2, 2.5, 0.7, 0.1, -0.4];
const x = () => np.array(Float32Array.from(rows), { shape: [2, 3] });

/** Logits of a head, from the same start as the linear one. */
function logitsOf(head: Head): number[] {
  const model = mlp({ inputs: 3, hidden: [5], outputs: 4, head });
  const { params, state } = model.init(keyOf(3));
  const [output] = model.apply({ params: refTree(params), state }, x(), { training: false });
  disposeTree(params);
  return [...output.dataSync()];
}

const softmaxOf = (logits: number[]): number[] => {
  const powers = logits.map(Math.exp);
  return powers.map((p, i) => {
    const row = Math.floor(i / 4) * 4;
    return p / powers.slice(row, row + 4).reduce((a, b) => a + b, 0);
  });
};

describe("the head of an mlp", () => {
  it.each([
    ["taylor", taylorSoftmax],
    ["spherical", (f: np.Array) => sphericalSoftmax(f, { eps: 0.1 })],
  ] as const)("%s: the softmax of its logits is its own distribution of the linear scores", (head, own) => {
    const scores = np.array(Float32Array.from(logitsOf("linear")), { shape: [2, 4] });
    const expected = [...own(scores).dataSync()];
    softmaxOf(logitsOf(head)).forEach((p, i) => {
      expect(p).toBeCloseTo(expected[i], 5);
    });
  });

  it("cosine: logits depend on neither the length of the input nor that of a class's weight", () => {
    const model = mlp({ inputs: 3, hidden: [], outputs: 4, head: "cosine" });
    const { params, state } = model.init(keyOf(3));
    expect(Object.keys((params as object[])[0])).toEqual(["weight"]);
    const { weight } = (params as { weight: np.Array }[])[0];
    const outputs = [1, 7].map((factor) => {
      const scaled = [{ weight: weight.ref.mul(factor) }];
      const [output] = model.apply({ params: scaled, state }, x().mul(factor), { training: false });
      return [...output.dataSync()];
    });
    outputs[0].forEach((value, i) => {
      expect(outputs[1][i]).toBeCloseTo(value, 4);
      expect(Math.abs(value)).toBeLessThanOrEqual(cosineHeadScale * 1.000001);
    });
    weight.dispose();
  });

  it.each(heads)("%s leaks nothing", (head) => {
    logitsOf(head);
    const before = liveBuffers();
    logitsOf(head);
    expect(liveBuffers()).toBe(before);
  });

  it("refuses an unknown one", () => {
    expect(() => mlp({ inputs: 3, hidden: [], outputs: 2, head: "round" as Head })).toThrow(
      /^head: expected /,
    );
  });
});
