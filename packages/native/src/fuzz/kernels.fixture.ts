import { defaultDevice, numpy as np } from "@jax-js/jax";
import { disposeTree, leavesOf, type Tree } from "minimand/engine";
import { expect } from "vitest";
import { liveBuffers } from "../../../../test/support/leaks.ts";
import { compile } from "../runtime/compile.ts";

/*
 * Programs that end in computations on each element by itself, as steps of training do: compiled with such ends as loops of
 * their own, and as graphs, of which ONNX Runtime computes all.
 */

/** A step of a state, and what it is given each time. */
export interface Steps {
  step: (state: Tree, input: Tree) => [Tree, Tree];
  state: () => Tree;
  inputs: readonly (() => Tree)[];
}

type Step = Steps["step"];

/** The bits of all that the steps give, one text for each array. */
function bitsOf({ state, inputs }: Steps, step: Step): string[] {
  const results = [];
  let current = state();
  for (const input of inputs) {
    const [next, result] = step(current, input());
    results.push(...leavesOf(next).map(described), ...leavesOf(result).map(described));
    disposeTree(result);
    current = next;
  }
  disposeTree(current);
  return results;
}

async function natively(steps: Steps): Promise<string[]> {
  const [state, input] = [steps.state(), steps.inputs[0]()];
  const compiled = await compile(steps.step, [state, input]);
  disposeTree([state, input]);
  const bits = bitsOf(steps, compiled);
  compiled.dispose();
  return bits;
}

function described(x: np.Array): string {
  const numbers = [...x.ref.dataSync()].map((v) => (Object.is(v, -0) ? "-0" : v)).join();
  return `${x.dtype}[${x.shape}] ${numbers}`;
}

/** Runs something where WebAssembly has no instructions on four numbers. */
async function withoutSimd<T>(run: () => Promise<T>): Promise<T> {
  const { validate } = WebAssembly;
  WebAssembly.validate = () => false;
  try {
    return await run();
  } finally {
    WebAssembly.validate = validate;
  }
}

/** Expects the bits that ONNX Runtime gives alone, and nothing to stay alive. */
export async function expectBitsOfGraph(steps: Steps): Promise<void> {
  const graph = await withoutSimd(() => natively(steps));
  const before = liveBuffers();
  expect(await natively(steps)).toEqual(graph);
  expect(liveBuffers()).toBe(before);
}

/** Expects the bits that the engine gives on the `cpu` device, one operation after the other, but for the sign of 0. */
export async function expectBitsOfEngine(steps: Steps): Promise<void> {
  defaultDevice("cpu");
  let exact: string[];
  try {
    exact = bitsOf(steps, steps.step);
  } finally {
    defaultDevice("wasm");
  }
  const withoutSign = (text: string): string => text.replaceAll(/-0(?=,|$)/g, "0");
  expect((await natively(steps)).map(withoutSign)).toEqual(exact.map(withoutSign));
}

/** Numbers that rules of arithmetic are made for, and a usual one. */
export const specials = [0.3, Number.NaN, Infinity, -Infinity, 0, -0, 1e-40, -1e-42, 1.2e-38, 3e38, -3e38];

/** Numbers of a shape, some of them special. */
export function numbers(shape: readonly number[], seed: number, special: boolean): np.Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: size + 1 }, (_, i) => {
    const at = Math.sin(1 + 7.3 * i + 3.1 * seed);
    return special && at * 1e4 - Math.floor(at * 1e4) < 0.2
      ? specials[(i + seed) % specials.length]
      : 2 * at ** 3;
  });
  // A part of an array is in memory, however short it is.
  return np
    .array(data)
    .slice([0, size])
    .reshape([...shape]);
}
