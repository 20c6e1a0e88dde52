import { jit, jvp, lax, numpy as np, valueAndGrad } from "@jax-js/jax";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { minibatches } from "../training/batches.ts";
import { checkChoice, checkFloat64, checkFloatArray, checkNumber, received } from "./checks.ts";
import { compiledValueAndGrad, differentiate } from "./differentiate.ts";
import { forward } from "./forward.ts";
import { derive, keyOf, randomSource, seedOf, shuffle } from "./random.ts";
import { surrogate } from "./surrogate.ts";
import type { Tree } from "./tree.ts";
import { mapTree, sizeOf, sumOfSquares, zerosLike } from "./tree.ts";

const x = () =>
  np.array([
    [1, 2, 3],
    [4, 5, 6.5],
  ]);

/** How many traces the engine is in. */
function traceLevel(): number {
  let level = Number.NaN;
  (
    jvp as unknown as (
      f: (x: { _trace: { main: { level: number } } }) => object,
      x: [number],
      t: [number],
    ) => void
  )(
    (x) => {
      level = x._trace.main.level;
      return x;
    },
    [0],
    [0],
  );
  return level;
}

describe("differentiate", () => {
  it("leaves nothing on the engine's stack of traces, compiled, of a gradient, or where it fails", () => {
    const before = traceLevel();
    const square = (v: np.Array): np.Array => v.ref.mul(v).sum();
    const run = compiledValueAndGrad((v: np.Array) => {
      expect(traceLevel()).toBeGreaterThan(before);
      return square(v);
    });
    for (const array of run(x()) as np.Array[]) array.dispose();
    run.dispose();
    const gradient = differentiate((v: np.Array): [np.Array, []] => [square(v), []]);
    const twice = differentiate((v: np.Array): [np.Array, []] => {
      const [[value], slope] = gradient(1, v);
      value.dispose();
      return [slope.sum(), []];
    });
    const [[value], slope] = twice(np.array(1), x());
    expect(slope.js().flat()).toEqual(Array(6).fill(2));
    value.dispose();
    const fails = differentiate((): [np.Array, []] => {
      throw new Error("a loss that fails");
    });
    expect(() => fails(1, x())).toThrow("a loss that fails");
    expect(traceLevel()).toBe(before);
  });

  // Each of these is silently wrong in the engine's own compiled gradient.
  const slices: [string, (x: np.Array) => np.Array, number[][]][] = [
    [
      "slice",
      (v) => v.slice([], [1, 3]).sum(),
      [
        [0, 1, 1],
        [0, 1, 1],
      ],
    ],
    [
      "concatenate",
      (v) => np.concatenate([v.ref, v], 0).mean(),
      [
        [1 / 6, 1 / 6, 1 / 6],
        [1 / 6, 1 / 6, 1 / 6],
      ],
    ],
    [
      "split",
      (v) => {
        const [a, b] = [...np.split(v, [1], 1)];
        b.dispose();
        return a.sum();
      },
      [
        [1, 0, 0],
        [1, 0, 0],
      ],
    ],
  ];
  it.each(slices)(
    "gives the right compiled gradient through %s of a constant cotangent",
    (_, f, expected) => {
      const run = compiledValueAndGrad(f);
      const [value, gradient] = run(x());
      value.dispose();
      (gradient.js() as number[][]).flat().forEach((g, i) => {
        expect(g).toBeCloseTo(expected.flat()[i], 6);
      });
      run.dispose();
    },
  );

  it("returns the auxiliary tree beside value and gradient", () => {
    const program = jit(((one: np.Array, p: np.Array, factor: np.Array) => {
      const [[value, aux], gradient] = differentiate(
        (q: np.Array, k: np.Array) => [np.square(q.ref).mul(k).sum(), { seen: q }] as [np.Array, Tree],
      )(one, p, factor);
      return [value, aux, gradient];
    }) as never) as unknown as (
      one: number,
      p: np.Array,
      k: number,
    ) => [np.Array, { seen: np.Array }, np.Array];
    const [value, aux, gradient] = program(1, np.array([1, 2]), 3);
    expect(value.item()).toBeCloseTo(15, 5);
    expect(aux.seen.js()).toEqual([1, 2]);
    expect(gradient.js()).toEqual([6, 12]);
  });

  it("leaves no array alive", () => {
    const run = compiledValueAndGrad((v: np.Array) => v.slice([0, 1]).sum());
    const input = x();
    expect(
      leakOf(() => {
        const [v, g] = run(input.ref);
        v.dataSync();
        g.dataSync();
      }),
    ).toBe(0);
    expect(input.refCount).toBe(1);
  });
});

describe("integers where something is differentiated", () => {
  const x = () => np.array([7.5, -8.25, 9.75]);
  const whole = (v: np.Array) => lax.stopGradient(v).astype(np.int32);
  const integers = (...values: number[]) => np.array(Int32Array.from(values));
  const parity = jit((v: np.Array, labels: np.Array) =>
    v.mul(np.remainder(labels, integers(2, 2, 2)).astype(v.dtype)),
  );
  const parityInside = jit((v: np.Array, labels: np.Array) => parity(v, labels.add(1)));
  /** Each is wrong in the engine's own `grad`, with what a function of `x` is, and what its derivative is. */
  const cases: [string, (v: np.Array) => np.Array, number[], number[]][] = [
    [
      "mod",
      (v) =>
        v.ref.mul(
          whole(v)
            .mod(integers(5, 5, 4))
            .astype(v.dtype),
        ),
      [15, 24.75, 9.75],
      [2, -3, 1],
    ],
    [
      "remainder",
      (v) => v.ref.mul(np.remainder(whole(v), integers(5, 5, 4)).astype(v.dtype)),
      [15, -16.5, 9.75],
      [2, 2, 1],
    ],
    [
      "floorDivide",
      (v) => v.ref.mul(np.floorDivide(whole(v), integers(5, 5, 4)).astype(v.dtype)),
      [7.5, 16.5, 19.5],
      [1, -2, 2],
    ],
    ["remainder of labels in a jit", (v) => parity(v, integers(4, 5, 7)), [0, -8.25, 9.75], [0, 1, 1]],
    ["remainder in a jit in a jit", (v) => parityInside(v, integers(4, 5, 7)), [7.5, -0, 0], [1, 0, 0]],
  ];

  it.each(cases)("are right: %s", (_, f, values, slopes) => {
    // What the engine has derived before, wrongly, it would take again.
    const [wrong, slope] = valueAndGrad((v: np.Array) => f(v).sum())(x());
    expect(wrong.item()).not.toBeCloseTo(
      values.reduce((a, b) => a + b),
      5,
    );
    slope.dispose();
    const run = compiledValueAndGrad((v: np.Array) => f(v).sum());
    const [sum, gradient] = run(x());
    expect(sum.item()).toBeCloseTo(
      values.reduce((a, b) => a + b),
      5,
    );
    expect(gradient.js()).toEqual(slopes);
    run.dispose();
    const [value, derivative] = forward(f, x(), np.ones([3]));
    expect(value.js()).toEqual(values);
    expect(derivative.js()).toEqual(slopes);
  });

  it("are multiplied along axes", () => {
    const f = (v: np.Array): np.Array => v.ref.mul(np.prod(whole(v)).astype(v.dtype));
    const [value, derivative] = forward(f, x(), np.ones([3]));
    expect(value.js()).toEqual([-3780, 4158, -4914]);
    expect(derivative.js()).toEqual([-504, -504, -504]);
    const within = jit((v: np.Array, labels: np.Array) => v.mul(np.prod(labels).astype(v.dtype)));
    const run = compiledValueAndGrad((v: np.Array) => within(v, integers(2, 3)).sum());
    expect(run(x())[1].js()).toEqual([6, 6, 6]);
    run.dispose();
  });

  it("are right in a derivative of a derivative, and leave nothing behind", () => {
    const f = (v: np.Array): np.Array =>
      np
        .square(v.ref)
        .mul(np.remainder(whole(v), integers(5, 5, 4)).astype(v.dtype))
        .sum();
    const curvature = jit((v: np.Array) => {
      const slope = (u: np.Array): np.Array => differentiate((w: np.Array) => [f(w), []])(1, u)[1];
      return forward(slope, v, np.ones([3]))[1];
    });
    expect(curvature(x()).js()).toEqual([4, 4, 2]);
    const v = x();
    expect(leakOf(() => curvature(v.ref).js())).toBe(0);
  });
});

describe("surrogate", () => {
  it("has the value and the derivative it is given, in several inputs", () => {
    const run = compiledValueAndGrad((p: Tree) => {
      const [a, b] = p as np.Array[];
      return surrogate(a.ref.mul(b.ref), [
        { x: a, gradient: np.array([10, 20]) },
        { x: b, gradient: np.array([5, 6]) },
      ]).sum();
    });
    const [value, gradient] = run([np.array([2, 3]), np.array([4, 5])] as Tree);
    expect(value.item()).toBeCloseTo(23, 5);
    expect((gradient as np.Array[]).map((g) => g.js())).toEqual([
      [10, 20],
      [5, 6],
    ]);
  });

  it("passes rounding straight through", () => {
    const run = compiledValueAndGrad((v: np.Array) =>
      surrogate(lax.stopGradient(np.round(v.ref)), [{ x: v, gradient: np.ones([2]) }]).sum(),
    );
    expect(run(np.array([1.4, 2.6]))[1].js()).toEqual([1, 1]);
  });
});

describe("host random numbers", () => {
  it("are the same for the same seed, uniform, and unrelated for neighbouring seeds", () => {
    const draw = (seed: number, n: number) => {
      const next = randomSource(seed);
      return Array.from({ length: n }, next);
    };
    expect(draw(7, 5)).toEqual(draw(7, 5));
    const a = draw(1, 20_000);
    const b = draw(2, 20_000);
    const mean = a.reduce((s, v) => s + v) / a.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.01);
    const correlation = a.reduce((s, v, i) => s + (v - 0.5) * (b[i] - 0.5), 0) / a.length / (1 / 12);
    expect(Math.abs(correlation)).toBeLessThan(0.03);
    expect(Math.min(...a)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...a)).toBeLessThan(1);
  });

  it("refuse seeds that would be those of other streams", () => {
    const seeds: [unknown, string][] = [
      [0.5, "got 0.5"],
      [2 ** 32, "got 4294967296"],
      [-(2 ** 31) - 1, "got -2147483649"],
      [Number.NaN, "got NaN"],
      [null, "got null"],
      ["a", 'got "a"'],
    ];
    const expected = "expected an integer >= -2147483648 and <= 4294967295";
    for (const [seed, got] of seeds) {
      expect(() => randomSource(seed as number)).toThrow(`seed: ${expected}, ${got}`);
      expect(() => keyOf(seed as number)).toThrow(`seed: ${expected}, ${got}`);
      expect(() => keyOf(1, 2, seed as number)).toThrow(`parts[2]: ${expected}, ${got}`);
    }
  });

  it("take every number that derive and seedOf give, and the same one with a sign", () => {
    const large = Array.from({ length: 100 }, (_, i) => derive(i)).filter((seed) => seed >= 2 ** 31);
    expect(large.length).toBeGreaterThan(0);
    for (const seed of [...large, 2 ** 32 - 1]) {
      expect(randomSource(seed)()).toBe(randomSource(seed - 2 ** 32)());
      const [key, signed] = [keyOf(seed, 3), keyOf(seed - 2 ** 32, 3)];
      expect(seedOf(key)).toBe(seedOf(signed));
      expect(keyOf(seedOf(key)).js()).not.toEqual(key.js());
      signed.dispose();
    }
  });

  it("derive depends on order and on every part", () => {
    expect(derive(1, 2)).not.toBe(derive(2, 1));
    expect(new Set(Array.from({ length: 1000 }, (_, i) => derive(i % 10, Math.floor(i / 10)))).size).toBe(
      1000,
    );
  });

  it("shuffle is a permutation", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 50 }), (seed, n) => {
        const order = shuffle(
          Int32Array.from({ length: n }, (_, i) => i),
          randomSource(seed),
        );
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });
});

describe("checks", () => {
  it("say argument, what was expected and what came", () => {
    expect(() => checkNumber("tau", -1, { min: 0 })).toThrow("tau: expected a finite number >= 0, got -1");
    expect(() => checkNumber("k", 1.5, { integer: true, min: 1, max: 4 })).toThrow(
      "k: expected an integer >= 1 and <= 4, got 1.5",
    );
    expect(() => checkNumber("k", Number.NaN)).toThrow("got NaN");
    expect(() => checkNumber("k", "3")).toThrow(new TypeError('k: expected a finite number, got "3"'));
    expect(() => checkNumber("p", 1, { above: 0, below: 1 })).toThrow(
      "p: expected a finite number > 0 and < 1, got 1",
    );
    expect(() => checkChoice("norm", "l3", ["l1", "l2"])).toThrow(
      'norm: expected one of "l1", "l2", got "l3"',
    );
    expect(received(x())).toBe("float32[2, 3]");
    expect(received(new Float32Array(3))).toBe("Float32Array(3)");
    expect(received(Promise.resolve(1))).toBe("a promise");
  });
});

describe("trees", () => {
  it("map, measure and copy shapes", () => {
    const tree = { a: np.array([3, 4]), b: [np.array([[12]])] };
    expect(sizeOf(tree)).toBe(3);
    const zeros = zerosLike(tree) as typeof tree;
    expect(zeros.b[0].shape).toEqual([1, 1]);
    expect(sumOfSquares(mapTree((v) => v.mul(2), tree)).item()).toBeCloseTo(676, 3);
  });
});

describe("where the engine can't make float64 arrays", () => {
  afterEach(() => vi.unstubAllGlobals());
  const line = `x: float64 needs Node 24 or later, this is Node ${process.versions.node}`;

  it("they are refused in one line, and float32 isn't", () => {
    const wide = np.array(Float64Array.of(1, 2));
    const narrow = np.array([1, 2]);
    vi.stubGlobal("Float16Array", undefined);
    expect(() => checkFloat64("x")).toThrow(new Error(line));
    expect(() => checkFloatArray("x", wide, 1, "[n]")).toThrow(new Error(line));
    expect(() => checkFloatArray("x", narrow, 1, "[n]")).not.toThrow();
    vi.unstubAllGlobals();
    expect(() => checkFloatArray("x", wide, 1, "[n]")).not.toThrow();
  });

  it("so are data of which batches would be made", () => {
    const examples = { x: Float64Array.of(1, 2), shape: [1], y: Int32Array.of(0, 1), classes: 2 };
    vi.stubGlobal("Float16Array", undefined);
    expect(() => minibatches(examples, { size: 2, seed: 1 })).toThrow(new Error(line));
  });
});
