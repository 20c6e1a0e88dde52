import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { jit, numpy as np } from "@jax-js/jax";
import { expect, it, vi } from "vitest";
import { asyncLeakOf, liveBuffers } from "../../../../test/support/leaks.ts";
import { given } from "./programs.fixture.ts";

const vector = (...numbers: number[]): np.Array => np.array(Float32Array.from(numbers), { device: "wasm" });

it("gives the bits of an engine that is as it came, and keeps nothing", async () => {
  const plain = new Worker(new URL("./programs.fixture.ts", import.meta.url), { workerData: "plain" });
  const [expected] = await once(plain, "message");
  await plain.terminate();
  expect(await given()).toEqual(expected);
  expect(await asyncLeakOf(given, 1)).toBe(0);
});

it("makes no buffer for what only kernels read", () => {
  const deep = jit((x: np.Array) => {
    let value = x;
    for (let i = 0; i < 10; i++) value = value.ref.mul(value.sum());
    return value;
  });
  const before = liveBuffers();
  const result = deep(vector(0.25, 0.75));
  // The argument's and the result's.
  expect(liveBuffers()).toBe(before + 2);
  expect([...result.dataSync()]).toEqual([0.25, 0.75]);
  expect(liveBuffers()).toBe(before);
});

it("gives the memory of a large program back", () => {
  const side = 4200;
  const large = jit((x: np.Array) => {
    const table = x.ref.reshape([-1, 1]).mul(x);
    return np.max(table.ref).add(table.sum());
  });
  const x = np.array(Float32Array.from({ length: side }, (_, i) => i % 2));
  expect(large(x).item()).toBe(1 + (side / 2) ** 2);
  const grow = vi.spyOn(WebAssembly.Memory.prototype, "grow");
  np.array(new Float32Array(side * side).fill(1, 1)).dispose();
  expect(grow).not.toHaveBeenCalled();
  grow.mockRestore();
});
