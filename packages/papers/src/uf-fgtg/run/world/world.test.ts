import { randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import type { Picture, Scene } from "../interfaces.ts";
import { promptTokenizer } from "../models/tokenizer.ts";
import {
  cfpMini,
  colours,
  idleModifiers,
  modes,
  modifiers,
  modifierWords,
  nouns,
  pictureSize,
  places,
  renderScene,
  sceneOfPrompt,
  shapes,
  side,
  subjectOfPrompt,
  worldOf,
} from "./index.ts";

const seeds = Array.from({ length: 40 }, (_, i) => i);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const lumaOf = (picture: Picture): number[] =>
  Array.from({ length: side * side }, (_, i) => mean([...picture.subarray(3 * i, 3 * i + 3)]));
const variance = (values: readonly number[]): number => mean(values.map((v) => (v - mean(values)) ** 2));

const measures = {
  /** Variance of the Laplacian. */
  sharpness(picture: Picture): number {
    const luma = lumaOf(picture);
    const inside = [...luma.keys()].filter((i) => {
      const [row, column] = [Math.floor(i / side), i % side];
      return row > 0 && column > 0 && row < side - 1 && column < side - 1;
    });
    return variance(
      inside.map((i) => luma[i - 1] + luma[i + 1] + luma[i - side] + luma[i + side] - 4 * luma[i]),
    );
  },
  contrast: (picture: Picture): number => variance(lumaOf(picture)),
  saturation(picture: Picture): number {
    return mean(
      lumaOf(picture).map((_, i) => {
        const rgb = [...picture.subarray(3 * i, 3 * i + 3)];
        return Math.max(...rgb) - Math.min(...rgb);
      }),
    );
  },
  warmth: (picture: Picture): number =>
    mean(lumaOf(picture).map((_, i) => picture[3 * i] - picture[3 * i + 2])),
  /** How much darker the corners are than the middle of the sides. */
  darkCorners(picture: Picture): number {
    const luma = lumaOf(picture);
    const last = side * side - 1;
    return luma[side / 2] + luma[last - side / 2] - luma[0] - luma[last];
  },
};

/** Means of a measure over some draws of a prompt, with and without a modifier. */
function effectOf(words: string, measure: (picture: Picture) => number, subject = "red ball in the city") {
  const of = (prompt: string) =>
    mean(seeds.map((seed) => measure(renderScene(sceneOfPrompt(prompt, randomSource(seed))))));
  return of(`${subject}, ${words}`) / of(subject);
}

describe("renderScene", () => {
  const scene = (changes: Partial<Scene> = {}): Scene => ({
    ...sceneOfPrompt("blue box", randomSource(3)),
    ...changes,
  });

  it("gives 16 x 16 colours in [0, 1], the same for the same scene", () => {
    for (const shape of shapes) {
      const picture = renderScene(scene({ shape }));
      expect(picture).toHaveLength(pictureSize);
      expect(picture.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(renderScene(scene({ shape }))).toEqual(picture);
    }
  });

  it("draws eight different shapes, each in its colour before its background", () => {
    const drawn = shapes.map((shape) =>
      renderScene(scene({ shape, x: 0, y: 0, size: 0.8, edge: 40, light: 0 })),
    );
    expect(new Set(drawn.map(String)).size).toBe(8);
    const plain = {
      x: 0,
      y: 0,
      edge: 40,
      light: 0,
      texture: 0,
      saturation: 1,
      contrast: 1,
      vignette: 0,
      warmth: 0,
      beam: 0,
    };
    const ball = renderScene(
      scene({ shape: "ball", colour: [0.2, 0.4, 0.9], sky: [1, 1, 1], ground: [1, 1, 1], ...plain }),
    );
    const middle = 3 * (8 * side + 8);
    [0.2, 0.4, 0.9].forEach((value, k) => {
      expect(ball[middle + k]).toBeCloseTo(value, 5);
      expect(ball[k]).toBeCloseTo(1, 5);
    });
  });

  it("has no effect of what is 0, and a flat grey without contrast", () => {
    expect(renderScene(scene({ texture: 0, waves: 1 }))).toEqual(
      renderScene(scene({ texture: 0, waves: 3 })),
    );
    const flat = renderScene(scene({ contrast: 0, vignette: 0, warmth: 0 }));
    expect(flat.every((value) => Math.abs(value - 0.5) < 1e-6)).toBe(true);
  });
});

describe("a modifier", () => {
  it.each([
    ["sharp focus", "sharpness", 3],
    ["vibrant colors", "saturation", 1.5],
    ["colorful", "saturation", 1.4],
    ["high contrast", "contrast", 1.5],
    ["hdr", "contrast", 1.3],
    ["dramatic lighting", "darkCorners", 1.5],
    ["golden hour", "warmth", 1.5],
    ["volumetric lighting", "contrast", 1.1],
  ] as const)("%s raises %s", (words, measure, factor) => {
    expect(effectOf(words, measures[measure])).toBeGreaterThan(factor);
  });

  it("that has an effect changes the picture, and eight change none at all", () => {
    const of = (words: string) =>
      seeds.map((seed) => renderScene(sceneOfPrompt(`green house on a hill, ${words}`, randomSource(seed))));
    const without = of("");
    const changing = modifierWords.filter((words) => String(of(words)) !== String(without));
    expect(changing).toHaveLength(20);
    expect(idleModifiers).toHaveLength(8);
    for (const words of idleModifiers) expect(of(words)).toEqual(without);
  });

  it("acts in the order of the text, and isn't found inside another one", () => {
    const of = (text: string) => sceneOfPrompt(`red ball, ${text}`, randomSource(1));
    expect(of("highly detailed, smooth").texture).toBe(0);
    expect(of("smooth, highly detailed").texture).toBeGreaterThan(0);
    expect(of("matte painting").light).toBe(of("").light);
    expect(of("matte").light).toBe(0);
    expect(of("centered").x).toBe(0);
    expect(of("decentered").x).toBe(of("").x);
  });
});

describe("sceneOfPrompt", () => {
  it("draws what is said, and leaves the rest as the same numbers have it", () => {
    const [bare, said] = ["moon", "red moon at night"].map((text) => sceneOfPrompt(text, randomSource(5)));
    expect(said).toEqual({
      ...bare,
      colour: colours.red,
      sky: places["at night"].sky,
      ground: places["at night"].ground,
    });
    expect(bare.shape).toBe("moon");
  });

  it("reads prompts as people write them", () => {
    expect(subjectOfPrompt("A RED, crescent!! (at night)")).toEqual({ shape: "moon", colour: "red" });
    expect(subjectOfPrompt("something nice")).toEqual({ shape: null, colour: null });
  });

  it("leaves dull what isn't said", () => {
    const dull = seeds.map((seed) => sceneOfPrompt("ball", randomSource(seed)));
    for (const { saturation, contrast, edge } of dull) {
      expect(saturation).toBeLessThan(0.75);
      expect(contrast).toBeLessThan(0.85);
      expect(edge).toBeLessThan(10);
    }
    expect(new Set(dull.map(({ x }) => x)).size).toBe(seeds.length);
  });
});

describe("CFP-mini", () => {
  const triplets = cfpMini({ seed: 7, triplets: 400 });

  it("is the same for the same seed, and less of it is its beginning", () => {
    expect(cfpMini({ seed: 7, triplets: 5 })).toEqual(triplets.slice(0, 5));
    expect(cfpMini({ seed: 8, triplets: 1 })).not.toEqual(triplets.slice(0, 1));
    const { train, test } = worldOf(7, { train: 6, test: 4 });
    expect([train.length, test.length]).toEqual([6, 4]);
    expect(test[0]).not.toEqual(train[0]);
  });

  it("has coarse prompts of three lengths that its fine prompt begins with, and the picture of its scene", () => {
    for (const { coarse, fine, scene, picture } of triplets) {
      const [short, middle, long] = coarse;
      expect(middle.endsWith(` ${short}`)).toBe(true);
      expect(long.startsWith(middle)).toBe(true);
      expect(fine.startsWith(long)).toBe(true);
      expect(nouns[scene.shape]).toContain(short);
      expect(subjectOfPrompt(fine)).toEqual(subjectOfPrompt(middle));
      expect(renderScene(scene)).toEqual(picture);
    }
    expect(new Set(triplets.map(({ scene }) => scene.shape)).size).toBe(8);
  });

  it("has modifiers of the subject's modes far more often than others, and the place leans to one", () => {
    const moons = cfpMini({ seed: 1, triplets: 6000 }).filter(({ scene }) => scene.shape === "moon");
    const own = new Set(modes.moon.flat());
    const effective = moons
      .flatMap(({ fine }) => fine.split(", ").slice(1))
      .filter((words) => modifiers[words] !== null);
    expect(effective.filter((words) => own.has(words)).length / effective.length).toBeGreaterThan(0.85);
    const shareOf = (place: string) => {
      const there = moons.filter(({ fine }) => fine.includes(place));
      return there.filter(({ fine }) => fine.includes("volumetric lighting")).length / there.length;
    };
    expect(shareOf("at night")).toBeGreaterThan(2 * shareOf("in the snow"));
  });

  it("fits the tokens of the encoder, and knows all of its words", () => {
    const tokenizer = promptTokenizer();
    const prompts = cfpMini({ seed: 3, triplets: 2000 }).map(({ fine }) => fine);
    const { ids, cut } = tokenizer.encode(prompts);
    expect(cut).toBe(0);
    expect(ids.includes(tokenizer.words.unknown)).toBe(false);
    prompts.slice(0, 50).forEach((prompt, i) => {
      expect(tokenizer.decode(ids.subarray(20 * i, 20 * (i + 1)))).toBe(prompt);
    });
    expect(tokenizer.encode(["red ".repeat(30)]).cut).toBe(1);
    expect(tokenizer.encode(["red zeppelin"]).ids).toEqual(tokenizer.encode(["red"]).ids);
  });
});
