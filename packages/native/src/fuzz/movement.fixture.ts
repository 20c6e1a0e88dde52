import { lax, numpy as np } from "@jax-js/jax";
import { axisOf, int, type Operation, type Operations, whole, withRank } from "./values.fixture.ts";

const moved =
  (f: (x: np.Array, c: number, b: number) => np.Array | np.Array[]): Operation =>
  (pool, { a, b, c }) => {
    const { x, bound } = b % 7 === 6 ? pool.int(a) : pool.float(a);
    const results = f(x, c, b);
    return (Array.isArray(results) ? results : [results]).map((part) => ({ x: part, bound }));
  };

/** Operations that move elements without changing them. */
export const movement: Operations = {
  transpose: moved((x, c) => (c % 2 === 0 || x.ndim < 3 ? x.transpose() : np.moveaxis(x, 0, -1))),
  flatten: moved((x) => x.reshape([-1])),
  halves: moved((x) => x.reshape(x.size % 2 === 0 ? [2, x.size / 2] : [x.size])),
  thirds: moved((x) => x.reshape(x.size % 3 === 0 ? [x.size / 3, 1, 3] : [x.size, 1])),
  expand: moved((x, c) => (x.ndim > 3 ? x : np.expandDims(x, c % (x.ndim + 1)))),
  squeeze: moved((x) => np.squeeze(x)),
  repeatAll: moved((x, c) => np.broadcastTo(x, [1 + (c % 3), ...x.shape])),
  tile: moved((x, c) => np.tile(x, 1 + (c % 2))),
  repeat: moved((x, c, b) => (x.ndim === 0 ? x : np.repeat(x, 1 + (c % 2), axisOf(x, b)))),
  slice: moved((x, c, b) => {
    if (x.ndim === 0) return x;
    const axis = axisOf(x, b);
    const size = x.shape[axis];
    const start = c % Math.max(1, size);
    // Sometimes nothing is left.
    const end = c % 11 === 10 ? start : Math.min(size, start + 1 + (c % 3));
    return x.slice(...x.shape.map((n, i): [number, number] => (i === axis ? [start, end] : [0, n])));
  }),
  row: moved((x, c) => (x.ndim === 0 || x.shape[0] === 0 ? x : x.slice(c % x.shape[0]))),
  pad: moved((x, c, b) =>
    x.ndim === 0
      ? x
      : np.pad(
          x,
          x.shape.map((_, i): [number, number] => (i === axisOf(x, b) ? [c % 3, c % 2] : [0, 0])),
        ),
  ),
  flip: moved((x, _, b) => (x.ndim === 0 ? x : np.flip(x, axisOf(x, b)))),
  roll: moved((x, c, b) => (x.ndim === 0 || x.size === 0 ? x : np.roll(x, 1 + (c % 2), axisOf(x, b)))),
  triangle: moved((x, c) => (x.ndim < 2 ? x : c % 2 === 0 ? np.tril(x) : np.triu(x, 1))),
  diagonal: moved((x) => (x.ndim !== 2 || x.size === 0 ? x : np.diagonal(x))),
  split: moved((x, c, b) => {
    if (x.ndim === 0) return x;
    const axis = axisOf(x, b);
    const size = x.shape[axis];
    return size < 2 ? x : np.split(x, [1 + (c % (size - 1))], axis);
  }),
  stack: moved((x, c, b) => np.stack([x.ref, x.ref.add(x)], c % (x.ndim + 1 - (b % 2 && x.ndim ? 1 : 0)))),
  concat: (pool, { a, b, c }) => {
    const [x, y] = [pool.float(a), pool.float(b)].map((v) => withRank(1, v));
    const axis = axisOf(x.x, c);
    const bound = Math.max(x.bound, y.bound);
    const fits = x.x.ndim === y.x.ndim && x.x.shape.every((n, i) => i === axis || n === y.x.shape[i]);
    if (fits) return { x: np.concatenate([x.x, y.x], axis), bound };
    return { x: np.concatenate([x.x.reshape([-1]), y.x.reshape([-1])]), bound };
  },

  take: moved((x, c, b) => {
    if (x.ndim === 0 || x.size === 0) return x;
    const axis = axisOf(x, b);
    const rows = Int32Array.from({ length: 1 + (c % 4) }, (_, i) => (i * 2 + c) % x.shape[axis]);
    return np.take(x, np.array(rows), axis);
  }),
  lookUp: (pool, { a, b }) => {
    const { x, bound } = pool.float(a);
    if (x.ndim === 0 || x.size === 0) return { x, bound };
    const rows = pool.int(b);
    const last = int(x.shape[0] - 1);
    return { x: np.take(x, np.clip(rows.x, int(0), last), 0), bound };
  },
  lookAnywhere: (pool, { a, b, c }) => {
    const { x, bound } = pool.float(a);
    if (x.ndim === 0 || x.size === 0) return { x, bound };
    const [size] = x.shape;
    const [low, high] = [c % 5 === 0 ? -1 : 0, c % 5 === 1 ? size + 1 : size - 1];
    const rows = pool.positions(np.clip(pool.int(b).x, int(low), int(high)), size);
    return { x: np.take(x, rows, 0), bound };
  },
  // The engine's eager sort reads a leading slice wrongly: it is copied first.
  sort: moved((x) => (x.ndim === 0 || x.size === 0 ? x : np.sort(lax.stopGradient(x).mul(1)))),
  argmax: (pool, { a, b }) => {
    const { x, bound } = pool.float(a);
    if (x.ndim === 0 || x.size === 0) return { x: whole(x, b), bound: 4 * bound + 2 };
    const axis = axisOf(x, b);
    // Equal elements would be ordered by rounding alone.
    const ramp = Float32Array.from({ length: x.shape[axis] }, (_, i) => 0.0371 * i);
    const along = np.array(ramp, { shape: x.shape.map((n, i) => (i === axis ? n : 1)) });
    return { x: np.argmax(lax.stopGradient(x).add(along.astype(x.dtype)), axis), bound: 48 };
  },
};
