import {
  cachedLogits,
  causalTransformer,
  generate,
  groupBeamSearch,
  neuralNgram,
  nextLogits,
} from "@minimand/lab/language";
import { disposeTree, keyOf, randomSource } from "minimand/engine";
import { multiHeadAttention } from "minimand/models";
import { afterAll, describe, expect, it } from "vitest";
import { asyncLeakOf } from "../../../../test/support/leaks.ts";

const [vocabulary, length, rows] = [17, 12, 3];
const model = causalTransformer({
  vocabulary,
  length,
  size: 16,
  heads: 2,
  blocks: 2,
  dropout: 0.3,
  never: [0],
});
const { params, state } = model.init(keyOf(4));
const whole = nextLogits(model, { params, state }, { length, rows });
afterAll(() => {
  disposeTree([params, state]);
  whole.dispose();
});

const next = randomSource(2);
const token = () => 1 + Math.floor(next() * (vocabulary - 1));
const textOf = (size: number) => Array.from({ length: size }, token);

async function expectSame(cached: typeof whole, texts: number[][]) {
  const [ours, theirs] = [await cached(texts), await whole(texts)];
  expect(ours.length).toBe(texts.length);
  for (const [i, logits] of theirs.entries())
    for (const [id, v] of logits.entries())
      if (id > 0) expect(Math.abs(ours[i][id] - v), `text ${i}, token ${id}`).toBeLessThan(1e-4);
}

describe("logits with a cache", () => {
  it("are those without: of texts that go on, fork, end, come anew, and are more than the rows", async () => {
    const cached = cachedLogits(model, params, { length, rows });
    let texts = [textOf(3), textOf(1), textOf(6), textOf(2)];
    await expectSame(cached, texts);
    const on = (text: number[]) => [...text, token()];
    texts = texts.map(on);
    await expectSame(cached, texts);
    const [first, second, , last] = texts;
    texts = [on(last), on(first), on(first), on(second), textOf(4)];
    await expectSame(cached, texts);
    await expectSame(cached, texts.slice(3).map(on));
    await expectSame(cached, [textOf(length)]);
    // The same text once more, and one whose beginning was forgotten.
    await expectSame(cached, [textOf(5), first]);
    cached.dispose();
  });

  it("make the same texts and beams", async () => {
    const cached = cachedLogits(model, params, { length, rows });
    const drawing = { prompts: [textOf(2), textOf(5), textOf(1), textOf(3)], tokens: 7, seed: 3, end: 5 };
    expect(await generate({ next: cached, ...drawing })).toEqual(await generate({ next: whole, ...drawing }));
    const search = { prompt: textOf(2), beams: 4, groups: 2, tokens: 5 };
    const tokensOf = async (next: typeof whole) =>
      (await groupBeamSearch({ next, ...search })).map(({ tokens }) => tokens);
    expect(await tokensOf(cached)).toEqual(await tokensOf(whole));
    cached.dispose();
  });

  it("are computed for one token of a text that goes on, whatever came before", async () => {
    let calls = 0;
    const counting: typeof model = {
      ...model,
      extend: (...given) => {
        calls++;
        return model.extend(...given);
      },
    };
    const uncompiled = ((f: (...given: never[]) => unknown) => Object.assign(f, { dispose() {} })) as never;
    const cached = cachedLogits(counting, params, { length, rows, compile: uncompiled });
    const text = textOf(6);
    await cached([text]);
    expect(calls).toBe(6);
    await cached([[...text, 3]]);
    expect(calls).toBe(7);
    cached.dispose();
  });

  it("wait for each other, and leave no array alive", async () => {
    const cached = cachedLogits(model, params, { length, rows });
    const texts = [textOf(2), textOf(3)];
    const [a, b] = await Promise.all([cached(texts), cached(texts.map((text) => [...text, 2]))]);
    expect(b).toEqual(await cached(texts.map((text) => [...text, 2])));
    expect(a).not.toEqual(b);
    const leak = await asyncLeakOf(() => cached([textOf(4), textOf(2)]));
    expect(leak).toBe(0);
    cached.dispose();
  });

  it("are refused of models that see later tokens, or none that came before, and of texts that are none", async () => {
    const ngram = neuralNgram({ vocabulary: 5, context: 2 }) as unknown as typeof model;
    expect(() => cachedLogits(ngram, {}, { length })).toThrow(
      /^model: expected a model that takes texts token by token/,
    );
    expect(() => multiHeadAttention({ size: 4, heads: 2 }).cache(1, 2)).toThrow(/^causal: expected true/);
    expect(() => cachedLogits(model, params, { length: 0 })).toThrow(/^length/);
    const cached = cachedLogits(model, params, { length, rows });
    await expect(cached([[]])).rejects.toThrow(/^texts\[0\]: expected at least one token/);
    await expect(cached([textOf(length + 1)])).rejects.toThrow(/^texts\[0\]: expected at most 12 tokens/);
    await expect(cached([[vocabulary]])).rejects.toThrow(/ids from 0 to 16/);
    await expectSame(cached, [textOf(3)]);
    expect(await cached([])).toEqual([]);
    cached.dispose();
  });
});
