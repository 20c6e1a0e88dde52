import { numpy as np } from "@jax-js/jax";
import { expect, it, vi } from "vitest";
import { growInSteps } from "./grow-in-steps.ts";
import { startEngine } from "./index.ts";
import { trainShortly } from "./training.fixture.ts";

/** A module with an exported counter of its own that imports nothing: `(global (export "n") (mut i32) i32.const 0)`. */
const counter = new WebAssembly.Module(
  Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...[0x06, 0x06, 0x01, 0x7f, 0x01, 0x41, 0x00, 0x0b],
    ...[0x07, 0x05, 0x01, 0x01, 0x6e, 0x03, 0x00],
  ),
);

it("trains without making any kernel's instance again", async () => {
  const { outputs, instances } = await trainShortly();
  expect(outputs).toHaveLength(64);
  expect(outputs.every(Number.isFinite)).toBe(true);
  expect(instances).toBe(0);
});

it("leaves modules of others alone, and instances are still instances", async () => {
  await startEngine();
  const [one, two] = [new WebAssembly.Instance(counter), new WebAssembly.Instance(counter)];
  (one.exports.n as WebAssembly.Global).value = 3;
  expect((two.exports.n as WebAssembly.Global).value).toBe(0);
  expect(one).toBeInstanceOf(WebAssembly.Instance);
  // The same memory, but not alone: what else is imported may differ.
  const memory = new WebAssembly.Memory({ initial: 1 });
  const given = () => new WebAssembly.Instance(counter, { env: { memory, other: 1 } });
  expect(given()).not.toBe(given());
});

it("grows the engine's memory by a quarter at least, not for each array", () => {
  const grow = vi.spyOn(WebAssembly.Memory.prototype, "grow");
  const arrays = Array.from({ length: 100 }, (_, i) => np.array(new Float32Array(40_000).fill(1, 0, i + 1)));
  for (const array of arrays) array.dispose();
  const times = grow.mock.calls.length;
  grow.mockRestore();
  expect(times).toBeLessThan(30);
});

it("grows a memory by what was asked for where it can't grow by more", () => {
  const memory = new WebAssembly.Memory({ initial: 8, maximum: 12 });
  growInSteps(memory);
  const pages = () => memory.buffer.byteLength / 65_536;
  expect([memory.grow(1), pages()]).toEqual([8, 10]);
  expect([memory.grow(2), pages()]).toEqual([10, 12]);
  expect(() => memory.grow(1)).toThrow(RangeError);
  const narrow = new WebAssembly.Memory({ initial: 8, maximum: 9 });
  growInSteps(narrow);
  expect([narrow.grow(1), narrow.buffer.byteLength / 65_536]).toEqual([8, 9]);
});

it("starts once, however often it is asked", () => {
  expect(startEngine()).toBe(startEngine());
});
