import { numpy as np } from "@jax-js/jax";
import { dense, exportQuantized, type LayerLike, mlp, quantisableLayers, type Variables } from "minimand";
import { keyOf, normal, randomSource, refTree, type Tree } from "minimand/engine";
import { relu } from "minimand/models";
import { startEngine } from "minimand/start";
import { describe, expect, it } from "vitest";
import { asyncLeakOf } from "../../../../../test/support/leaks.ts";
import type { Task } from "../../results.ts";
import { configsOf, makeQuantiser } from "./index.ts";

await startEngine();

function normals(count: number, seed: number): Float32Array<ArrayBuffer> {
  const draw = randomSource(seed);
  return Float32Array.from({ length: count }, () => normal(draw));
}

const part = (rows: number, seed: number) => ({ x: normals(6 * rows, seed), rows });

function layersOf(hidden: number[], outputs: number): { pieces: LayerLike[]; variables: Variables } {
  const model = mlp({ inputs: 6, hidden, outputs });
  return quantisableLayers(model, model.init(keyOf(4)));
}

const rmsOf = (a: Float32Array, b: Float32Array): number =>
  Math.sqrt(a.reduce((sum, v, i) => sum + (v - b[i]) ** 2, 0) / a.length);

const fitting = part(300, 1);
const others = part(200, 2);
const seed = 7;

describe.each<[Task, number]>([
  ["regression", 1],
  ["multiclass", 3],
])("a network for %s", (task, outputs) => {
  const { pieces, variables } = layersOf([16, 16], outputs);

  it("is nearer to its float outputs with more bits, and fine-tuned more than rounded", async () => {
    const errors: { bits: number; final: number; rounded: number; bytes: number }[] = [];
    for (const bits of [8, 4, 2]) {
      const quantiser = makeQuantiser(pieces, { bits, method: bits === 2 ? "qat" : "ptq" }, { task });
      const quantised = await quantiser.quantise(variables, fitting, { seed });
      const float = await quantised.floatOutputs(others);
      errors.push({
        bits,
        final: rmsOf(await quantised.outputs(others), float),
        rounded: rmsOf(await quantised.roundedOutputs(others), float),
        bytes: quantised.bytes.packed,
      });
      expect(quantised.bytes.packed).toBeLessThan(quantised.bytes.float);
      // Runtimes of integers would round them otherwise.
      const { layers } = exportQuantized(quantised.network, quantised.variables, quantised.configs);
      for (const { bias, weight, activation } of layers)
        for (const [channel, b] of bias!.entries()) {
          const steps = b / (activation.scale * weight.scales[channel]);
          expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-3);
        }
      quantised.dispose();
      quantiser.dispose();
    }
    const [eight, four, two] = errors;
    expect(eight.rounded).toBeLessThan(four.rounded);
    expect(four.rounded).toBeLessThan(two.rounded);
    expect(two.final).toBeLessThan(0.7 * two.rounded);
    expect(eight.rounded).toBeLessThan(0.05);
    expect([eight.bytes, four.bytes]).toEqual([
      four.bytes + (16 * 16 * 4) / 8,
      two.bytes + (16 * 16 * 2) / 8,
    ]);
  });
});

it("a network that fine-tuning would take away from its float outputs stays rounded", async () => {
  // Of 8 bits little is left to learn.
  const { pieces, variables } = layersOf([], 1);
  const quantiser = makeQuantiser(pieces, { bits: 8 }, { task: "regression" });
  let stayed = 0;
  for (const seed of [1, 2, 3, 4]) {
    const quantised = await quantiser.quantise(variables, fitting, { seed });
    const float = await quantised.floatOutputs(fitting);
    const [final, rounded] = [await quantised.outputs(fitting), await quantised.roundedOutputs(fitting)];
    expect(rmsOf(final, float)).toBeLessThanOrEqual(rmsOf(rounded, float));
    stayed += Number(rmsOf(final, rounded) === 0);
    quantised.dispose();
  }
  expect(stayed).toBeGreaterThan(0);
  quantiser.dispose();
});

function moved({ params, state }: Variables): Variables {
  const [first, ...rest] = refTree(params) as { weight: np.Array; bias: np.Array }[];
  const weight = first.weight.mul(1.5);
  return { params: [{ ...first, weight }, ...rest] as unknown as Tree, state: refTree(state) };
}

describe("makeQuantiser", () => {
  it("is the same by the same seed, and by programs that have served another network", async () => {
    const { pieces, variables } = layersOf([16, 16], 1);
    const settings = { bits: 3, endBits: 3, activationBits: 5, granularity: "tensor" } as const;
    const quantiser = makeQuantiser(pieces, settings, { task: "regression" });
    const outputs: number[][] = [];
    for (const of of [variables, moved(variables), variables]) {
      const quantised = await quantiser.quantise(of, fitting, { seed });
      outputs.push([...(await quantised.outputs(others))]);
      quantised.dispose();
    }
    quantiser.dispose();
    expect(outputs[2]).toEqual(outputs[0]);
    expect(outputs[1]).not.toEqual(outputs[0]);
  });

  it("rounds alone where it is told to, on a single row, too", async () => {
    const { pieces, variables } = layersOf([], 2);
    const quantiser = makeQuantiser(pieces, { bits: 4, method: "ptq" }, { task: "binary" });
    const quantised = await quantiser.quantise(variables, part(1, 3), { seed });
    expect(await quantised.outputs(others)).toEqual(await quantised.roundedOutputs(others));
    expect(quantised.configs.map(({ weightBits }) => weightBits)).toEqual([4]);
    quantised.dispose();
    quantiser.dispose();
  });

  it("leaves nothing alive", async () => {
    const { pieces, variables } = layersOf([8], 2);
    const leak = await asyncLeakOf(async () => {
      const quantiser = makeQuantiser(pieces, { bits: 2 }, { task: "binary" });
      const quantised = await quantiser.quantise(variables, part(20, 3), { seed });
      await quantised.outputs(others);
      quantised.dispose();
      quantiser.dispose();
    });
    expect(leak).toBe(0);
  });

  it.each(["qat", "ptq"] as const)("leaves nothing alive where %s is aborted", async (method) => {
    const { pieces, variables } = layersOf([8], 2);
    const leak = await asyncLeakOf(async () => {
      const quantiser = makeQuantiser(pieces, { bits: 2, method }, { task: "binary" });
      const controller = new AbortController();
      const options = { seed, signal: controller.signal, onEpoch: () => controller.abort("enough") };
      const quantised = quantiser.quantise(variables, part(20, 3), options);
      if (method === "ptq") (await quantised).dispose();
      else await expect(quantised).rejects.toBe("enough");
      await expect(quantiser.quantise(variables, part(20, 3), options)).rejects.toBe("enough");
      quantiser.dispose();
    });
    expect(leak).toBe(0);
  });

  it.each([
    [{ bits: 1 }, "bits: expected an integer >= 2 and <= 8, got 1"],
    [{ bits: 9 }, "bits: expected an integer >= 2 and <= 8, got 9"],
    [{ bits: 4, activationBits: 2.5 }, "activationBits: expected an integer >= 2 and <= 8, got 2.5"],
    [{ bits: 4, endBits: 16 }, "endBits: expected an integer >= 2 and <= 8, got 16"],
    [{ bits: 4, granularity: "row" }, 'granularity: expected one of "channel", "tensor", got "row"'],
    [{ bits: 4, method: "gptq" }, 'method: expected one of "qat", "ptq", got "gptq"'],
  ])("refuses %j", (settings, message) => {
    const pieces = [dense({ inputs: 2, outputs: 2 })];
    expect(() => makeQuantiser(pieces, settings as never, { task: "binary" })).toThrow(message);
  });

  it("refuses pieces of which none can be quantised", () => {
    const pieces = [relu, np.tanh];
    expect(() => makeQuantiser(pieces, { bits: 4 }, { task: "binary" })).toThrow(
      "pieces: expected at least one dense or conv2d layer",
    );
  });
});

describe("configsOf", () => {
  const bitsOf = (layers: number, settings: Parameters<typeof configsOf>[1]): number[][] =>
    configsOf(layers, settings).map(({ weightBits, actBits }) => [weightBits, actBits]);

  it("has 8 bits in the first and the last layer where there are others, and in all activations", () => {
    expect(bitsOf(4, { bits: 3 })).toEqual([
      [8, 8],
      [3, 8],
      [3, 8],
      [8, 8],
    ]);
    expect(bitsOf(2, { bits: 3 })).toEqual([
      [3, 8],
      [3, 8],
    ]);
    expect(bitsOf(3, { bits: 4, endBits: 6, activationBits: 5 })).toEqual([
      [6, 5],
      [4, 5],
      [6, 5],
    ]);
  });
});
