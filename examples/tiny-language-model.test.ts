import { nativeCompiler } from "@minimand/native";
import { expect, it } from "vitest";
import { tinyLanguageModel } from "./tiny-language-model.ts";

const small = { size: 32, blocks: 1 };

it("guesses letters of unseen documents better the longer it trains, and continues a text by letters", async () => {
  const { before, after, pairs, sample } = await tinyLanguageModel({ ...small, steps: 120 });
  expect(before).toBeGreaterThan(3);
  expect(pairs).toBeCloseTo(2.34, 1);
  expect(after).toBeLessThan(2.5);
  expect(sample).toMatch(/^the president said that [ a-z.,']{200,}$/);
}, 120_000);

it("trains natively to the same loss", async () => {
  const compile = await nativeCompiler({
    warn: (message) => {
      throw new Error(message);
    },
  });
  const native = await tinyLanguageModel({ ...small, steps: 15, compile });
  const engine = await tinyLanguageModel({ ...small, steps: 15 });
  expect(native.before).toBeCloseTo(engine.before, 4);
  expect(native.after).toBeCloseTo(engine.after, 2);
}, 120_000);
