import { lax, nn, numpy as np } from "@jax-js/jax";
import {
  axisOf,
  broadcastsWith,
  instead,
  int,
  matched,
  type Operation,
  type Operations,
  offset,
  whole,
} from "./values.fixture.ts";

/** How large results may be: a multiple of the operands' bounds together, to a power, plus a number. */
type Bound = readonly [times: number, plus: number, power?: number];
const within = ([times, plus, power = 1]: Bound, bound: number): number => times * bound ** power + plus;

const unary =
  (bound: Bound, f: (x: np.Array, c: number) => np.Array): Operation =>
  (pool, { a, c }) => {
    const value = pool.float(a);
    return { x: f(value.x, c), bound: within(bound, value.bound) };
  };

const binaryOf =
  (kind: "float" | "int") =>
  (bound: Bound, f: (x: np.Array, y: np.Array, c: number) => np.Array): Operation =>
  (pool, { a, b, c }) => {
    const x = pool[kind](a);
    const y = matched(x, pool[kind](b));
    return { x: f(x.x, y.x, c), bound: within(bound, x.bound + y.bound) };
  };
const binary = binaryOf("float");
const integers = binaryOf("int");

const compared = (f: (x: np.Array, y: np.Array) => np.Array): Operation =>
  binary([0, 1], (x, y, c) => f(x, y.add(offset(c))));

/** Of quarters below, since numbers that are all but equal may be equal once they are rounded. */
const comparedByQuarters = (f: (x: np.Array, y: np.Array) => np.Array): Operation =>
  binary([0, 1], (x, y, c) => {
    const quarters = (of: np.Array): np.Array => np.floor(of.mul(4).add(offset(c)));
    return f(quarters(x), quarters(y));
  });

/** A number to divide by, never 0. The engine's eager division is wrong where one side is repeated along an axis. */
function divisor(x: np.Array, y: np.Array, c: number): np.Array {
  if (c % 2 === 0 && x.shape.join() === y.shape.join()) return np.bitwiseOr(y, int(1));
  y.dispose();
  return int(c % 3 === 0 ? -3 : 5);
}

/** Operations on each element by itself, of floats, integers and booleans, and between them. */
export const elementwise: Operations = {
  neg: unary([1, 0], (x) => x.neg()),
  scale: unary([3, 0], (x, c) => x.mul([0.5, -1.25, 3][c % 3])),
  shift: unary([1, 2], (x, c) => x.add(offset(c))),
  rsub: unary([1, 2], (x) => np.subtract(1.5, x)),
  tanh: unary([0, 1], (x) => np.tanh(x)),
  sin: unary([0, 1], (x) => np.sin(x)),
  cos: unary([0, 1], (x) => np.cos(x)),
  atan: unary([0, 2], (x) => np.atan(x)),
  asin: unary([0, 2], (x) => np.asin(np.tanh(x).mul(0.875))),
  exp: unary([0, 8], (x) => np.exp(np.clip(x, -3, 2))),
  log: unary([1, 1], (x) => np.log(np.abs(x).add(1))),
  sqrt: unary([1, 1], (x) => np.sqrt(np.abs(x).add(0.5))),
  square: unary([1, 0, 2], (x) => np.square(x)),
  reciprocal: unary([0, 1], (x) => np.reciprocal(np.square(x).add(1))),
  abs: unary([1, 2], (x, c) => np.abs(x.add(offset(c)))),
  relu: unary([1, 2], (x, c) => np.maximum(x.add(offset(c)), 0)),
  clip: unary([0, 3], (x, c) => np.clip(x, offset(c), 1.25)),
  floor: unary([2, 3], (x, c) => np.floor(x.mul(2).add(offset(c)))),
  ceil: unary([2, 3], (x, c) => np.ceil(x.mul(2).add(offset(c)))),
  sign: unary([0, 1], (x, c) => np.sign(x.ref.add(offset(c))).mul(np.cos(x.mul(0.125)))),
  frozen: unary([1, 0], (x) => lax.stopGradient(x)),
  softmax: unary([1, 1], (x) => (x.ndim === 0 || x.size === 0 ? x : nn.softmax(x))),
  logsumexp: unary([1, 5], (x) => (x.ndim === 0 || x.size === 0 ? x : nn.logsumexp(x, -1))),

  add: binary([1, 0], (x, y) => x.add(y)),
  sub: binary([1, 0], (x, y) => x.sub(y)),
  mul: binary([1, 0, 2], (x, y) => x.mul(y)),
  div: binary([2, 0], (x, y) => x.div(np.square(y).add(0.75))),
  divBy: binary([3, 0], (x, y) => np.divide(x, np.exp(np.clip(y, -1, 1)))),
  fmod: binary([1, 2], (x, y, c) => np.fmod(x.add(offset(c)), np.square(lax.stopGradient(y)).add(1.1875))),
  maximum: binary([1, 2], (x, y, c) => np.maximum(x, y.add(offset(c)))),
  minimum: binary([1, 2], (x, y, c) => np.minimum(x, y.add(offset(c)))),
  where: binary([1, 0], (x, y, c) => np.where(x.ref.greater(y.ref.add(offset(c))), x, y.mul(0.5))),

  less: compared((x, y) => x.less(y)),
  lessEqual: compared((x, y) => x.lessEqual(y)),
  greater: compared((x, y) => x.greater(y)),
  equal: comparedByQuarters((x, y) => x.equal(y)),
  notEqual: comparedByQuarters((x, y) => x.notEqual(y)),
  choose: (pool, { a, b, c }) => {
    const x = pool.float(b);
    const condition = pool.bool(a);
    const fits = broadcastsWith(x.x.shape, condition.shape);
    const own = fits ? condition : instead(condition, x.x.ref.greater(offset(c)));
    return { x: np.where(own, x.x, c % 2 === 0 ? 0.25 : -1), bound: x.bound + 1 };
  },
  logic: (pool, { a, b, c }) => {
    const x = pool.bool(a);
    const y = pool.bool(b);
    if (!broadcastsWith(x.shape, y.shape)) {
      y.dispose();
      return { x: np.logicalNot(x), bound: 1 };
    }
    return { x: [np.logicalAnd, np.logicalOr, np.logicalXor][c % 3](x, y), bound: 1 };
  },
  someOrAll: (pool, { a, b, c }) => {
    const x = pool.bool(a);
    if (x.ndim === 0 || x.size === 0) return { x, bound: 1 };
    const axis = axisOf(x, b);
    return { x: c % 2 === 0 ? np.any(x, axis) : np.all(x, axis), bound: 1 };
  },

  toInt: (pool, { a, c }) => {
    const { x, bound } = pool.float(a);
    return { x: whole(x, c), bound: 4 * bound + 2 };
  },
  count: (pool, { a }) => ({ x: pool.bool(a).astype(np.int32), bound: 1 }),
  toFloat: (pool, { a }) => {
    const { x, bound } = pool.int(a);
    // Of the type of the program's floats.
    const { x: y } = pool.float(0);
    const { dtype } = y;
    y.dispose();
    return { x: x.astype(dtype).mul(0.25), bound: bound / 4 };
  },
  unsigned: (pool, { a, c }) => {
    const { x, bound } = pool.int(a);
    const u = np.abs(x).astype(np.uint32);
    const result = [
      () => u.mul(3).add(1),
      () => np.rightShift(u, int(1, "uint32")),
      () => np.maximum(u, int(5, "uint32")),
      () => np.where(u.ref.greater(int(7, "uint32")), u, int(2, "uint32")),
    ][c % 4]();
    return { x: result.astype(np.int32), bound: 3 * bound + 7 };
  },
  addInt: integers([1, 0], (x, y) => x.add(y)),
  mulInt: integers([1, 0, 2], (x, y) => x.mul(y)),
  divInt: integers([1, 0], (x, y, c) => x.div(divisor(x, y, c))),
  modInt: integers([1, 5], (x, y, c) => (c % 3 === 0 ? np.fmod : np.remainder)(x, divisor(x, y, c))),
  minInt: integers([1, 0], (x, y) => np.minimum(x, y)),
  maxInt: integers([1, 0], (x, y) => np.maximum(x, y)),
  bitwise: integers([2, 2], (x, y, c) => [np.bitwiseAnd, np.bitwiseOr, np.bitwiseXor][c % 3](x, y)),
  shiftInt: integers([8, 0], (x, y, c) =>
    c % 2 === 0 ? np.leftShift(x, np.bitwiseAnd(y, int(3))) : x.sub(y),
  ),
  compareInt: integers([0, 1], (x, y, c) => [np.less, np.lessEqual, np.equal, np.notEqual][c % 4](x, y)),
  sumInt: (pool, { a, b }) => {
    const { x, bound } = pool.int(a);
    const n = x.size;
    return { x: x.ndim === 0 ? x : np.sum(x, axisOf(x, b)), bound: bound * Math.max(1, n) };
  },
  prodInt: (pool, { a, b, c }) => {
    const { x, bound } = pool.int(a);
    const axis = x.ndim === 0 || c % 2 === 0 ? null : axisOf(x, b);
    // As large as its type allows.
    return { x: np.prod(c % 3 === 0 ? x : x.mul(2).add(1), axis), bound: Math.max(bound, 2 ** 31) };
  },
};
