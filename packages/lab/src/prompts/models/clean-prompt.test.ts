import { expect, it } from "vitest";
import { cleanPrompt } from "./clean-prompt.ts";

it("cleanPrompt reads at most 256 words of a long text", () => {
  expect(cleanPrompt("Red, ".repeat(300))).toBe(Array(256).fill("red,").join(" "));
  // As an array of words it would end the process.
  expect(cleanPrompt("a ".repeat(140_000_000))).toBe(Array(256).fill("a").join(" "));
});
