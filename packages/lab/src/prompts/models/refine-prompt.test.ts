import { numpy as np } from "@jax-js/jax";
import { wordTokenizer } from "@minimand/lab/language";
import {
  cleanPrompt,
  deadUnitShare,
  initNoiseAttention,
  noiseAdapter,
  noiseCrossAttention,
  type PromptRefiner,
  promptRefiner,
  refinePrompt,
  tokenAdapter,
} from "@minimand/lab/prompts";
import { disposeTree, keyOf, mapTree, refTree } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { asyncLeakOf, leakOf } from "../../../../../test/support/leaks.ts";
import { numbers } from "../../../../minimand/src/losses/numbers.fixture.ts";
import { adapterOf, length, models, startOf, tokenizer } from "../training/refiner.fixture.ts";

const { end: _, ...parts } = models();

/** What a refiner of random parameters gives. */
async function refined(
  prompt: string,
  { vectors = 4, scale = 0.1, ...options }: Record<string, unknown> = {},
) {
  const adapter = adapterOf({ vectors: vectors as number, scale: scale as number });
  const params = startOf(adapter);
  const refiner = promptRefiner({ ...parts, adapter, params, tokenizer, length, rows: 3 });
  try {
    return await refinePrompt(refiner, prompt, options);
  } finally {
    refiner.dispose();
    disposeTree(params);
  }
}

/** A refiner that says what follows each word, whatever the prompt; the logits of a vocabulary of words. */
function saying(
  words: string,
  follow: (last: string) => { [word: string]: number | undefined },
): PromptRefiner {
  const tokenizer = wordTokenizer([words]);
  const { tokens } = tokenizer;
  return {
    tokenizer,
    length: 12,
    draws: false,
    dispose() {},
    memories: async (_, seeds) => seeds.map(() => new Float32Array(1)),
    next: async (texts) =>
      texts.map((text) => {
        const logits: { [word: string]: number | undefined } = { "</s>": 0, ...follow(tokens[text.at(-1)!]) };
        return Float32Array.from(tokens, (word) => logits[word] ?? -30);
      }),
  };
}

const fixed = (sentence: string) => {
  const words = sentence.split(" ");
  return saying(`${sentence} red moon`, (last) => {
    const next = last === "<s>" ? words[0] : words[words.indexOf(last) + 1];
    return next === undefined ? {} : { [next]: 9 };
  });
};

describe("rewrites of a prompt", () => {
  it("are as many as asked for, none twice, and the same for the same seed", async () => {
    const options = { count: 4, scale: 3, seed: 2 };
    const rewrites = await refined("red moon", options);
    expect(rewrites).toHaveLength(4);
    expect(new Set(rewrites).size).toBe(4);
    expect(await refined("Red MOON!", options)).toEqual(rewrites);
    expect(await refined("red moon", { ...options, seed: 3 })).not.toEqual(rewrites);
    const sampled = await refined("red moon", { ...options, method: "sample", topP: 0.95 });
    expect(new Set(sampled).size).toBe(4);
    expect(await refined("red moon", { ...options, method: "sample", topP: 0.95 })).toEqual(sampled);
  });

  it("are one where neither noise nor a penalty tells them apart", async () => {
    const alone = { count: 5, diversityPenalty: 0 };
    expect(await refined("blue house", { ...alone, scale: 0 })).toHaveLength(1);
    expect(await refined("blue house", { ...alone, vectors: 0 })).toEqual(
      await refined("blue house", { ...alone, vectors: 0, seed: 9 }),
    );
    expect((await refined("blue house", { ...alone, scale: 6 })).length).toBeGreaterThan(1);
    expect(
      (await refined("blue house", { ...alone, scale: 0, diversityPenalty: 50 })).length,
    ).toBeGreaterThan(1);
  });

  it("begin with other words in every group where likeness costs much, and are one group repeated where it costs nothing", async () => {
    const equal = saying("red blue green moon", (last) =>
      last === "<s>" ? { red: 3, blue: 2, green: 1 } : last === "moon" ? { "</s>": 9 } : { moon: 9 },
    );
    const rewrites = await refinePrompt(equal, "moon", { count: 3, diversityPenalty: 100 });
    expect(rewrites.map((text) => text.split(" ")[0])).toEqual(["red", "blue", "green"]);
    expect(await refinePrompt(equal, "moon", { count: 3, diversityPenalty: 0 })).toEqual(["red moon"]);
    expect(await refinePrompt(equal, "moon", { count: 3, diversityPenalty: 100, maxNewTokens: 1 })).toEqual([
      "red",
      "blue",
      "green",
    ]);
  });

  it("have the prompt's unknown words beside those that they stood beside", async () => {
    const rewrite = async (prompt: string, sentence = "a red moon , smooth") =>
      (await refinePrompt(fixed(sentence), prompt, { count: 1 }))[0];
    expect(await rewrite("red moon")).toBe("a red moon, smooth");
    expect(await rewrite("fluffy red moon")).toBe("a fluffy red moon, smooth");
    expect(await rewrite("red moon fluffy, shiny")).toBe("a red moon fluffy shiny, smooth");
    expect(await rewrite("fluffy, shiny red moon")).toBe("a fluffy shiny red moon, smooth");
    expect(await rewrite("red moon zig zag")).toBe("a red moon zig zag, smooth");
    expect(await rewrite("zig moon zag", "a red , smooth")).toBe("zig zag a red, smooth");
  });

  it("are those that a filter lets through", async () => {
    const refiner = saying("red blue moon", (last) =>
      last === "<s>" ? { red: 2, blue: 1 } : last === "moon" ? { "</s>": 9 } : { moon: 9 },
    );
    const promptFilter = (text: string) => text.includes("blue");
    expect(await refinePrompt(refiner, "moon", { count: 6, method: "sample", promptFilter })).toEqual([
      "blue moon",
    ]);
  });

  it("are refused for prompts that nothing can be made of", async () => {
    const refiner = fixed("a red moon");
    const of = (prompt: unknown, options = {}) => refinePrompt(refiner, prompt as string, options);
    await expect(of("!! ,")).rejects.toThrow(/^prompt: expected at least one word, got "!! ,"$/);
    await expect(of("zig, zag")).rejects.toThrow(
      /^prompt: expected at least one word that the refiner knows, got "zig, zag"$/,
    );
    await expect(of("a red moon ".repeat(4))).rejects.toThrow(
      /^prompt: expected at most 10 words.*, got 12$/,
    );
    await expect(of(3)).rejects.toThrow(TypeError);
    await expect(of("moon", { count: 0 })).rejects.toThrow(/^count/);
    await expect(of("moon", { method: "beam" })).rejects.toThrow(/^method/);
    await expect(of("moon", { diversityPenalty: -1 })).rejects.toThrow(/^diversityPenalty/);
    await expect(of("moon", { maxNewTokens: 0 })).rejects.toThrow(/^maxNewTokens/);
    await expect(of("moon", { promptFilter: 1 })).rejects.toThrow(/^promptFilter/);
    await expect(refinePrompt({} as never, "moon")).rejects.toThrow(/^refiner: expected a refiner/);
  });

  it("leave nothing behind", async () => {
    const params = startOf();
    const refiner = promptRefiner({ ...parts, params, tokenizer, length });
    expect(await asyncLeakOf(() => refinePrompt(refiner, "red moon", { count: 2 }))).toBe(0);
    refiner.dispose();
    disposeTree(params);
  });
});

describe("a refiner", () => {
  it("continues more texts than it has rows as it does few", async () => {
    const params = startOf();
    const refiner = promptRefiner({ ...parts, params, tokenizer, length, rows: 2 });
    const row = Int32Array.from({ length }, (_, i) => (i === 0 ? 1 : i === 1 ? 4 : 2));
    const memories = await refiner.memories(row, [1, 2, 3]);
    const texts = [[1], [1, 4], [1, 4, 5]];
    const together = await refiner.next(texts, memories);
    for (const [i, text] of texts.entries())
      expect((await refiner.next([text], [memories[i]]))[0]).toEqual(together[i]);
    await expect(refiner.next([Array.from({ length: length + 1 }, () => 4)], memories)).rejects.toThrow(
      /^texts\[0\]: expected at most 8 tokens/,
    );
    refiner.dispose();
    disposeTree(params);
  });

  it("is refused without its parts", () => {
    const params = startOf();
    const of = (change: object) => () =>
      promptRefiner({ ...parts, params, tokenizer, length, ...change } as never);
    expect(of({ decoder: {} })).toThrow(/^decoder/);
    expect(of({ tokenizer: {} })).toThrow(/^tokenizer/);
    expect(of({ length: 2 })).toThrow(/^length/);
    expect(of({ length: 1025 })).toThrow("length: expected an integer >= 3 and <= 1024, got 1025");
    expect(of({ lenght: 2 })).toThrow(/did you mean 'length'/);
    disposeTree(params);
  });
});

describe("adapters", () => {
  const wave = (shape: number[], phase = 1) =>
    np.array(
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(3 * i + phase)),
      { shape },
    );

  it("with noise of scale 0 are those without, and learn to hear it", () => {
    const [silent, plain] = [
      noiseAdapter({ inputs: 4, outputs: 3, scale: 0 }),
      noiseAdapter({ inputs: 4, outputs: 3, vectors: 0 }),
    ];
    const params = silent.init(keyOf(1)) as { adapter: { hidden: never; output: never } };
    const heard = (phase: number) =>
      numbers(silent.apply(refTree(params as never), wave([2, 3, 4]), wave([2, 4, 4], phase)));
    expect(heard(1)).toEqual(heard(2));
    expect(heard(1)).toEqual(numbers(plain.apply(refTree(params.adapter), wave([2, 3, 4]), np.zeros([1]))));
    const loud = noiseAdapter({ inputs: 4, outputs: 3, scale: 2 });
    const of = (phase: number) =>
      numbers(loud.apply(loud.init(keyOf(1)), wave([2, 3, 4]), wave([2, 4, 4], phase)));
    expect(of(1)).not.toEqual(of(2));
    expect(plain.noiseShape).toEqual([0, 4]);
    expect(() => noiseAdapter({ inputs: 4, outputs: 3, heads: 3 })).toThrow(/^heads/);
    expect(() => noiseAdapter({ inputs: 4, outputs: 3, vectors: 1025 })).toThrow(/^vectors: .* <= 1024/);
    disposeTree(params as never);
  });

  it("end at 0 with a ReLU, and die of very negative biases", () => {
    const layer = tokenAdapter({ inputs: 4, outputs: 6 });
    const apply = (shift: number) => {
      const { params, state } = layer.init(keyOf(3));
      const { hidden, output } = params as { [name: string]: { weight: np.Array; bias: np.Array } };
      const moved = { hidden, output: { ...output, bias: output.bias.add(shift) } };
      return layer.apply({ params: moved, state }, wave([5, 3, 4]), { training: false })[0];
    };
    expect(Math.min(...numbers(apply(0)))).toBe(0);
    expect(deadUnitShare(apply(0)).item()).toBeLessThan(0.95);
    expect(deadUnitShare(apply(-100)).item()).toBe(1);
    expect(() => tokenAdapter({ inputs: 4, outputs: 3, finalActivation: "tanh" as never })).toThrow(
      /^finalActivation/,
    );
  });

  it("hear one vector whatever is asked, where all noise is that vector", () => {
    const params = initNoiseAttention(keyOf(5), 4);
    const noise = () => wave([1, 1, 4], 7).add(np.zeros([2, 3, 4]));
    const heard = (features: np.Array) =>
      noiseCrossAttention(refTree(params), features, noise(), { heads: 2 });
    const rows = heard(wave([2, 5, 4]).mul(10)).js() as number[][][];
    const [first] = heard(wave([2, 1, 4], 3)).js() as number[][][];
    for (const row of rows.flat())
      row.forEach((v, i) => {
        expect(v).toBeCloseTo(first[0][i], 5);
      });
    const refused =
      (noise: np.Array, heads = 2) =>
      () =>
        noiseCrossAttention(params, wave([2, 5, 4]), noise, { heads });
    expect(refused(wave([1, 3, 4]))).toThrow(/^noise: expected shape \[2, vectors, 4\]/);
    expect(refused(wave([2, 3, 5]))).toThrow(/^noise/);
    expect(refused(wave([2, 3, 4]), 3)).toThrow(/^heads: expected a divisor of the size \(4\)/);
    disposeTree(params);
  });

  it("leave nothing behind", () => {
    const adapter = noiseAdapter({ inputs: 4, outputs: 3 });
    const start = adapter.init(keyOf(1));
    const leak = leakOf(() => {
      deadUnitShare(adapter.apply(refTree(start), wave([2, 3, 4]), wave([2, 4, 4]))).dispose();
      disposeTree(mapTree((x) => x.mul(2), adapter.init(keyOf(2))));
    });
    expect(leak).toBe(0);
    disposeTree(start);
  });
});

describe("a cleaned prompt", () => {
  it("has small letters, spaces and commas", () => {
    expect(cleanPrompt("A Cat!! (cute)/x-y")).toBe("a cat cute x y");
    expect(cleanPrompt("  it's  red, \n blue; 'green' ")).toBe("its red, blue green");
    expect(cleanPrompt("?!")).toBe("");
    expect(cleanPrompt("w ".repeat(300)).split(" ")).toHaveLength(256);
    expect(() => cleanPrompt(3 as never)).toThrow(TypeError);
  });
});
