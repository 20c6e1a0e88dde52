import { numpy as np } from "@jax-js/jax";
import { axisOf, instead, type Operation, type Operations, sizeOf, withRank } from "./values.fixture.ts";

const reduced =
  (f: (x: np.Array, axis: number | number[] | null, keepdims: boolean) => np.Array): Operation =>
  (pool, { a, b, c }) => {
    const { x, bound } = pool.float(a);
    const axis =
      c % 3 === 0 || x.ndim === 0 ? null : c % 3 === 1 || x.ndim < 2 ? axisOf(x, b) : [0, x.ndim - 1];
    // Sums are the only ones that know what nothing gives.
    const reduce = x.size === 0 ? (y: np.Array) => np.sum(y, axis, { keepdims: b % 2 === 1 }) : f;
    return { bound: bound * Math.max(1, x.size), x: reduce(x, axis, b % 2 === 1) };
  };

const product =
  (f: (x: np.Array, y: np.Array, c: number) => np.Array): Operation =>
  (pool, { a, b, c }) => {
    const x = withRank(2, pool.float(a));
    const y = pool.float(b);
    const { shape } = x.x;
    // The other operand is made of the other value where it has as many elements, else of the first one itself.
    const other = y.x.size === sizeOf(shape) ? y.x.reshape(shape) : instead(y.x, x.x.ref);
    return {
      bound: x.bound * Math.max(x.bound, y.bound) * Math.max(...shape.slice(-2), 1),
      x: f(x.x, other, c),
    };
  };

const lastTwo = (x: np.Array): np.Array => np.swapaxes(x, -1, -2);

/** Reductions and products of matrices. */
export const reductions: Operations = {
  sum: reduced((x, axis, keepdims) => np.sum(x, axis, { keepdims })),
  mean: reduced((x, axis, keepdims) => np.mean(x, axis, { keepdims })),
  max: reduced((x, axis, keepdims) => np.max(x, axis, { keepdims })),
  min: reduced((x, axis, keepdims) => np.min(x, axis, { keepdims })),
  prod: reduced((x, axis, keepdims) => np.prod(np.tanh(x).mul(0.25).add(1), axis, { keepdims })),
  variance: (pool, { a, b }) => {
    const { x, bound } = pool.float(a);
    return { x: x.ndim === 0 || x.size === 0 ? x : np.var_(x, axisOf(x, b)), bound: bound ** 2 };
  },
  cumsum: (pool, { a, b }) => {
    const { x, bound } = pool.float(a);
    return {
      bound: bound * Math.max(1, x.size),
      x: x.ndim === 0 || x.size === 0 ? x : np.cumsum(x, axisOf(x, b)),
    };
  },

  matmul: product((x, y) => np.matmul(x, lastTwo(y))),
  matmulT: product((x, y) => np.matmul(lastTwo(x), y)),
  gram: product((x, y) => np.matmul(lastTwo(x), lastTwo(lastTwo(y)))),
  vector: product((x, y) =>
    np.matmul(x, y.sum(y.ndim > 1 ? Array.from({ length: y.ndim - 1 }, (_, i) => i) : null)),
  ),
  outer: (pool, { a, b }) => {
    const [x, y] = [pool.float(a), pool.float(b)];
    return { x: np.outer(x.x.reshape([-1]), y.x.reshape([-1])), bound: x.bound * y.bound };
  },
  einsum: (pool, { a, b, c }) => {
    const x = withRank(3, pool.float(a));
    const y = pool.float(b);
    const [first] = x.x.shape;
    const m = x.x.shape.slice(1, -1).reduce((p, q) => p * q, 1);
    const n = x.x.shape[x.x.ndim - 1];
    const cube = x.x.reshape([first, m, n]);
    const other = y.x.size === cube.size ? y.x.reshape([first, m, n]) : instead(y.x, cube.ref);
    const how = [
      "bij,bkj->bik",
      "bij,bij->bj",
      "bij,cij->bc",
      "bij,bij->",
      "bij,bkl->ijkl",
      "bij,aik->jk",
      "bij,bij->ijb",
    ];
    return {
      x: np.einsum(how[c % how.length], cube, other),
      bound: x.bound * Math.max(x.bound, y.bound) * Math.max(1, sizeOf([first, m, n]) ** 2),
    };
  },
};
