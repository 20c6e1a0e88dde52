import { numpy as np } from "@jax-js/jax";
import {
  promptExamples,
  refinerPairs,
  refinerPolicy,
  refinerTerms,
  type TrainPromptRefinerOptions,
  trainPromptRefiner,
} from "@minimand/lab/prompts";
import { adam, chain, robustDpoLoss, trainPreference } from "minimand";
import { disposeTree, leavesOf, refTree, type Tree } from "minimand/engine";
import { clipByGlobalNorm } from "minimand/optimizers";
import { preferencesFromRewards } from "minimand/training";
import { describe, expect, it } from "vitest";
import { asyncLeakOf } from "../../../../../test/support/leaks.ts";
import { refuseUnknownOptions } from "../../../../../test/support/unknown-options.ts";
import { numbers } from "../../../../minimand/src/losses/numbers.fixture.ts";
import {
  adapterOf,
  coarse,
  denoiserParams,
  examples,
  fine,
  imageModel,
  length,
  models,
  startOf,
  tokenizer,
} from "./refiner.fixture.ts";

const optimizer = chain(clipByGlobalNorm(1), adam(0.02));
const valuesOf = (tree: Tree) => leavesOf(tree).map((leaf) => numbers(leaf.ref));

/** A short training, and what its parameters were before and after. */
async function trained(change: Partial<TrainPromptRefinerOptions> = {}, adapter = adapterOf()) {
  const params = startOf(adapter);
  const ofDenoiser = denoiserParams();
  const texts: number[] = [];
  const result = await trainPromptRefiner({
    ...models(adapter),
    ...imageModel,
    params,
    denoiserParams: ofDenoiser,
    examples,
    optimizer,
    steps: 25,
    size: 6,
    seed: 3,
    textGamma: 1,
    onMetrics: ({ text }) => texts.push(text),
    ...change,
  });
  const values = {
    start: { encoder: valuesOf(params.encoder), decoder: valuesOf(params.decoder) },
    encoder: valuesOf(result.params.encoder),
    adapter: valuesOf(result.params.adapter),
    decoder: valuesOf(result.params.decoder),
    denoiser: valuesOf(ofDenoiser),
  };
  disposeTree([result.params, params, ofDenoiser]);
  return { ...result, texts, values };
}

describe("training a refiner", () => {
  it("lowers the loss of the words, and leaves what is frozen as it was to the last bit", async () => {
    const { texts, last, values, warnings } = await trained({ steps: 80 });
    expect(last.text).toBeLessThan(0.8 * texts[0]);
    expect(values.decoder).toEqual(values.start.decoder);
    const frozen = denoiserParams();
    expect(values.denoiser).toEqual(valuesOf(frozen));
    disposeTree(frozen);
    expect(values.encoder).not.toEqual(values.start.encoder);
    expect(last.loss).toBeCloseTo(last.image + last.text, 4);
    expect(warnings).toEqual([]);
  });

  it("trains the decoder, too, where it is asked for, and then learns the words better", async () => {
    const [frozen, free] = [await trained(), await trained({ trainDecoder: true })];
    expect(free.values.decoder).not.toEqual(free.values.start.decoder);
    expect(free.last.text).toBeLessThan(frozen.last.text);
  });

  it("gives the same for the same seed", async () => {
    const [one, other] = [await trained({ steps: 5 }), await trained({ steps: 5 })];
    expect(one.values).toEqual(other.values);
    expect((await trained({ steps: 5, seed: 4 })).values.encoder).not.toEqual(one.values.encoder);
  });

  it("learns from the picture alone where words count nothing, and without an image model from words alone", async () => {
    const image = await trained({ textGamma: 0, optimizer: adam(0.02) });
    expect(image.last.loss).toBe(image.last.image);
    const start = startOf();
    expect(image.values.adapter).toEqual(valuesOf(start.adapter));
    disposeTree(start);
    const words = await trained({ denoiser: undefined, denoiserParams: undefined });
    expect(words.last.image).toBe(0);
    expect(words.last.loss).toBeCloseTo(words.last.text, 5);
  });

  it("makes draws differ where their likeness costs", async () => {
    const alike = { similarityThreshold: -1, steps: 40 };
    const free = await trained(alike);
    const pushed = await trained({ ...alike, diversityGamma: 3 });
    expect(pushed.last.diversity).toBeLessThan(free.last.diversity);
  });

  it("says that an adapter has died", async () => {
    const adapter = adapterOf({ finalActivation: "relu", vectors: 0 });
    const params = startOf(adapter);
    const { output, ...hidden } = params.adapter as { output: { weight: np.Array; bias: np.Array } };
    const dead = {
      ...params,
      adapter: { ...hidden, output: { ...output, bias: output.bias.sub(1e3) } } as Tree,
    };
    const { warnings, last } = await trained({ params: dead, steps: 2 }, adapter);
    expect(last.dead).toBe(1);
    expect(warnings[0]).toMatch(/^100 % of the adapter's outputs are 0/);
    disposeTree(params.encoder);
    disposeTree(params.decoder);
  });

  it("takes weights of times", async () => {
    const weighted = await trained({ snrGamma: 0.1, steps: 1 });
    const plain = await trained({ steps: 1 });
    expect(weighted.last.image).toBeLessThan(plain.last.image);
    expect(weighted.last.text).toBe(plain.last.text);
    const velocities = await trained({ prediction: "v", steps: 1 });
    expect(velocities.last.image).not.toBe(plain.last.image);
  });

  it("refuses what are no options", async () => {
    await expect(trained({ denoiserParams: undefined })).rejects.toThrow(/^denoiserParams/);
    await expect(trained({ schedule: undefined })).rejects.toThrow(/^schedule/);
    await expect(trained({ textGamma: -1 })).rejects.toThrow(/^textGamma/);
    await expect(trained({ steps: 0 })).rejects.toThrow(/^steps/);
    await expect(trained({ encoder: {} as never })).rejects.toThrow(/^encoder/);
    await expect(trained({ adapter: {} as never })).rejects.toThrow(/^adapter/);
  });

  it("leaves nothing behind", async () => {
    const [params, ofDenoiser] = [startOf(), denoiserParams()];
    const leak = await asyncLeakOf(async () => {
      const { params: after } = await trainPromptRefiner({
        ...models(),
        ...imageModel,
        params: refTree(params),
        denoiserParams: ofDenoiser,
        examples,
        optimizer,
        steps: 2,
        size: 4,
        seed: 1,
        similarityThreshold: 0.9,
      });
      disposeTree([after, params]);
    });
    expect(leak).toBe(0);
    disposeTree([params, ofDenoiser]);
  });
});

refuseUnknownOptions({
  trainPromptRefiner,
  refinerTerms: (o) => refinerTerms(o),
  promptExamples: (o) => promptExamples(o),
});

describe("a refiner as a policy", () => {
  const pairs = [
    { prompt: "red moon", chosen: "a red moon, smooth", rejected: "a red moon" },
    { prompt: "blue house", chosen: "a blue house, smooth", rejected: "a blue house, sharp focus" },
  ];

  it.each([0, 4])(
    "learns which of two rewrites is liked better, with %i vectors of noise",
    async (vectors) => {
      const adapter = adapterOf({ vectors });
      const params = startOf(adapter);
      let [margin, accuracy] = [Number.NaN, Number.NaN];
      const tuned = await trainPreference({
        logps: refinerPolicy(models(adapter)),
        params,
        examples: refinerPairs({ tokenizer, length, adapter, pairs }),
        loss: (p, { weights }) => robustDpoLoss(p, { weights, beta: 1, epsilon: 0.1 }),
        optimizer: adam(0.01),
        steps: 20,
        size: 2,
        seed: 0,
        onMetrics: (metrics) => {
          [margin, accuracy] = [metrics.margin, metrics.accuracy];
        },
      });
      expect(margin).toBeGreaterThan(0.5);
      expect(accuracy).toBe(1);
      // Log-probabilities of whole texts: words and end.
      for (const value of tuned.reference.chosen) expect(value).toBeLessThan(-3);
      disposeTree([tuned.params, tuned.lossState, params]);
    },
  );

  it("counts a text's words and its end, nothing behind it", () => {
    const adapter = adapterOf({ vectors: 0 });
    const params = startOf(adapter);
    const { x, y } = refinerPairs({ tokenizer, length, adapter, pairs });
    const policy = refinerPolicy(models(adapter));
    const of = (ids: Int32Array) => {
      const { chosen, rejected, chosenLengths, rejectedLengths } = policy(
        refTree(params),
        np.array(Int32Array.from(ids), { shape: [2, 3, length] }),
        np.array(Float32Array.from(y!), { shape: [2, 1] }),
      );
      return [chosen, rejected, chosenLengths!, rejectedLengths!].map(numbers);
    };
    const [chosen, , chosenLengths, rejectedLengths] = of(x as Int32Array);
    expect(chosenLengths).toEqual([6, 6]);
    expect(rejectedLengths).toEqual([4, 7]);
    // The place behind the first end.
    const changed = Int32Array.from(x as Int32Array).with(length + 7, 5);
    expect(of(changed)[0]).toEqual(chosen);
    disposeTree(params);
  });

  it("takes a rewrite that was cut where the refiner ends, which has no end", () => {
    const adapter = adapterOf({ vectors: 0 });
    const params = startOf(adapter);
    const chosen = "moon ".repeat(length - 1);
    const { x, y } = refinerPairs({ tokenizer, length, adapter, pairs: [{ ...pairs[0], chosen }] });
    expect([...(x as Int32Array).subarray(length, 2 * length)]).not.toContain(tokenizer.end);
    const { chosenLengths, ...others } = refinerPolicy(models(adapter))(
      refTree(params),
      np.array(Int32Array.from(x as Int32Array), { shape: [1, 3, length] }),
      np.array(Float32Array.from(y!), { shape: [1, 1] }),
    );
    expect(numbers(chosenLengths!)).toEqual([length - 1]);
    disposeTree([params, others]);
  });

  it("refuses pairs that are none", () => {
    const of = (pairs: unknown) => () =>
      refinerPairs({ tokenizer, length, adapter: adapterOf(), pairs: pairs as never });
    expect(of([])).toThrow(/^pairs: expected at least one/);
    expect(of([{ ...pairs[0], chosen: "" }])).toThrow(/^pairs\[0\].chosen: expected at least one known word/);
    expect(of([{ ...pairs[0], rejected: undefined }])).toThrow(/^pairs\[0\].rejected: expected a prompt/);
    expect(of([{ ...pairs[0], chosen: "a red moon ".repeat(3) }])).toThrow(
      /^pairs\[0\].chosen: expected at most/,
    );
  });
});

describe("preferences from rewards", () => {
  it("are all pairs that are far enough apart, the widest first", () => {
    const pairs = preferencesFromRewards(["a", "b", "c"], [2, 0, 2]);
    expect(pairs.map(({ chosen, rejected, gap }) => [chosen, rejected, gap])).toEqual([
      ["a", "b", 2],
      ["c", "b", 2],
    ]);
    expect(preferencesFromRewards(["a", "b"], [1, 1])).toEqual([]);
    expect(preferencesFromRewards([1, 2, 3], [1, 2, 4], { minGap: 2 })).toHaveLength(2);
    expect(() => preferencesFromRewards(["a"], [1, 2])).toThrow(/^rewards: expected 1 numbers/);
    expect(() => preferencesFromRewards(["a"], [Number.NaN])).toThrow(/^rewards\[0\]/);
    expect(() => preferencesFromRewards(["a"], [1], { minGap: -1 })).toThrow(/^minGap/);
  });
});

describe("examples of prompts", () => {
  const latents = Float32Array.of(1, 2, 3, 4);
  const of = (change: object = {}) =>
    promptExamples({
      tokenizer,
      length,
      coarse: ["moon", "red house"],
      fine: ["red moon", "red house"],
      latents,
      latentShape: [2],
      ...change,
    });

  it("leave out pairs of equal prompts, with their pictures, and unknown words", () => {
    const { examples, same, cut } = of({ coarse: ["red house", "a flurby house"] });
    expect([same, cut]).toEqual([0, 0]);
    expect(examples.y).toEqual(latents);
    const one = of();
    expect(one.same).toBe(1);
    expect(one.examples.y).toEqual(Float32Array.of(1, 2));
    expect(one.examples.shape).toEqual([2, length]);
  });

  it("have no picture where the words alone are learned", () => {
    const words = of({ latents: undefined, latentShape: undefined }).examples;
    expect(words.x).toEqual(of().examples.x);
    expect([...words.y]).toEqual([0]);
    expect(() => of({ latentShape: undefined })).toThrow(/^latents and latentShape: expected both or none/);
  });

  it("are cut to the length where the long prompt is longer", () => {
    const { cut, examples } = of({ length: 4, fine: ["a red moon, smooth", "a blue house"] });
    expect(cut).toBe(2);
    expect(examples.x.length).toBe(16);
    expect([...examples.x].filter((id) => id === tokenizer.end)).toHaveLength(5);
  });

  it("are refused where they don't fit", () => {
    expect(() => of({ fine: ["red moon"] })).toThrow(/^fine: expected 2 prompts/);
    expect(() => of({ latents: Float32Array.of(1) })).toThrow(/^latents: expected 2 rows of 2 numbers/);
    expect(() => of({ coarse: ["", "moon"] })).toThrow(/^coarse\[0\]: expected at least one known word/);
    expect(() => of({ coarse: [3, "moon"] })).toThrow(/^coarse\[0\]: expected a prompt/);
    expect(() => of({ coarse: ["a red blue moon, smooth house", "moon"] })).toThrow(
      /^coarse\[0\]: .*at most 6/,
    );
    expect(() => of({ coarse: fine.slice(0, 2), fine: fine.slice(0, 2) })).toThrow(
      /^coarse: expected a prompt that/,
    );
    expect(coarse).toHaveLength(fine.length);
  });
});
