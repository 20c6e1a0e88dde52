import { nativeCompiler } from "@minimand/native";
import { expect, it } from "vitest";
import { tinyLanguageModel } from "./tiny-language-model.ts";

const small = { size: 32, blocks: 1 };

it("guesses letters of unseen documents better the longer it trains, and continues a text by letters", async () => {
  const { before, after, pairs, sample } = await tinyLanguageModel({ ...small, steps: 80 });
  expect(before).toBeGreaterThan(3);
  expect(pairs).toBeCloseTo(2.34, 1);
  expect(after).toBeLessThan(2.6);
  expect(sample).toMatch(/^the president said that [ a-z.,']{200,}$/);
});

it("trains natively to the same loss, with learned positions", async () => {
  const compile = await nativeCompiler({
    warn: (message) => {
      throw new Error(message);
    },
  });
  const learned = { ...small, positions: "learned", steps: 15 } as const;
  const native = await tinyLanguageModel({ ...learned, compile });
  const engine = await tinyLanguageModel(learned);
  expect(native.before).toBeCloseTo(engine.before, 4);
  expect(native.after).toBeCloseTo(engine.after, 2);
});
