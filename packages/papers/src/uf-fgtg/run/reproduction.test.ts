import { wordTokenizer, wordTokenizerFrom } from "@minimand/lab/language";
import {
  noiseAdapter,
  promptDecoder,
  promptEncoder,
  promptRefiner,
  type RefinerParams,
  refinePrompt,
} from "@minimand/lab/prompts";
import { disposeTree, randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { mean } from "../../kit/statistics.ts";
import {
  assetsOf,
  bundledHost,
  expectEnclosed,
  quickRun,
  testVerdicts,
} from "../../kit/test-host.fixture.ts";
import { neighboursOf } from "../../kit/tune-lattice.ts";
import tuned from "../tuned.json" with { type: "json" };
import { armOf, arms, trainedByDefault } from "./arms.ts";
import type { Picture, PictureJudge } from "./interfaces.ts";
import { lattices } from "./lattice.ts";
import { disposeFrozen, loadFrozen } from "./models/index.ts";
import { loadPromptWorld } from "./prompt-world.ts";
import { aestheticsOf } from "./refining/aesthetics.ts";
import { bigramContinuer, meanModifiers, withRandomModifiers } from "./refining/by-rule.ts";
import { judgePictures } from "./refining/judge-pictures.ts";
import { learnPreferences } from "./refining/learn-preferences.ts";
import { pairsOf } from "./refining/pair-rows.ts";
import { rewrites } from "./refining/rewrites.ts";
import { readRefiner, refinerPart } from "./refining/saved-refiner.ts";
import { adapterOf } from "./refining/train-refiner.ts";
import { reproduction } from "./reproduction.ts";
import { shown } from "./settings.ts";
import { differenceOf, type Evidence, judge } from "./verdict.ts";
import { cfpMini, modifierWords, pictureSize, renderScene, sceneOfPrompt } from "./world/index.ts";

const host = { ...bundledHost, asset: assetsOf("uf-fgtg") };

describe("the reproduction of uf-fgtg", () => {
  it("runs at the quick scale: a row an arm, the full objective beside each, pictures, a verdict", async () => {
    const { rows, pictures, because } = await quickRun(reproduction, { host });
    const having = (column: string) => rows.filter((row) => column in row);
    expect(having("arm").map(({ arm }) => arm)).toEqual(arms.map(({ label }) => label));
    expect(having("full objective against")).toHaveLength(arms.length - 1);
    for (const row of having("arm"))
      for (const column of ["aesthetic score", "attributes found", "Vendi score", "held-out loss"])
        expect(Number.isFinite(row[column]), `${row.arm}: ${column}`).toBe(true);
    expect(pictures).toHaveLength(shown);
    for (const { pictures: own } of pictures ?? []) {
      expect(own).toHaveLength(arms.length);
      for (const { rgb } of own) expect(rgb).toHaveLength(pictureSize);
    }
    expect(because).toMatch(/^\(i\) .* \(v\) /);
  }, 600_000);

  it("begins its tuning inside its lists, so that there are neighbours on either side", () => {
    const neighbours = lattices(() => []).map(({ axes, start }) => neighboursOf({ axes }, start).length);
    expect(neighbours).toEqual([2, 2, 4]);
  });

  it("has choices at no end of their lists, with every neighbour tried and none better", () => {
    expectEnclosed(
      tuned,
      lattices(() => []),
      { score: "aesthetic score" },
    );
  });

  it("has a committed refiner that keeps to what is asked, and draws", async () => {
    const world = await loadPromptWorld(host.asset!);
    const { params, tokens, length, size, vectors } = world.refiner;
    const sizes = { vocabulary: tokens.length, length, size };
    const refiner = promptRefiner({
      encoder: promptEncoder(sizes),
      decoder: promptDecoder(sizes),
      params,
      length,
      adapter: noiseAdapter({ inputs: size, outputs: size, finalActivation: "none", vectors }),
      tokenizer: wordTokenizerFrom(tokens),
    });
    const rewrites = await refinePrompt(refiner, "a fluffy red moon", { count: 4 });
    expect(rewrites).toHaveLength(4);
    for (const text of rewrites) expect(text).toMatch(/fluffy/);
    expect(rewrites.filter((text) => /red moon/.test(text)).length).toBeGreaterThan(1);
    const pictures = await world.draw(rewrites.slice(0, 2), 3);
    expect(pictures.map(({ rgb, width }) => [rgb.length, width])).toEqual([
      [pictureSize, 16],
      [pictureSize, 16],
    ]);
    expect((await world.draw(rewrites.slice(0, 1), 3))[0]).toEqual(pictures[0]);
    refiner.dispose();
    world.dispose();
  });

  it("trains by default two arms that are there", () => {
    expect(new Set(arms.map(({ id }) => id)).size).toBe(arms.length);
    expect(arms.filter(({ id }) => trainedByDefault.includes(id))).toHaveLength(2);
  });
});

describe("preferences of pictures", () => {
  it("teach which rewrites are judged to be what was asked for", async () => {
    const read = host.asset!;
    const frozen = await loadFrozen(read);
    const refiner = armOf("still").refiner!;
    const file = `checkpoints/${refinerPart("still", 0)}.safetensors`;
    const params = readRefiner(await read(file), frozen, adapterOf(refiner));
    const prompts = ["red moon", "blue house", "white star", "green tree", "purple ring", "yellow ball"];
    const words = "smooth";
    const has = (text: string): number => Number(text.includes(words));
    const tools = {
      // A picture is whether its prompt has the words, which is what the judge is for.
      generator: {
        generate: async (texts: readonly string[]) => texts.map((text) => Float32Array.of(has(text))),
        dispose() {},
      },
      judge: {
        classify: async () => ({ shape: [], colour: [] }),
        embedTexts: async (texts: readonly string[]) => texts.map(() => Float32Array.of(1, 0)),
        embedPictures: async (pictures: readonly Picture[]) =>
          pictures.map(([good]) => Float32Array.of(good, 1 - good)),
        dispose() {},
      },
      looksOf: () => ({ score: 0, share: 1 }),
    };
    const start = { refiner, params };
    const learned = await learnPreferences(frozen, start, prompts, { seed: 1, steps: 40 }, tools, {});
    expect(learned.pairs).toBeGreaterThan(5);
    // Other noise changes no score here.
    expect(learned.flipRate).toBeLessThan(0.05);
    const shareOf = async (params: RefinerParams): Promise<number> =>
      mean((await rewrites(frozen, { refiner, params }, prompts, { count: 8, seed: 3 }, {})).flat().map(has));
    expect(await shareOf(learned.params)).toBeGreaterThan((await shareOf(params)) + 0.1);
    disposeTree(learned.params);
    disposeTree(params);
    disposeFrozen(frozen);
  }, 600_000);
});

const triplets = cfpMini({ seed: 3, triplets: 60 });

describe("prompts by rule", () => {
  it("have different random modifiers behind what was asked", () => {
    const prompt = withRandomModifiers("red moon", 4, randomSource(1));
    const [first, ...others] = prompt.split(", ");
    expect(first).toBe("red moon");
    expect(new Set(others).size).toBe(4);
    for (const words of others) expect(modifierWords).toContain(words);
    const [triplet] = triplets;
    const fine = ["red moon, hdr, smooth, matte", "blue ball, hdr"];
    expect(meanModifiers(fine.map((one) => ({ ...triplet, fine: one })))).toBe(2);
  });

  it("continue by pairs that stand in fine prompts, and by no others", async () => {
    const fine = triplets.map((triplet) => triplet.fine);
    const tokenizer = wordTokenizer(fine);
    const continued = bigramContinuer(triplets, tokenizer);
    const prompts = triplets.slice(0, 5).map(({ coarse }) => coarse[1]);
    const found = await continued(prompts, 20, 4);
    expect(await continued(prompts, 20, 4)).toEqual(found);
    const pairs = (text: string) => {
      const ids = tokenizer.encode(text);
      return ids.slice(1).map((id, i) => `${ids[i]} ${id}`);
    };
    const known = new Set(fine.flatMap(pairs));
    found.forEach((text, i) => {
      expect(text.startsWith(prompts[i])).toBe(true);
      for (const pair of pairs(text)) expect(known).toContain(pair);
    });
    expect(found.some((text, i) => text !== prompts[i])).toBe(true);
  });

  it("come in three lengths, drawn at random, the same for a seed", () => {
    const coarse = (seed: number) => pairsOf(triplets, seed).map((pair) => pair.coarse);
    expect(coarse(1)).toEqual(coarse(1));
    expect(coarse(2)).not.toEqual(coarse(1));
    const places = pairsOf(triplets, 1).map(({ coarse, triplet }) => triplet.coarse.indexOf(coarse));
    expect(new Set(places)).toEqual(new Set([0, 1, 2]));
  });
});

describe("judgements", () => {
  const fine = triplets.map(({ picture }) => picture);
  const looksOf = aestheticsOf(fine);

  it("give pictures of fine prompts 0 and a share of 1, and dull ones less", () => {
    const meanOf = (pictures: readonly Picture[], name: "score" | "share") =>
      pictures.reduce((sum, picture) => sum + looksOf(picture)[name], 0) / pictures.length;
    expect(meanOf(fine, "score")).toBeCloseTo(0, 6);
    expect(meanOf(fine, "share")).toBeCloseTo(1, 6);
    const dull = triplets.map(({ coarse }, i) => renderScene(sceneOfPrompt(coarse[0], randomSource(i))));
    expect(meanOf(dull, "score")).toBeLessThan(-0.2);
    expect(meanOf(dull, "share")).toBeLessThan(1);
  });

  it("count what was asked for alone", async () => {
    // A judge that sees red balls everywhere.
    const sure = (size: number) => Float32Array.from({ length: size }, (_, i) => (i === 0 ? 1 : 0));
    const stub: PictureJudge = {
      classify: async (pictures) => ({
        shape: pictures.map(() => sure(8)),
        colour: pictures.map(() => sure(12)),
      }),
      embedTexts: async (texts) => texts.map(() => Float32Array.of(1, 0)),
      embedPictures: async (pictures) => pictures.map((_, i) => Float32Array.of(1, i % 2)),
      dispose() {},
    };
    const prompts = ["ball", "red ball", "blue ball", "blue moon"];
    const pictures = prompts.map((_, i) => [fine[i], fine[i + 4]]);
    const judged = await judgePictures(
      prompts,
      prompts.map((p) => [p, `${p}, smooth`]),
      pictures,
      looksOf,
      stub,
    );
    expect(judged.attributes).toEqual([1, 1, 0.5, 0]);
    expect(judged.words).toEqual([2, 3, 3, 3]);
    expect(judged.inception).toBeCloseTo(1, 6);
    for (const value of judged.vendi) expect(value).toBeGreaterThan(1);
    for (const value of judged.distance) expect(value).toBeCloseTo(1 - Math.SQRT1_2, 6);
    // "<s> ball", "<s> ball", "ball ,", ", smooth": three of four differ.
    expect(judged.distinct[0]).toBeCloseTo(3 / 4, 12);
  });
});

describe("a difference of arms", () => {
  it("has the larger error of that over prompts and that over seeds", () => {
    const zeros = [
      [0, 0],
      [0, 0],
    ];
    // Prompts agree, seeds don't; then the other way round.
    expect(
      differenceOf(
        [
          [1, 1],
          [3, 3],
        ],
        zeros,
      ),
    ).toEqual({ mean: 2, error: 1 });
    expect(
      differenceOf(
        [
          [1, 3],
          [1, 3],
        ],
        zeros,
      ),
    ).toEqual({ mean: 2, error: 1 });
    expect(differenceOf([[1, 3]], [[1, 3]])).toEqual({ mean: 0, error: 0 });
  });
});

describe("the verdict", () => {
  const beside = (mean: number, error = 0.01, relative = 0.1) => ({ score: { mean, error }, relative });
  const evidence: Evidence = {
    coarse: beside(0.5),
    bigram: beside(0.1),
    text: beside(-0.2),
    attributes: -0.01,
    vendi: { noise: 2, still: 1.9 },
    heldOut: { trained: [0.3, 0.4], untrained: [0.5, 0.5] },
  };

  testVerdicts((changes: Partial<Evidence>) => judge({ ...evidence, ...changes }).verdict, {
    "is reproduced where all five hold, whatever the words alone come to": [{}, { text: beside(1) }],
    "is partly reproduced where bigrams look as well, or noise doesn't make rewrites differ": [
      { bigram: beside(0.01) },
      { bigram: beside(0.1, 0.01, 0.04) },
      { vendi: { noise: 1.9, still: 1.9 } },
    ],
    "is not reproduced where the coarse prompts look as well, what was asked is lost, or features explain nothing":
      [
        { coarse: beside(0.5, 0.3) },
        { coarse: beside(0.5, 0.01, 0.02) },
        { attributes: -0.04 },
        { heldOut: { trained: [0.3, 0.6], untrained: [0.5, 0.5] } },
      ],
  });
});
