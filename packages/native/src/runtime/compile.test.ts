import { availableParallelism } from "node:os";
import { defaultDevice, grad, jit, numpy as np, random, tree } from "@jax-js/jax";
import { compileWithJit, type Tree } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { leakOf, liveBuffers } from "../../../../test/support/leaks.ts";
import { compile, nativeCompiler } from "./compile.ts";

const vector = (...values: number[]) => np.array(Float32Array.from(values));
/** The function, and a counter of how often it was traced. */
function counted<A extends Tree[], R extends Tree>(f: (...args: A) => R) {
  const count = { traces: 0 };
  const traced = (...args: A): R => {
    count.traces++;
    return f(...args);
  };
  return [traced, count] as const;
}
/** Values, type and shape of each array of a tree. */
function described(result: Tree): unknown {
  return tree.map(
    (x: np.Array) => `${x.dtype}[${x.shape}]${x.weakType ? " weak" : ""} ${JSON.stringify(x.js())}`,
    result as never,
  );
}

describe("a compiled function", () => {
  it("takes and returns trees, as under jit", async () => {
    type State = { w: np.Array; list: np.Array[]; deep: { b: np.Array } };
    const f = ({ w, list: [a, c], deep: { b } }: State, x: np.Array) => ({
      out: [x.ref.mul(w), { sum: a.add(b) }],
      again: c.sub(x),
    });
    const args = (): [State, np.Array] => [
      { w: vector(1, 2), list: [vector(3, 4), vector(5, 6)], deep: { b: vector(7, 8) } },
      vector(0.5, 0.25),
    ];
    const example = args();
    const compiled = await compile(f, example);
    expect(described(compiled(...example))).toEqual(described(compileWithJit(f)(...args())));
  });

  it("takes numbers as inputs: a new number needs no new program", async () => {
    const [f, count] = counted((x: np.Array, n: Tree) => x.mul(n as np.Array));
    const compiled = await compile(f, [vector(1, 2), 3]);
    expect(compiled(vector(1, 2), 3).js()).toEqual([3, 6]);
    expect(compiled(vector(1, 2), -0.5).js()).toEqual([-0.5, -1]);
    expect(compiled(vector(1, 2), np.array(4)).js()).toEqual([4, 8]);
    expect(count.traces).toBe(1);
  });

  it("compiles once for a state that starts as numbers and goes on as arrays", async () => {
    const [f, count] = counted(({ t, m }: { t: Tree; m: np.Array }) => ({
      t: (t as np.Array).add(1),
      m: m.mul(0.5),
    }));
    const start = { t: 0, m: vector(4, 8) };
    const compiled = await compile(f as never as (s: Tree) => Tree, [start]);
    let state: Tree = start;
    for (let i = 0; i < 3; i++) state = compiled(state);
    expect(described(state)).toEqual({ t: "float32[] weak 3", m: "float32[2] [0.5,1]" });
    expect(count.traces).toBe(1);
  });

  it("looks at the example, without consuming it or running anything", async () => {
    const x = vector(1, 2);
    (await compile((x: np.Array) => x.mul(2), [x])).dispose();
    expect(x.refCount).toBe(1);
    expect(x.js()).toEqual([1, 2]);
  });

  it("consumes its arguments, used or not, but for what `.ref` keeps", async () => {
    const f = await compile((x: np.Array, _unused: np.Array) => x.mul(2), [vector(1, 2), vector(1, 2)]);
    const [x, y] = [vector(1, 2), vector(3, 4)];
    f(x.ref, y.ref).dispose();
    expect([x.refCount, y.refCount]).toEqual([1, 1]);
    f(x, y).dispose();
    expect(() => x.ref).toThrow(/freed/);
    expect(() => y.ref).toThrow(/freed/);
    expect(() => f(x, vector(1, 2))).toThrow(/freed/);
  });

  it("is called with the same array twice, which takes two uses of it", async () => {
    const f = await compile((a: np.Array, b: np.Array) => a.add(b), [vector(1, 2), vector(1, 2)]);
    const x = vector(1, 2);
    expect(f(x.ref, x.ref).js()).toEqual([2, 4]);
    expect(f(x.ref, x).js()).toEqual([2, 4]);
    const y = vector(1, 2);
    expect(() => f(y, y)).toThrow(/freed/);
  });

  it("returns ordinary arrays of the engine, for eager and jitted code and for another call", async () => {
    const f = await compile((x: np.Array) => x.mul(2), [vector(1, 2, 3)]);
    const y = f(vector(1, 2, 3));
    expect(y.ref.add(1).js()).toEqual([3, 5, 7]);
    expect(jit((x: np.Array) => x.slice([1, 3]).sum())(y.ref).item()).toBe(10);
    expect(grad((x: np.Array) => np.square(x).sum())(y.ref).js()).toEqual([4, 8, 12]);
    expect(f(f(y)).js()).toEqual([8, 16, 24]);
  });

  it("takes what the engine has not computed yet, views and constants", async () => {
    const f = await compile((x: np.Array) => x.mul(2), [np.zeros([2, 3])]);
    const x = () => np.array(new Float32Array([1, 2, 3, 4, 5, 6]), { shape: [3, 2] });
    expect(f(x().transpose()).js()).toEqual([
      [2, 6, 10],
      [4, 8, 12],
    ]);
    expect(f(x().add(1).transpose()).js()).toEqual([
      [4, 8, 12],
      [6, 10, 14],
    ]);
    expect(f(np.broadcastTo(vector(1, 2, 3), [2, 3])).js()).toEqual([
      [2, 4, 6],
      [2, 4, 6],
    ]);
    expect(
      f(np.ones([2, 3]))
        .sum()
        .item(),
    ).toBe(12);
    // A leading slice shares the longer buffer of the whole.
    const part = () => np.concatenate([x(), x()]).slice([0, 3]).reshape([2, 3]);
    expect(f(part()).js()).toEqual([
      [2, 4, 6],
      [8, 10, 12],
    ]);
  });

  it.each<[string, (x: np.Array) => Tree]>([
    ["its input as it came", (x) => x],
    ["a computed value twice, and its input twice", (x) => [x.ref.mul(2), x.ref.mul(2), x.ref, x]],
    ["a constant", (x) => [x, np.array([1, 2, 3]), np.ones([2]), np.array(5), np.array([true, false])]],
    ["one number, in several shapes", (x) => [x.ref.sum(), x.sum().reshape([1, 1])]],
    ["arrays without elements", (x) => [x.ref.slice([1, 1]), np.zeros([0, 3]), x]],
    ["a number of JavaScript", (x) => [x, 3]],
    ["a view of its input", (x) => np.broadcastTo(x.reshape([1, 3, 1]), [2, 3, 2])],
    ["weakly typed numbers", (x) => [np.where(x.ref.greater(1), 1, 0), np.where(x.sum().greater(1), 1, 0)]],
    ["the weak type in several shapes", (x) => np.where(x.max().greater(1), 1, 0).reshape([1, 1])],
    ["booleans", (x) => [x.ref.greater(1), x.sum().greater(100)]],
    ["integers", (x) => [x.ref.astype(np.int32), x.astype(np.uint32)]],
  ])("returns %s", async (_, f) => {
    const x = () => vector(1, 2.5, -0);
    const compiled = await compile(f as (x: np.Array) => Tree, [x()]);
    const expected = described(compileWithJit(f)(x()));
    for (let i = 0; i < 3; i++) expect(described(compiled(x()))).toEqual(expected);
    expect(leakOf(() => tree.dispose(compiled(x()) as never))).toBe(0);
    compiled.dispose();
  });

  it("takes and returns booleans, signed and unsigned integers, and float64", async () => {
    const f = (b: np.Array, i: np.Array, u: np.Array, d: np.Array) => [
      np.where(b.ref, d.ref, d.mul(-1)),
      i.ref.mul(i),
      u.add(1),
      b,
    ];
    const args = (): [np.Array, np.Array, np.Array, np.Array] => [
      np.array([true, false, true]),
      np.array(Int32Array.of(3, -(2 ** 31), 65536)),
      np.array(Uint32Array.of(2 ** 32 - 1, 7, 0)),
      np.array(Float64Array.of(1 / 3, Math.PI, 1e-300)),
    ];
    const compiled = await compile(f, args());
    const [d, i, u, b] = compiled(...args());
    expect([d.dtype, i.dtype, u.dtype, b.dtype]).toEqual(["float64", "int32", "uint32", "bool"]);
    expect(d.js()).toEqual([1 / 3, -Math.PI, 1e-300]);
    expect(i.js()).toEqual([9, 0, 0]);
    expect(u.js()).toEqual([0, 8, 1]);
    expect(b.js()).toEqual([true, false, true]);
  });

  it("takes arrays of the cpu device, and returns results to the default device", async () => {
    const f = await compile((x: np.Array) => x.mul(2), [vector(1, 2, 3)]);
    const placed = np.array(Float32Array.of(1, 2, 3), { device: "cpu" });
    const y = f(placed.ref);
    expect(y.device).toBe("wasm");
    expect(y.js()).toEqual([2, 4, 6]);
    defaultDevice("cpu");
    try {
      const z = f(placed);
      expect(z.device).toBe("cpu");
      expect(z.ref.js()).toEqual([2, 4, 6]);
      expect(f(z).js()).toEqual([4, 8, 12]);
    } finally {
      defaultDevice("wasm");
    }
    expect(f(vector(1, 2, 3)).js()).toEqual([2, 4, 6]);
  });

  it("keeps a closure's constants, also for the next shape", async () => {
    const [w, key] = [vector(1, 2, 3), np.array(Uint32Array.of(1, 2))];
    const f = await compile((x: np.Array) => x.mul(w.ref), [np.zeros([2, 3])]);
    const x = () => np.ones([2, 3]);
    expect(f(x()).js()).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(f(np.ones([1, 3])).js()).toEqual([[1, 2, 3]]);
    f.dispose();
    expect([w.refCount, key.refCount]).toEqual([1, 1]);
  });
});

describe("arrays beside a compiled function", () => {
  const step = () => compile((p: np.Array, g: np.Array) => p.sub(g), [vector(1, 2), vector(1, 2)]);

  it("are never overwritten while somebody holds them", async () => {
    const f = await step();
    const held: np.Array[] = [];
    let p = vector(1, 100);
    for (let i = 0; i < 50; i++) {
      if (i % 3 === 0) held.push(p.ref);
      p = f(p, vector(1, 10));
    }
    expect(p.js()).toEqual([-49, -400]);
    for (const [n, array] of held.entries()) expect(array.js()).toEqual([1 - 3 * n, 100 - 30 * n]);
  });

  it("are never overwritten where they share their memory with one that was consumed", async () => {
    const f = await step();
    const views: np.Array[] = [];
    const bits: np.Array[] = [];
    let p = vector(1, 100);
    for (let i = 0; i < 20; i++) {
      views.push(p.ref.reshape([2, 1]));
      bits.push(lookAtBits(p.ref));
      p = f(p, vector(1, 10));
    }
    for (const [i, view] of views.entries()) {
      expect(view.js()).toEqual([[1 - i], [100 - 10 * i]]);
      const expected = new Int32Array(Float32Array.of(1 - i, 100 - 10 * i).buffer);
      expect(bits[i].dataSync()).toEqual(expected);
    }
  });

  it("are computed from what they were made of, however late they are read", async () => {
    const f = await step();
    const later: np.Array[] = [];
    let p = vector(1, 100);
    for (let i = 0; i < 20; i++) {
      later.push(p.ref.mul(2));
      p = f(p, vector(1, 10));
    }
    for (const [i, array] of later.entries()) expect(array.js()).toEqual([2 - 2 * i, 200 - 20 * i]);
    expect(p.js()).toEqual([-19, -100]);
  });

  it("are as many after thousands of calls, and after dispose, as before", async () => {
    const before = liveBuffers();
    const size = 257;
    const data = Float32Array.from({ length: size }, (_, i) => Math.sin(i));
    const f = await compile(
      ({ p, m }: { p: np.Array; m: np.Array }, x: np.Array, t: Tree) => {
        const next = m.mul(0.9).add(x);
        return [{ p: p.sub(next.ref.mul(t as np.Array)), m: next.ref }, next.sum()] as Tree[];
      },
      [{ p: np.zeros([size]), m: np.zeros([size]) }, np.zeros([size]), 0.1],
    );
    let state: Tree = { p: np.array(data), m: np.array(data) };
    const run = (): void => {
      const [next, sum] = f(state as never, np.array(data), 0.1);
      state = next;
      (sum as np.Array).item();
    };
    for (let i = 0; i < 10; i++) run();
    const warm = liveBuffers();
    for (let i = 0; i < 3000; i++) run();
    expect(liveBuffers()).toBe(warm);
    tree.dispose(state as never);
    f.dispose();
    expect(liveBuffers()).toBe(before);
  });

  it("stay where they are found after the engine's memory has grown", async () => {
    const f = await step();
    let p = vector(1, 100);
    const blocks: np.Array[] = [];
    for (let i = 0; i < 4; i++) {
      p = f(p, vector(1, 10));
      const block = new Float32Array(6.5e6);
      block[0] = i + 1;
      blocks.push(np.array(block));
    }
    expect(p.ref.js()).toEqual([-3, 60]);
    expect(f(p, vector(1, 10)).js()).toEqual([-4, 50]);
    for (const [i, block] of blocks.entries()) expect(block.slice(0).item()).toBe(i + 1);
  });
});

/** The bits of a float32 array, as an array over the same memory. */
function lookAtBits(x: np.Array): np.Array {
  type Bitcast = (args: np.Array[], params: { dtype: string }) => np.Array[];
  const { bitcast } = (np.Array as unknown as { _implRules(): { bitcast: Bitcast } })._implRules();
  return bitcast([x], { dtype: np.int32 })[0];
}

describe("bad input", () => {
  it.each<[string, (x: np.Array) => Tree, string]>([
    [".js()", (x) => np.array(x.js() as number[]), ".js()"],
    [".item()", (x) => x.ref.mul(x.slice(0).item()), ".item()"],
    [".dataSync()", (x) => np.array(x.dataSync() as Float32Array<ArrayBuffer>), ".dataSync()"],
    ["a comparison", (x) => ((x as unknown as number) > 3 ? x : x.mul(2)), "a comparison or a conversion"],
    ["a conversion", (x) => x.mul(Number(x)), "a comparison or a conversion"],
    ["arithmetic of JavaScript", (x) => x.mul((x as unknown as number) + 1), "a comparison or a conversion"],
  ])("is a function that reads a value by %s", async (_, f, what) => {
    const x = vector(1, 2);
    const compiled = compile(f, [x]);
    await expect(compiled).rejects.toThrow(TypeError);
    await expect(compiled).rejects.toThrow(
      'fn: expected a function that only computes with arrays, got "one that reads a value while traced',
    );
    await expect(compiled).rejects.toThrow(what);
    expect(x.js()).toEqual([1, 2]);
    // Comparisons work again afterwards.
    expect((np.array(4) as unknown as number) > 3).toBe(true);
  });

  it("is an argument of a new shape once there are `maxShapes`", async () => {
    const f = await compile((x: np.Array) => x.sum(), [vector(1, 2)], { maxShapes: 2 });
    expect(f(vector(1, 2)).item()).toBe(3);
    expect(f(vector(1, 2, 3)).item()).toBe(6);
    const x = vector(1, 2, 3, 4);
    expect(() => f(x)).toThrow(RangeError);
    expect(() => f(x)).toThrow(
      /^args: expected at most 2 different shapes \(pad batches to one size, with weight 0\), got "?float32\[4\]"?$/,
    );
    expect(x.refCount).toBe(1);
    expect(f(vector(1, 2)).item()).toBe(3);
  });

  it("is a dtype that the runtime does not compute with", async () => {
    const message = "dtype: expected one of float32, float64, int32, uint32, bool, got float16";
    const x = vector(1, 2).astype(np.float16);
    await expect(compile((x: np.Array) => x.mul(2), [x])).rejects.toThrow(new TypeError(message));
    const inside = (x: np.Array) => x.astype(np.float16).mul(2).astype(np.float32);
    await expect(compile(inside, [vector(1, 2)])).rejects.toThrow(new TypeError(message));
  });

  const most = 4 * availableParallelism();
  it.each([
    { maxShapes: 0 },
    { maxShapes: Number.NaN },
    { threads: -1 },
    { threads: 1.5 },
    { threads: 9999 },
  ])("is a number of shapes or threads that is none: %o", async (options) => {
    const [[name, value]] = Object.entries(options);
    const bound = name === "threads" ? ` and <= ${most}` : "";
    const message = `${name}: expected an integer >= 1${bound}, got ${value}`;
    await expect(compile((x: np.Array) => x, [vector(1, 2)], options)).rejects.toThrow(
      new RangeError(message),
    );
    await expect(nativeCompiler(options)).rejects.toThrow(new RangeError(message));
  });

  it("is an option that is none", async () => {
    const message =
      /^\w+: expected only the options threads, providers, maxShapes.*, got "thread": did you mean 'threads'\?$/;
    await expect(compile((x: np.Array) => x, [vector(1, 2)], { thread: 2 } as never)).rejects.toThrow(
      message,
    );
    await expect(nativeCompiler({ thread: 2 } as never)).rejects.toThrow(message);
  });

  it("is a call after dispose", async () => {
    const f = await compile((x: np.Array) => x.mul(2), [vector(1, 2)]);
    f.dispose();
    f.dispose();
    const x = vector(1, 2);
    expect(() => f(x)).toThrow("fn: expected a compiled function in use, got one that was disposed");
    expect(x.refCount).toBe(1);
  });

  it("leaves the arguments as they were where the function throws while it is traced", async () => {
    const add = (x: np.Array, y: np.Array) => np.matmul(x, y).add(1);
    const f = await compile(add, [np.ones([2, 3]), np.ones([3, 2])]);
    const [x, y] = [np.array([[1, 2, 3]]), np.array([[4, 5]])];
    expect(() => f(x, y)).toThrow();
    expect([x.refCount, y.refCount]).toEqual([1, 1]);
    expect(f(np.ones([2, 3]), np.ones([3, 2])).js()).toEqual([
      [4, 4],
      [4, 4],
    ]);
  });
});

describe("a call that fails while it runs", () => {
  const at = (position: number) => np.array(Int32Array.of(0, position));
  type Take = (x: np.Array, i: np.Array) => np.Array[];

  it.each<[string, Take]>([
    ["one result", (x, i) => [np.take(x, i, 0)]],
    ["several results", (x, i) => [np.take(x.ref, i, 0), x.ref.mul(2), x.sum()]],
    [
      "random numbers that were drawn before",
      (x, i) => [np.take(random.uniform(random.key(3), [3, 2]).mul(x), i, 0)],
    ],
    [
      "random numbers of a key that is given",
      (x, i) => [
        np.take(x, i.ref, 0).mul(random.uniform(random.split(i.astype(np.uint32)).slice(0), [2, 1])),
      ],
    ],
  ])("leaves nothing behind, and its arguments as they were: %s", async (_, take) => {
    const x = np.array(Float32Array.of(1, 2, 3, 4, 5, 6), { shape: [3, 2] });
    const compiled = await compile(take, [x, at(0)]);
    const failing = () => {
      const i = at(7);
      expect(() => compiled(x.ref, i)).toThrow(/idx=7/);
      expect(i.refCount).toBe(1);
      i.dispose();
      x.dispose();
    };
    expect(leakOf(failing)).toBe(0);
    expect(x.refCount).toBe(1);
    expect(compiled(x, at(2))[0].shape).toEqual([2, 2]);
    compiled.dispose();
  });
});

describe("a function that ONNX can't express", () => {
  const root = (x: np.Array) => np.linalg.cholesky(x).mul(2);
  const square = () =>
    np.array([
      [4, 0],
      [0, 9],
    ]);
  const doubled = [
    [4, 0],
    [0, 6],
  ];

  it("is refused by `compile`, which names primitive and call site", async () => {
    const compiled = compile(root, [square()]);
    await expect(compiled).rejects.toThrow(
      /^cholesky: expected a primitive that ONNX can express, got one that it can't, in .*float32\[2,2\] = cholesky/,
    );
    await expect(compiled).rejects.toMatchObject({
      name: "UnsupportedPrimitiveError",
      primitive: "cholesky",
    });
  });

  it("leaves no constant of its closure alive", async () => {
    const w = vector(1, 2);
    await expect(compile((x: np.Array) => root(x).mul(w.ref), [square()])).rejects.toThrow("cholesky");
    expect(w.refCount).toBe(1);
  });

  it("runs under jit from `nativeCompiler`, after one warning for each primitive", async () => {
    const warnings: string[] = [];
    const native = await nativeCompiler({ warn: (message) => warnings.push(message) });
    const [f, g] = [native(root), native((x: np.Array) => root(x).add(1))];
    const h = native((x: np.Array) => np.linalg.det(x));
    const x = square();
    for (let i = 0; i < 3; i++) {
      expect(f(x.ref).js()).toEqual(doubled);
      expect(g(x.ref).js()).toEqual(doubled.map((row) => row.map((v) => v + 1)));
      expect(h(x.ref).item()).toBeCloseTo(36, 4);
    }
    expect(x.refCount).toBe(1);
    expect(warnings.map((w) => w.split(":")[0])).toEqual(["cholesky", "lu"]);
    expect(warnings[0]).toMatch(/; the function runs under the engine's jit instead$/);
    expect(leakOf(() => f(x.ref).js())).toBe(0);
    f.dispose();
    expect(() => f(x.ref)).toThrow(/disposed/);
    expect(g(x).js()).toEqual(doubled.map((row) => row.map((v) => v + 1)));
  });

  it("is told by console.warn unless said otherwise", async () => {
    const { warn } = console;
    const warnings: unknown[] = [];
    console.warn = (message: unknown) => warnings.push(message);
    try {
      expect((await nativeCompiler())(root)(square()).js()).toEqual(doubled);
    } finally {
      console.warn = warn;
    }
    expect(warnings).toHaveLength(1);
  });
});

describe("nativeCompiler", () => {
  it("compiles what it is given at the first call with each shape, without a warning", async () => {
    const native = await nativeCompiler({
      warn: (message) => {
        throw new Error(message);
      },
    });
    const [f, count] = counted((x: np.Array, n: Tree) => [x.mul(n as np.Array), 1] as Tree[]);
    const compiled = native(f);
    expect(count.traces).toBe(0);
    for (const n of [1, 2, 3])
      expect(described(compiled(vector(1, 2), n)[0])).toBe(`float32[2] [${n},${2 * n}]`);
    expect(count.traces).toBe(1);
    compiled(vector(1, 2, 3), 1);
    expect(count.traces).toBe(2);
    compiled.dispose();
    expect(() => compiled(vector(1, 2), 1)).toThrow(/disposed/);
  });
});
