import { numpy as np } from "@jax-js/jax";

let table: Map<number, unknown> | undefined;

/**
 * The number of live buffers of the wasm backend. The engine has no public counter: the first call catches the
 * backend's own map of buffers while an array is being made.
 */
export function liveBuffers(): number {
  if (table === undefined) {
    const set = Map.prototype.set;
    Map.prototype.set = function (this: Map<unknown, unknown>, key: unknown, value: unknown) {
      if (typeof value === "object" && value !== null && "ptr" in value && "ref" in value)
        table = this as Map<number, unknown>;
      return set.call(this, key, value);
    } as typeof set;
    try {
      // The values must differ: constant arrays own no buffer.
      np.array([1, 2]).dispose();
    } finally {
      Map.prototype.set = set;
    }
  }
  if (table === undefined) throw new Error("the wasm backend is not in use");
  return table.size;
}

/** As {@link leakOf}, of what has to be awaited. */
export async function asyncLeakOf(f: () => Promise<unknown>, runs = 2): Promise<number> {
  await f();
  await f();
  const before = liveBuffers();
  for (let i = 0; i < runs; i++) await f();
  return liveBuffers() - before;
}

/** Runs `f` a few times after a warm-up and returns by how many live buffers their number grew. */
export function leakOf(f: () => void, runs = 2): number {
  f();
  f();
  const before = liveBuffers();
  for (let i = 0; i < runs; i++) f();
  return liveBuffers() - before;
}
