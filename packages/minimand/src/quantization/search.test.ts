import { describe, expect, it } from "vitest";
import { randomSource } from "../engine/random.ts";
import {
  averageBits,
  encodeConfigs,
  enumerateConfigs,
  everyForm,
  geneticSearch,
  type QuantConfig,
  sampleConfigs,
  trainAccuracyPredictor,
  uniformConfigs,
} from "./index.ts";

const layers = [784 * 32, 900, 1000, 1300, 320].map((weights, l) => ({ weights, activations: 40 + 13 * l }));
const space = { layers, bits: [2, 3, 4, 8], target: { weight: 4, act: 4 } };

/** What a layer loses at some bits, different for each layer, and something that they lose together. */
function accuracyOf(configs: readonly QuantConfig[]): number {
  const lost = configs.slice(1, -1).reduce((sum, { weightBits, actBits }, l) => {
    const together = l % 2 === 0 && weightBits === 2 && actBits === 2 ? 0.07 : 0;
    return sum + (0.3 + 0.2 * l) * 2 ** -weightBits + (0.5 - 0.15 * l) * 2 ** -actBits + together;
  }, 0);
  return 0.95 - lost / 2;
}

const kendall = (a: number[], b: number[]): number => {
  let agree = 0;
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j < i; j++) agree += Math.sign((a[i] - a[j]) * (b[i] - b[j]));
  return agree / ((a.length * (a.length - 1)) / 2);
};

describe("geneticSearch", () => {
  it.each([1, 2, 3])("finds the best of all configurations (seed %i)", async (seed) => {
    const best = Math.max(...enumerateConfigs(space).map(accuracyOf));
    const found = await geneticSearch({
      ...space,
      fitness: accuracyOf,
      population: 60,
      generations: 60,
      mutation: 0.2,
      seed,
    });
    expect(found.fitness).toBe(best);
    expect(accuracyOf(found.configs)).toBe(best);
    const average = averageBits(layers, found.configs);
    for (const bits of [average.weight, average.act]) {
      expect(bits).toBeLessThanOrEqual(4 + 1e-9);
      expect(bits).toBeGreaterThan(3.5);
    }
    expect(found.history).toEqual(found.history.toSorted((a, b) => a - b));
    expect(found.history).toHaveLength(61);
  });

  it("finds the same by the same seed, and asks for each configuration once", async () => {
    const asked: string[] = [];
    const fitness = (configs: QuantConfig[]) => {
      asked.push(JSON.stringify(configs));
      return accuracyOf(configs);
    };
    const options = { ...space, population: 20, generations: 10, seed: 4 };
    const one = await geneticSearch({ ...options, fitness });
    expect(new Set(asked).size).toBe(asked.length);
    expect(one.evaluations).toBe(asked.length);
    expect(await geneticSearch({ ...options, fitness: async (configs) => accuracyOf(configs) })).toEqual(one);
  });

  it("never loses the best, whatever its children are", async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const options = { ...space, population: 8, parents: 0.5, generations: 30, fitness: accuracyOf, seed };
      const { history, fitness } = await geneticSearch(options);
      expect(history).toEqual(history.toSorted((a, b) => a - b));
      expect(fitness).toBe(history[30]);
    }
  });

  it("gives up where no configuration has such averages", async () => {
    const search = geneticSearch({
      ...space,
      bits: [8],
      target: { weight: 3, act: 3 },
      fitness: accuracyOf,
      seed: 1,
      maxTries: 50,
    });
    await expect(search).rejects.toThrow(
      'target: expected averages that some configuration has, in 50 tries, got "3, 3"',
    );
  });

  it("refuses a fitness that is no number", async () => {
    const search = geneticSearch({ ...space, fitness: () => Number.NaN, seed: 1 });
    await expect(search).rejects.toThrow("fitness: expected a finite number, got NaN");
  });
});

describe("enumerateConfigs", () => {
  it("has every configuration once whose averages are allowed", () => {
    const found = enumerateConfigs({ ...space, bits: [2, 4, 8] });
    expect(new Set(found.map((configs) => JSON.stringify(configs))).size).toBe(found.length);
    const draw = randomSource(9);
    let valid = 0;
    for (let n = 0; n < 3000; n++) {
      const configs = uniformConfigs(5, { bits: 2 }).map((config, l) =>
        l === 0 || l === 4
          ? config
          : {
              ...config,
              weightBits: [2, 4, 8][Math.floor(draw() * 3)],
              actBits: [2, 4, 8][Math.floor(draw() * 3)],
            },
      );
      const { weight, act } = averageBits(layers, configs);
      if (weight > 4 || act > 4 || weight <= 3.5 || act <= 3.5) continue;
      valid++;
      expect(found).toContainEqual(configs);
    }
    expect(valid).toBeGreaterThan(5);
    // As often as among random ones.
    expect(found.length / 3 ** 6).toBeCloseTo(valid / 3000, 1);
  });

  it("refuses to look at more than a million", () => {
    const many = Array.from({ length: 12 }, () => ({ weights: 1, activations: 1 }));
    expect(() => enumerateConfigs({ layers: many, target: { weight: 4, act: 4 } })).toThrow(
      "layers: expected at most 1000000 combinations of bits",
    );
  });
});

describe("sampleConfigs", () => {
  it("spreads the averages over the targets, of all forms, the ends at 8 bits", () => {
    const deep = Array.from({ length: 22 }, () => ({ weights: 100, activations: 100 }));
    const samples = sampleConfigs({ layers: deep, count: 400, seed: 2 });
    const averages = samples.map((configs) => averageBits(deep, configs).weight);
    // Of uniform bits in 20 layers hardly one in ten thousand is below 3.5 or above 6.5.
    expect(averages.filter((bits) => bits < 3.5).length).toBeGreaterThan(20);
    expect(averages.filter((bits) => bits > 6.5).length).toBeGreaterThan(20);
    const forms = new Set(samples.map(([{ weightBits, actBits, ...form }]) => JSON.stringify(form)));
    expect(forms.size).toBe(everyForm.length);
    for (const configs of samples)
      expect([configs[0], configs[21]].map(({ weightBits }) => weightBits)).toEqual([8, 8]);
    expect(sampleConfigs({ layers: deep, count: 400, seed: 2 })).toEqual(samples);
    expect(sampleConfigs({ layers: deep, count: 400, seed: 3 })).not.toEqual(samples);
  });
});

describe("trainAccuracyPredictor", () => {
  it("ranks configurations that it hasn't seen", async () => {
    const samples = sampleConfigs({ layers, count: 300, seed: 5, bits: [2, 3, 4, 8] });
    const features = samples.map((configs) => encodeConfigs(configs));
    const accuracies = samples.map(accuracyOf);
    const predictor = await trainAccuracyPredictor(features.slice(0, 200), accuracies.slice(0, 200), {
      seed: 1,
    });
    const predicted = [...(await predictor.predict(features.slice(200)))];
    predictor.dispose();
    expect(kendall(predicted, accuracies.slice(200))).toBeGreaterThan(0.7);
  });
});
