import { readFileSync } from "node:fs";
import { numpy as np } from "@jax-js/jax";
import { leavesOf, refTree, type Tree } from "minimand/engine";
import { afterAll, describe, expect, it } from "vitest";
import { asyncLeakOf } from "../../../../../../test/support/leaks.ts";
import { assetsOf } from "../../../kit/test-host.fixture.ts";
import type { Picture } from "../interfaces.ts";
import { colours, pictureSize, shapes, subjectOfPrompt, worldOf } from "../world/index.ts";
import {
  checkpointFiles,
  checkpointPath,
  disposeFrozen,
  latentSize,
  loadFrozen,
  pictureGenerator,
  pictureJudge,
} from "./index.ts";
import { latentsOf } from "./latents.ts";

const read = assetsOf("uf-fgtg")!;
const frozen = await loadFrozen(read);
const { test } = worldOf(3, { train: 0, test: 128 });
const numbersOf = (tree: Tree): number[] =>
  leavesOf(tree).flatMap((x) => [...(x.ref.dataSync() as Float32Array)]);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const largest = (p: Float32Array): number => p.indexOf(Math.max(...p));

afterAll(() => disposeFrozen(frozen));

describe("the committed models", () => {
  it("are about a megabyte, and not all of them are zeros", () => {
    const sizes = checkpointFiles.map(
      (name) => readFileSync(new URL(`../../${checkpointPath(name)}`, import.meta.url)).length,
    );
    expect(sizes.reduce((a, b) => a + b)).toBeLessThan(1.3e6);
    for (const tree of Object.values(frozen.params))
      expect(numbersOf(tree).filter((v) => v !== 0).length).toBeGreaterThan(10_000);
  });

  it("have latents that explain nine tenths of the pictures' variance, also of pictures that they weren't fitted to", () => {
    const { latents } = frozen;
    expect(latents.size).toBe(latentSize);
    expect(latents.explainedVariance).toBeGreaterThan(0.9);
    const pictures = test.map(({ picture }) => picture);
    const decoded = latents.decode(latents.encode(pictures));
    const middle = Float32Array.from({ length: pictureSize }, (_, i) => mean(pictures.map((p) => p[i])));
    const squares = (of: readonly Picture[], from: (i: number) => Picture) =>
      mean(of.map((p, i) => mean([...p].map((v, k) => (v - from(i)[k]) ** 2))));
    expect(squares(decoded, (i) => pictures[i])).toBeLessThan(0.05 * squares(pictures, () => middle));
    const spread = latents.encode(pictures);
    expect(mean([...spread].map((v) => v * v))).toBeGreaterThan(0.6);
    expect(mean([...spread].map((v) => v * v))).toBeLessThan(1.6);
  });

  it("tell shapes and colours of the world's pictures", async () => {
    const judge = pictureJudge(frozen);
    const { shape, colour } = await judge.classify(test.map(({ picture }) => picture));
    const names = Object.keys(colours);
    const asked = test.map(({ fine }) => subjectOfPrompt(fine));
    expect(mean(asked.map((one, i) => Number(shapes[largest(shape[i])] === one.shape)))).toBeGreaterThan(
      0.85,
    );
    expect(mean(asked.map((one, i) => Number(names[largest(colour[i])] === one.colour)))).toBeGreaterThan(
      0.85,
    );
    for (const p of [...shape, ...colour]) expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
    judge.dispose();
  });

  it("know which picture belongs to a text", async () => {
    const judge = pictureJudge(frozen);
    const texts = await judge.embedTexts(test.map(({ fine }) => fine));
    const pictures = await judge.embedPictures(test.map(({ picture }) => picture));
    const cosine = (i: number, j: number) => texts[i].reduce((sum, v, k) => sum + v * pictures[j][k], 0);
    expect(cosine(0, 0)).toBeLessThanOrEqual(1.0001);
    const own = mean(test.map((_, i) => cosine(i, i)));
    const others = mean(test.map((_, i) => cosine(i, (i + 17) % test.length)));
    expect(own - others).toBeGreaterThan(0.3);
    judge.dispose();
  });

  it("have a decoder that gives a prompt back from its own memory, far better than chance", () => {
    const { decoder, tokenizer, params } = frozen;
    const { ids } = tokenizer.encode(test.map(({ fine }) => fine));
    const tokens = np.array(ids, { shape: [test.length, 20] });
    const memory = decoder.memory(refTree(params.decoder), tokens.ref);
    const logits = decoder.logits(refTree(params.decoder), memory, tokens).dataSync() as Float32Array;
    const vocabulary = tokenizer.words.tokens.length;
    const hits: number[] = [];
    ids.forEach((_, at) => {
      if (at % 20 === 19 || ids[at] === tokenizer.words.end) return;
      hits.push(Number(largest(logits.subarray(at * vocabulary, (at + 1) * vocabulary)) === ids[at + 1]));
    });
    expect(mean(hits)).toBeGreaterThan(0.8);
  });

  it("refuse latents of another size, whose pictures would take memory for nothing", () => {
    const empty = { data: new Float32Array(), shape: [3e6, 0] };
    const [mean, deviations, explained] = [empty, empty, empty];
    expect(() => latentsOf({ mean, directions: empty, deviations, explained })).toThrow(
      "directions: expected 48 components, got 3000000",
    );
  });

  it("refuse a file that is another model's", async () => {
    const swapped = (path: string) => read(path.replace("classifier", "contrastive"));
    await expect(loadFrozen(swapped)).rejects.toThrow(RangeError);
    await expect(loadFrozen(async () => new Uint8Array(3))).rejects.toThrow("a header of at least 8 bytes");
  });
});

describe("pictures that are generated", () => {
  const prompts = test.slice(0, 24).map(({ fine }) => fine);
  const generator = pictureGenerator(frozen);
  afterAll(() => generator.dispose());

  it("are the same for the same seed, and each has noise of its own, whatever is asked for beside it", async () => {
    const options = { steps: 5 };
    const all = await generator.generate(prompts.slice(0, 4), 8, options);
    expect(await generator.generate(prompts.slice(0, 4), 8, options)).toEqual(all);
    expect(await generator.generate([prompts[0], "moon"], 8, options).then(([first]) => first)).toEqual(
      all[0],
    );
    expect(await generator.generate(prompts.slice(0, 4), 9, options)).not.toEqual(all);
    expect(all.every((p) => p.length === pictureSize && p.every((v) => v >= 0 && v <= 1))).toBe(true);
    expect((await generator.generate([], 8, options)).length).toBe(0);
  });

  it("show what was asked for, and change no number of the frozen models", async () => {
    const before = numbersOf(frozen.params as unknown as Tree);
    const judge = pictureJudge(frozen);
    const { shape, colour } = await judge.classify(await generator.generate(prompts, 4));
    const names = Object.keys(colours);
    const asked = prompts.map(subjectOfPrompt);
    // Chance is one in eight, and one in twelve.
    expect(mean(asked.map((one, i) => Number(shapes[largest(shape[i])] === one.shape)))).toBeGreaterThan(0.7);
    expect(mean(asked.map((one, i) => Number(names[largest(colour[i])] === one.colour)))).toBeGreaterThan(
      0.7,
    );
    expect(numbersOf(frozen.params as unknown as Tree)).toEqual(before);
    judge.dispose();
  });

  it("are duller where less is said", async () => {
    const spread = (picture: Picture) => {
      const middle = mean([...picture]);
      return mean([...picture].map((v) => (v - middle) ** 2));
    };
    const [fine, coarse] = [
      await generator.generate(prompts, 4),
      await generator.generate(
        test.slice(0, 24).map(({ coarse }) => coarse[1]),
        4,
      ),
    ];
    expect(mean(coarse.map(spread))).toBeLessThan(0.5 * mean(fine.map(spread)));
  });

  it("leave nothing alive", async () => {
    expect(await asyncLeakOf(() => generator.generate(["red moon"], 1, { steps: 2 }))).toBe(0);
  });
});
