import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compileWithJit } from "../engine/compile.ts";
import { compiledValueAndGrad } from "../engine/differentiate.ts";
import { leavesOf, refTree, type Tree } from "../engine/tree.ts";
import { dense, type LayerLike, sequential } from "../models/index.ts";
import { everyForm } from "./config.ts";
import { elasticPasses } from "./elastic-apply.ts";
import { weightOf } from "./elastic-network.ts";
import {
  calibrateElastic,
  dequantizeWeight,
  type ElasticVariables,
  elasticApply,
  elasticNetwork,
  exportQuantized,
  fakeQuant,
  initScale,
  layerSizes,
  packIntegers,
  type QuantConfig,
  quantizedModel,
  refElastic,
  selectionOf,
  uniformConfigs,
  unpackIntegers,
} from "./index.ts";
import { calibrated, convolutional, perceptron, rows } from "./networks.fixture.ts";

const numbers = (x: np.Array): number[] => [...(x.dataSync() as Float32Array)];
const near = (values: number[], digits: number) => values.map((v) => expect.closeTo(v, digits));
const networks: [string, readonly LayerLike[], number[]][] = [
  ["a perceptron", perceptron, [3]],
  ["a convolutional network", convolutional, [4, 4, 2]],
];
const mixed: QuantConfig[][] = everyForm.map((form, i) => [
  { ...form, weightBits: 8, actBits: [4, 8][i % 2] },
  { ...form, weightBits: [2, 4, 8][i % 3], actBits: [8, 2, 4][i % 3] },
  { ...form, weightBits: 4, actBits: 8 },
]);
const nameOf = (configs: QuantConfig[]): string => JSON.stringify(configs[1]);

/** The network by what is public: fakeQuant, the pieces, and the step sizes of a configuration. */
function composed(
  pieces: readonly LayerLike[],
  { params, state }: ElasticVariables,
  x: np.Array,
  configs: QuantConfig[],
): np.Array {
  const signed = numbers(state.signed.ref);
  let layer = 0;
  return pieces.reduce<np.Array>((h, piece, i) => {
    if (typeof piece === "function") return piece(h);
    const own = params.weights[i] as { [name: string]: np.Array };
    const isQuantised = "weight" in own || "kernel" in own;
    if (!isQuantised) return piece.apply({ params: own, state: {} }, h, { training: false })[0];
    const config = configs[layer];
    const steps = params.steps[layer];
    const column = (x: np.Array, width: number) => x.ref.transpose().slice([2, 4, 8].indexOf(width));
    const act = config.actSymmetric ? steps.actSymmetric : steps.actAsymmetric;
    const kind = `${config.granularity}${config.weightSymmetric ? "Symmetric" : "Asymmetric"}` as const;
    const of = steps[kind] as { scale: np.Array; beta?: np.Array };
    const input = fakeQuant(
      h,
      column(act.scale, config.actBits),
      config.actSymmetric ? 0 : column(steps.actAsymmetric.beta, config.actBits),
      { bits: config.actBits, signed: signed[layer++] === 1 },
    );
    const weight = fakeQuant(
      weightOf(piece, own),
      column(of.scale, config.weightBits),
      of.beta === undefined ? 0 : column(of.beta, config.weightBits),
      { bits: config.weightBits, ...(config.granularity === "channel" && { axis: -1 }) },
    );
    const name = "kernel" in own ? "kernel" : "weight";
    const given = { [name]: weight, ...(own.bias && { bias: own.bias.ref }) };
    return piece.apply({ params: given, state: {} }, input, { training: false })[0];
  }, x);
}

describe.each(networks)("%s", (_, pieces, shape) => {
  const { network, start } = calibrated(pieces, shape);
  const x = rows([7, ...shape], 8);

  type Passes = (variables: ElasticVariables) => np.Array[];
  /** Values of both, and their compiled gradients in all parameters. */
  const expectSame = (...both: [Passes, Passes]): void => {
    const [found, expected] = both.map((passes) => {
      const run = compiledValueAndGrad((params: Tree) =>
        passes({ params, state: start.state } as unknown as ElasticVariables)
          .map((y, p) => np.square(y.add(p + 1)).sum())
          .reduce((a, b) => a.add(b)),
      );
      const [value, gradient] = run(refTree(start.params as unknown as Tree));
      const result = [value.item(), ...leavesOf(gradient).flatMap(numbers)];
      run.dispose();
      return result;
    });
    expect(found.filter((v) => v !== 0).length).toBeGreaterThan(30);
    expect(found).toEqual(near(expected, 3));
  };

  it("has as many sizes as layers, without rows that only pad", () => {
    const sizes = layerSizes(network, start, x.ref);
    expect(sizes).toEqual(layerSizes(network, { params: start.params.weights, state: [] }, x.ref));
    expect(sizes).toEqual(
      pieces === perceptron
        ? [
            { weights: 18, activations: 3 },
            { weights: 30, activations: 6 },
            { weights: 10, activations: 5 },
          ]
        : [
            { weights: 54, activations: 32 },
            { weights: 48, activations: 48 },
            { weights: 48, activations: 16 },
          ],
    );
  });

  it.each(mixed.map((configs) => [nameOf(configs), configs] as const))(
    "is what fakeQuant makes of its layers, with its gradients: %s",
    (_, configs) => {
      expectSame(
        (variables) => [elasticApply(network, variables, x.ref, configs)],
        (variables) => [composed(pieces, variables, x.ref, configs)],
      );
    },
  );

  it("serves all configurations by one program", () => {
    let traces = 0;
    const program = compileWithJit((selection: np.Array) => {
      traces++;
      return elasticApply(network, start, x.ref, selection);
    });
    for (const configs of mixed) {
      const selection = np.array(selectionOf(network, configs), { shape: [3, 6, 3] });
      expect(numbers(program(selection))).toEqual(
        near(numbers(elasticApply(network, start, x.ref, configs)), 4),
      );
    }
    expect(traces).toBe(1);
    program.dispose();
  });

  it("in several passes side by side is what it is in each of them, gradients as well", () => {
    // The ends are the same in all passes.
    const [end] = uniformConfigs(3, { bits: 8, granularity: "tensor", actSymmetric: false });
    const passes = [8, 2, 4].map((bits) => [end, { ...end, weightBits: bits, actBits: bits }, end]);
    const selections = np.array(
      passes.flatMap((configs) => [...selectionOf(network, configs)]),
      { shape: [3, 3, 6, 3] },
    );
    expectSame(
      (variables) =>
        elasticPasses(network, variables, x.ref, selections.ref, { same: (layer) => layer !== 1 }),
      (variables) => passes.map((configs) => elasticApply(network, variables, x.ref, configs)),
    );
  });

  it("at 8 bits is the float network, nearly, within the range of its calibration", () => {
    const x = rows([32, ...shape], 6);
    const variables = { params: refTree(start.params.weights), state: pieces.map(() => ({})) };
    const [float] = sequential(pieces).apply(variables, x.ref, { training: false });
    const expected = numbers(float);
    for (const form of everyForm) {
      const out = numbers(elasticApply(network, start, x.ref, uniformConfigs(3, { bits: 8, ...form })));
      const error = Math.hypot(...out.map((v, i) => v - expected[i])) / Math.hypot(...expected);
      expect(error).toBeGreaterThan(0);
      expect(error).toBeLessThan(0.03);
    }
  });

  it.each(mixed.map((configs) => [nameOf(configs), configs] as const))(
    "is the same in integers: %s",
    (_, configs) => {
      const exported = exportQuantized(network, start, configs);
      let layer = 0;
      // Integer arithmetic, written with the numbers behind the integers.
      const out = pieces.reduce<np.Array>((h, piece, i) => {
        if (typeof piece === "function") return piece(h);
        const own = exported.layers.find((each) => each.piece === i);
        if (own === undefined) return piece.apply({ params: {}, state: {} }, h, { training: false })[0];
        layer++;
        const { scale, zeroPoint, bits, signed } = own.activation;
        const [min, max] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
        const codes = np.clip(np.round(h.div(scale)).add(zeroPoint), min, max);
        const weight = np.array([...dequantizeWeight(own.weight)]).reshape(own.weight.shape);
        const name = own.weight.shape.length === 2 ? "weight" : "kernel";
        const params: { [name: string]: Tree } = { [name]: weight };
        if (own.bias !== null) params.bias = np.array([...own.bias]);
        const input = codes.sub(zeroPoint).mul(scale);
        return piece.apply({ params, state: {} }, input, { training: false })[0];
      }, x.ref);
      expect(layer).toBe(3);
      const model = quantizedModel(network, configs, () => refElastic(start), { snapZeroPoint: true });
      const variables = refElastic(start) as unknown as { params: Tree; state: Tree };
      const [snapped] = model.apply(variables, x.ref, { training: false });
      // A tie may be rounded to the other side of a step.
      const expected = numbers(snapped);
      const same = numbers(out).filter((v, i) => Math.abs(v - expected[i]) < 1e-5);
      expect(same.length / expected.length).toBeGreaterThan(0.9);
      for (const { weight } of exported.layers) {
        const { packed, bits, codes } = weight;
        expect(unpackIntegers(packed, { bits, count: codes.length })).toEqual(codes);
        expect(packed.length).toBe(Math.ceil((codes.length * bits) / 8));
      }
    },
  );

  it("is smaller by what its codes save", () => {
    const [eight, two] = [8, 2].map((bits) =>
      exportQuantized(network, start, uniformConfigs(3, { bits, endBits: bits, granularity: "tensor" })),
    );
    const weights = two.layers.reduce((sum, { weight }) => sum + weight.codes.length, 0);
    expect(eight.sizeBytes - two.sizeBytes).toBeCloseTo((weights * 6) / 8, -1);
    expect(two.floatBytes).toBe(eight.floatBytes);
    expect(two.floatBytes - 4 * weights).toBe(
      two.sizeBytes - 24 - two.layers.reduce((sum, { weight }) => sum + weight.packed.length, 0),
    );
  });
});

it("step sizes don't see the rows that only pad", () => {
  const { start } = calibrated(perceptron, [3]);
  const { weight } = start.params.weights[0] as { weight: np.Array };
  expect(weight.shape).toEqual([4, 6]);
  const used = weight.ref.slice([0, 3]);
  for (const [row, bits] of [2, 4, 8].entries()) {
    const { scale, beta } = initScale(used, { bits, symmetric: false });
    const { tensorAsymmetric } = start.params.steps[0];
    expect(numbers(tensorAsymmetric.scale.ref)[row]).toBeCloseTo(scale[0], 6);
    expect(numbers(tensorAsymmetric.beta.ref)[row]).toBeCloseTo(beta[0], 6);
  }
});

it("inputs behind a ReLU have codes without signs, and those behind a tanh with", () => {
  const { start } = calibrated(perceptron, [3]);
  expect(numbers(start.state.signed.ref)).toEqual([1, 0, 1]);
});

it("inputs with signs may have a zero point on either side of 0", () => {
  const pieces = [dense({ inputs: 1, outputs: 1, bias: false })];
  const network = elasticNetwork(pieces, { bits: [4, 8] });
  for (const side of [1, -1]) {
    const x = Array.from({ length: 23 }, (_, i) => side * (0.05 * i - 0.1));
    const given = () => np.array(x, { shape: [23, 1] });
    const start = calibrateElastic(network, { params: [{ weight: np.array([[1]]) }], state: [{}] }, given());
    const configs = uniformConfigs(1, { bits: 4, endBits: 8, actSymmetric: false }).map((config) => ({
      ...config,
      actBits: 4,
    }));
    const [{ activation }] = exportQuantized(network, start, configs).layers;
    expect(activation.signed).toBe(true);
    expect(-side * activation.zeroPoint).toBeGreaterThan(3);
    const model = quantizedModel(network, configs, () => refElastic(start), { snapZeroPoint: true });
    const variables = refElastic(start) as unknown as { params: Tree; state: Tree };
    const [y] = model.apply(variables, given(), { training: false });
    const most = Math.max(...numbers(y).map((v, i) => Math.abs(v - x[i])));
    expect(most).toBeLessThan(1.1 * activation.scale);
  }
});

it("codes of every width come back from their bytes", () => {
  for (let bits = 2; bits <= 8; bits++) {
    const all = Array.from({ length: 2 ** bits + 3 }, (_, i) => i % 2 ** bits);
    expect([...unpackIntegers(packIntegers(all, bits), { bits, count: all.length, signed: false })]).toEqual(
      all,
    );
    const signed = all.map((code) => code - 2 ** (bits - 1));
    expect([...unpackIntegers(packIntegers(signed, bits), { bits, count: signed.length })]).toEqual(signed);
  }
});
