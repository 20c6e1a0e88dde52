import {
  generate,
  groupBeamSearch,
  type NextLogits,
  tokenProbabilities,
  wordTokenizer,
} from "@minimand/lab/language";
import { describe, expect, it } from "vitest";

/** A model whose next token depends on the last one alone, by rows of logits. */
const markov =
  (rows: readonly (readonly number[])[]): NextLogits =>
  async (texts) =>
    texts.map((text) => Float32Array.from(rows[text.at(-1)!]));
const sum = (x: ArrayLike<number>) => Array.from(x).reduce((a, b) => a + b, 0);

describe("the probabilities of tokens", () => {
  const logits = [0.3, 2, -1, 1.2, 0.9];

  it("are a softmax, sharper at low temperatures, the likeliest alone at 0", () => {
    const plain = tokenProbabilities(logits);
    const z = sum(logits.map(Math.exp));
    for (const [i, v] of logits.entries()) expect(plain[i]).toBeCloseTo(Math.exp(v) / z, 12);
    const sharp = tokenProbabilities(logits, { temperature: 0.5 });
    for (const [i, v] of logits.entries())
      expect(sharp[i]).toBeCloseTo(Math.exp(2 * v) / sum(logits.map((w) => Math.exp(2 * w))), 12);
    expect([...tokenProbabilities(logits, { temperature: 0 })]).toEqual([0, 1, 0, 0, 0]);
    expect([...tokenProbabilities([1000, 0, -1e9])]).toEqual([1, 0, 0]);
  });

  it("are cut to the likeliest by number and by mass, and scaled to 1", () => {
    for (const options of [{ topK: 2 }, { topP: 0.7 }, { topK: 3, topP: 0.9 }, { topP: 1e-9 }]) {
      const p = tokenProbabilities(logits, options);
      expect(sum(p)).toBeCloseTo(1, 12);
      expect(p.indexOf(Math.max(...p))).toBe(1);
    }
    const kept = (options: object) =>
      [...tokenProbabilities(logits, options)].flatMap((p, i) => (p > 0 ? [i] : []));
    expect(kept({ topK: 2 })).toEqual([1, 3]);
    expect(kept({ topP: 1e-9 })).toEqual([1]);
    expect(kept({ topK: 99, topP: 1 })).toEqual([0, 1, 2, 3, 4]);
    // 0.49, 0.22, 0.16: two hold less than 0.8.
    expect(kept({ topP: 0.8 })).toEqual([1, 3, 4]);
    expect(() => tokenProbabilities(logits, { topP: 0 })).toThrow(/^topP/);
    expect(() => tokenProbabilities(logits, { topK: 0 })).toThrow(/^topK/);
    expect(() => tokenProbabilities(logits, { temperature: -1 })).toThrow(/^temperature/);
    expect(() => tokenProbabilities([Number.NaN])).toThrow(/^logits: expected numbers, got NaN$/);
    expect(() => tokenProbabilities([-Infinity])).toThrow(
      /^logits: expected at least one token that may come/,
    );
  });
});

describe("generated texts", () => {
  const next = markov([
    [0, 1, 0.5],
    [1, 0, 0],
    [0, 0, 2],
  ]);
  const run = (change: object = {}) =>
    generate({ next, prompts: [[0], [1], [0]], tokens: 6, seed: 5, ...change });

  it("are the same for the same seed, whatever other prompts there are", async () => {
    const all = await run();
    expect(await run()).toEqual(all);
    expect(await run({ seed: 6 })).not.toEqual(all);
    expect(await run({ prompts: [[0], [2]] }).then(([first]) => first)).toEqual(all[0]);
    expect(all.every((text) => text.length === 6)).toBe(true);
  });

  it("are drawn by the probabilities of the model", async () => {
    const prompts = Array.from({ length: 4000 }, () => [0]);
    const drawn = (await run({ prompts, tokens: 1 })).map(([token]) => token);
    const p = tokenProbabilities([0, 1, 0.5]);
    for (const token of [0, 1, 2])
      expect(Math.abs(drawn.filter((t) => t === token).length / 4000 - p[token])).toBeLessThan(0.03);
  });

  it("end where the end comes", async () => {
    const texts = await run({ end: 2, tokens: 50 });
    for (const text of texts) expect(text.indexOf(2)).toBe(text.length - 1);
  });

  it("are refused for what are no options", async () => {
    await expect(run({ tokens: 0 })).rejects.toThrow(/^tokens/);
    await expect(run({ next: 3 })).rejects.toThrow(/^next: expected a function/);
    await expect(run({ topK: 0.5 })).rejects.toThrow(/^topK/);
    await expect(run({ temprature: 1 })).rejects.toThrow(/did you mean 'temperature'/);
  });
});

describe("beam search", () => {
  /** After 0 the likelier token 1 leads to nothing likely, token 2 to a sure one. */
  const rows = [
    [-9, 1, 0.8, -9],
    [0, 0, 0, 0],
    [-9, -9, -9, 5],
    [0, 0, 0, 0],
  ];
  const next = markov(rows);
  const search = (change: object = {}) =>
    groupBeamSearch({ next, prompt: [0], beams: 4, tokens: 2, ...change });
  const logp = (from: number, to: number) => rows[from][to] - Math.log(sum(rows[from].map(Math.exp)));

  it("finds the likeliest text where the greedy one isn't, with its log-probability", async () => {
    const [greedy] = await search({ beams: 1 });
    expect(greedy.tokens[0]).toBe(1);
    const [best] = await search();
    expect(best.tokens).toEqual([2, 3]);
    expect(best.logp).toBeCloseTo(logp(0, 2) + logp(2, 3), 6);
    const all = await search();
    for (const [i, beam] of all.entries()) if (i > 0) expect(beam.logp).toBeLessThanOrEqual(all[i - 1].logp);
  });

  it("of groups comes to different texts, more so with more diversity", async () => {
    const firsts = async (diversity: number) =>
      (await search({ groups: 4, diversity, tokens: 1 })).map(({ tokens }) => tokens[0]);
    expect(await firsts(0)).toEqual([1, 1, 1, 1]);
    expect(await firsts(0.3)).toEqual([1, 2, 1, 2]);
    expect(new Set(await firsts(30))).toEqual(new Set([0, 1, 2, 3]));
    const one = await search({ groups: 1, diversity: 5 });
    expect(one).toEqual(await search({ groups: 1, diversity: 0 }));
  });

  it("stops at the end, and keeps what has ended among the beams", async () => {
    const beams = await search({ end: 3, tokens: 5 });
    expect(beams.some(({ tokens }) => tokens.at(-1) === 3 && tokens.length === 2)).toBe(true);
    for (const { tokens } of beams) expect(tokens.slice(0, -1)).not.toContain(3);
  });

  it("is refused for beams that groups don't divide", async () => {
    await expect(search({ groups: 3 })).rejects.toThrow("beams: expected a multiple of groups (3), got 4");
    await expect(search({ diversity: -1 })).rejects.toThrow(/^diversity/);
  });

  it.each([Number.NaN, Infinity])("is refused for logits of which one is %d", async (logit) => {
    const spoilt = async (texts: readonly unknown[]) => texts.map(() => Float32Array.of(0, logit, 1));
    await expect(search({ next: spoilt })).rejects.toThrow(
      `logits: expected a largest one that is finite, got ${logit}`,
    );
  });
});

describe("the tokenizer of words", () => {
  const texts = ["The cat sat.", "The dog's cat, the well-known cat!"];

  it("keeps the most frequent words, and those that are asked for", () => {
    const { tokens } = wordTokenizer(texts, { words: 4, include: ["purr"] });
    expect(tokens).toEqual(["<unk>", "<s>", "</s>", "purr", "cat", "the", "!"]);
    expect(wordTokenizer(texts).tokens).toContain("dog's");
    expect(wordTokenizer(texts).tokens).toContain("well-known");
    expect(wordTokenizer(texts, { lowerCase: false }).tokens).toContain("The");
  });

  it("gives back what it was given, but for case and space", () => {
    const tokenizer = wordTokenizer(texts);
    for (const text of texts)
      expect(tokenizer.decode(tokenizer.encode(`  ${text}`))).toBe(text.toLowerCase());
    expect(tokenizer.encode("a cat")).toEqual([0, tokenizer.tokens.indexOf("cat")]);
    expect(tokenizer.decode([1, 0, 3, 2])).toBe(`<unk> ${tokenizer.tokens[3]}`.replace(" !", "!"));
  });

  it("refuses what are no texts, and ids that are none", () => {
    expect(() => wordTokenizer([])).toThrow(/^texts: expected at least one word/);
    expect(() => wordTokenizer([3 as never])).toThrow(/^text: expected a string, got 3$/);
    expect(() => wordTokenizer(null as never)).toThrow(/^texts/);
    expect(() => wordTokenizer(texts, { words: 0 })).toThrow(/^words/);
    expect(() => wordTokenizer(texts).decode([99])).toThrow(/^ids: expected ids from 0 to .*got 99$/);
  });
});
