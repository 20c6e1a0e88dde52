import { jit, numpy as np, random } from "@jax-js/jax";
import fc from "fast-check";
import { compiledValueAndGrad, disposeTree, refTree, type Tree } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { cellSupernet } from "./cell-supernet.ts";
import { cellEdges, discretise, enumerateGenotypes, genotypeName } from "./genotype.ts";
import { mixedOperation } from "./mixed-operation.ts";
import { averagePooling, cellOperations, reluConvolution } from "./operations.ts";

const values = (n: number, phase = 0): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(1.7 * i + phase));
const images = (batch: number, side: number, channels: number): np.Array =>
  np.array(values(batch * side * side * channels), { shape: [batch, side, side, channels] });
const names = cellOperations.map(({ name }) => name);

/** Mean of `read` over the 3 x 3 neighbourhood that is inside. */
function around(side: number, i: number, j: number, read: (i: number, j: number) => number): number[] {
  const found: number[] = [];
  for (let di = -1; di <= 1; di++)
    for (let dj = -1; dj <= 1; dj++) {
      const [r, c] = [i + di, j + dj];
      if (r >= 0 && c >= 0 && r < side && c < side) found.push(read(r, c));
    }
  return found;
}

describe("the operations of a cell", () => {
  it("average what lies inside the image", () => {
    const x = images(1, 4, 2);
    const data = x.ref.js() as number[][][][];
    const found = averagePooling.apply({}, x).js() as number[][][][];
    for (const [i, j] of [
      [0, 0],
      [1, 3],
      [2, 2],
    ]) {
      const inside = around(4, i, j, (r, c) => data[0][r][c][1]);
      expect(found[0][i][j][1]).toBeCloseTo(inside.reduce((a, b) => a + b) / inside.length, 5);
    }
  });

  it("convolve the rectified image with zeros beyond its border", () => {
    const x = images(1, 4, 2);
    const data = x.ref.js() as number[][][][];
    const kernel = values(18 * 2, 3);
    const params = { kernel: np.array(kernel, { shape: [18, 2] }), bias: np.array([0.5, -0.5]) };
    const found = reluConvolution.apply(params, x).js() as number[][][][];
    for (const [i, j] of [
      [0, 0],
      [2, 1],
      [3, 3],
    ]) {
      let expected = -0.5;
      for (let di = 0; di < 3; di++)
        for (let dj = 0; dj < 3; dj++)
          for (let c = 0; c < 2; c++) {
            const value = data[0][i + di - 1]?.[j + dj - 1]?.[c] ?? 0;
            expected += Math.max(value, 0) * kernel[((di * 3 + dj) * 2 + c) * 2 + 1];
          }
      expect(found[0][i][j][1]).toBeCloseTo(expected, 4);
    }
  });
});

describe("a mixed operation", () => {
  const params = (): Tree[] => cellOperations.map(({ init }) => init(random.key(4), 2));
  const mix = (alpha: readonly number[]) =>
    mixedOperation(cellOperations, params(), np.array([...alpha]), images(2, 4, 2));

  it("doesn't change when all its weights are shifted", () => {
    const alpha = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(alpha, fc.double({ min: -50, max: 50, noNaN: true }), (a, shift) => {
        const plain = mix(a).dataSync();
        mix(a.map((v) => v + shift))
          .dataSync()
          .forEach((v, i) => {
            expect(v).toBeCloseTo(plain[i], 3);
          });
      }),
      { numRuns: 8 },
    );
  });

  it("has a gradient in its weights that sums to 0", () => {
    const target = images(2, 4, 2);
    const run = compiledValueAndGrad((alpha: Tree, x: Tree, p: Tree) =>
      np
        .square(mixedOperation(cellOperations, p as Tree[], alpha as np.Array, x as np.Array).sub(target.ref))
        .sum(),
    );
    for (const a of [
      [0, 0, 0, 0],
      [1, -2, 0.3, 0.7],
    ]) {
      const [, gradient] = run(np.array(a), images(2, 4, 2), params());
      const g = (gradient as np.Array).js() as number[];
      expect(Math.abs(g.reduce((s, v) => s + v))).toBeLessThan(1e-3);
      expect(Math.max(...g.map(Math.abs))).toBeGreaterThan(0.5);
    }
  });

  it("is one operation where its weight is all there is", () => {
    const skip = mix([-100, 0, -100, -100]).dataSync();
    const x = images(2, 4, 2).dataSync();
    skip.forEach((v, i) => {
      expect(v).toBeCloseTo(x[i], 5);
    });
    expect(Math.max(...mix([100, 0, 0, 0]).dataSync().map(Math.abs))).toBeLessThan(1e-5);
  });

  it("refuses weights of another number or kind", () => {
    expect(() => mix([1, 2, 3])).toThrow(/^alpha: expected shape \[4\], got float32\[3\]$/);
    expect(() => mixedOperation(cellOperations, params(), [0, 0, 0, 0] as never, images(1, 4, 2))).toThrow(
      TypeError,
    );
    expect(() => mixedOperation(cellOperations, [], np.array([0, 0, 0, 0]), images(1, 4, 2))).toThrow(
      /^params: /,
    );
  });
});

describe.each([
  ["last", 1, 4],
  ["concat", 2, undefined],
] as const)("a supernet that hands on %s", (output, cells, pool) => {
  const net = cellSupernet({ input: [8, 8, 1], classes: 3, channels: 2, nodes: 2, cells, output, pool });
  const logits = (architecture: np.Array, weights: Tree): number[] => {
    const [found] = net.apply({ params: { weights, architecture }, state: {} }, images(2, 8, 1), {
      training: false,
    });
    return [...(found.dataSync() as Float32Array)];
  };
  const oneHot = (operations: readonly string[]): np.Array =>
    np.array(operations.map((operation) => names.map((name) => (name === operation ? 0 : -200))));

  it.each([
    [["skip", "convolution", "average"]],
    [["none", "average", "convolution"]],
    [["convolution", "none", "none"]],
  ])("is the discrete network in the limit of one-hot weights: %s", (operations) => {
    const { params } = net.init(random.key(2));
    const genotype = cellEdges(2)
      .map((edge, e) => ({ ...edge, operation: operations[e] }))
      .filter(({ operation }) => operation !== "none");
    const mixed = logits(oneHot(operations), refTree(params.weights));
    const own = net.inherit(params.weights, genotype);
    const discrete = net.build(genotype);
    const [found] = discrete.apply({ params: own, state: {} }, images(2, 8, 1), { training: false });
    expect(mixed.length).toBe(6);
    found.dataSync().forEach((v, i) => {
      expect(v).toBeCloseTo(mixed[i], 4);
    });
    params.architecture.dispose();
  });

  it("has the gradients of finite differences in its architecture, compiled too", () => {
    const { params } = net.init(random.key(2));
    const start = values(12, 1);
    const loss = (architecture: Tree, weights: Tree, x: Tree): np.Array => {
      const [out] = net.apply({ params: { weights, architecture }, state: {} }, x as np.Array, {
        training: true,
      });
      return np.square(out).sum();
    };
    const run = compiledValueAndGrad(loss);
    const at = (a: Float32Array<ArrayBuffer>) =>
      run(np.array(a, { shape: [3, 4] }), refTree(params.weights), images(2, 8, 1));
    const gradient = (at(start)[1] as np.Array).dataSync();
    for (const k of [1, 6, 11]) {
      const [up, down] = [0.05, -0.05].map((h) => {
        const moved = start.slice();
        moved[k] += h;
        return at(moved)[0].item() as number;
      });
      expect(gradient[k]).toBeCloseTo((up - down) / 0.1, 1);
    }
    disposeTree(params);
    run.dispose();
  });

  it("leaves nothing alive", () => {
    const run = jit(
      ((w: Tree, a: np.Array, x: np.Array) =>
        net.apply({ params: { weights: w, architecture: a }, state: {} }, x, { training: true })[0]) as never,
    ) as unknown as (w: Tree, a: np.Array, x: np.Array) => np.Array;
    expect(
      leakOf(() => {
        const { params } = net.init(random.key(2));
        run(params.weights, params.architecture, images(2, 8, 1)).dataSync();
      }),
    ).toBe(0);
  });
});

describe("bad input of a supernet", () => {
  const options = { input: [8, 8, 1], classes: 3, channels: 2, nodes: 2 } as const;
  const net = cellSupernet(options);
  const apply = (architecture: np.Array, x = images(1, 8, 1)) => {
    const { params } = net.init(random.key(1));
    return () => net.apply({ params: { ...params, architecture }, state: {} }, x, { training: true });
  };
  it.each([
    [
      "an architecture of other edges",
      apply(np.zeros([2, 4])),
      /^architecture: expected shape \[3, 4\], got float32\[2, 4\]$/,
    ],
    [
      "an architecture of other operations",
      apply(np.zeros([3, 3])),
      /^architecture: expected shape \[3, 4\]/,
    ],
    [
      "an architecture that is a vector",
      apply(np.zeros([12])),
      /^architecture: expected a float array \[edges, operations\]/,
    ],
    ["images of another size", apply(np.zeros([3, 4]), images(1, 4, 1)), /^x: expected shape \[1, 8, 8, 1\]/],
    [
      "rows in the place of images",
      apply(np.zeros([3, 4]), np.zeros([5, 64])),
      /^x: expected shape \[batch, 8, 8, 1\]/,
    ],
    [
      "no channels",
      () => cellSupernet({ ...options, channels: 0 }),
      /^channels: expected an integer >= 1, got 0$/,
    ],
    [
      "half a node",
      () => cellSupernet({ ...options, nodes: 1.5 }),
      /^nodes: expected an integer >= 1, got 1.5$/,
    ],
    [
      "a pool that doesn't divide",
      () => cellSupernet({ ...options, pool: 3 }),
      /^pool: expected a divisor of 8 and 8, got 3$/,
    ],
    [
      "an output nobody knows",
      () => cellSupernet({ ...options, output: "first" as never }),
      /^output: expected one of/,
    ],
    [
      "an edge backwards",
      () => net.build([{ from: 2, to: 1, operation: "skip" }]),
      /^genotype: expected edges/,
    ],
    [
      "an operation nobody knows",
      () => net.build([{ from: 0, to: 1, operation: "dance" }]),
      /^genotype: expected one of/,
    ],
  ])("%s is refused", (_, call, message) => expect(call).toThrow(message));
});

describe("discretisation", () => {
  const space = { nodes: 2, operations: names };

  it("takes the largest weight other than none on each edge", () => {
    const found = discretise(
      [
        [9, 1, 2, 0],
        [0, 3, 1, 2],
        [0, 0, 0, 0.1],
      ],
      space,
    );
    expect(genotypeName(found, 2)).toBe("average/skip/convolution");
  });

  it("keeps the strongest edges into each node, weighed against none", () => {
    const three = { nodes: 3, operations: ["none", "skip"] };
    const alpha = [
      [0, 5],
      [0, 1],
      [0, 2],
      [3, 1],
      [0, 1],
      [0, 2],
    ];
    expect(genotypeName(discretise(alpha, three), 3)).toBe("skip/skip/skip/none/skip/skip");
    expect(genotypeName(discretise(alpha, three, 1), 3)).toBe("skip/none/skip/none/none/skip");
    expect(discretise(np.array(alpha), three)).toEqual(discretise(alpha, three));
  });

  it("refuses weights of the wrong shape or that aren't finite", () => {
    for (const alpha of [[[1, 2, 3, 4]], np.zeros([3, 3]), np.zeros([12]), [[1], [2], [3]]])
      expect(() => discretise(alpha, space)).toThrow(
        /^alpha: expected architecture weights of shape \[3, 4\], got /,
      );
    expect(() => discretise("skip" as never, space)).toThrow(TypeError);
    expect(() =>
      discretise(
        [
          [0, Number.NaN, 0, 0],
          [0, 0, 0, 0],
          [0, 0, 0, 0],
        ],
        space,
      ),
    ).toThrow(/^alpha: .*NaN$/);
    expect(() => discretise([[1]], { nodes: 1, operations: ["none"] })).toThrow(/^operations: /);
  });

  it("has 64 cells of 3 edges and 4 operations, all different", () => {
    const all = enumerateGenotypes(space).map((genotype) => genotypeName(genotype, 2));
    expect(new Set(all).size).toBe(64);
    expect(all[0]).toBe("none/none/none");
    expect(all.at(-1)).toBe("convolution/convolution/convolution");
    expect(() => enumerateGenotypes({ nodes: 6, operations: names })).toThrow(RangeError);
  });
});
