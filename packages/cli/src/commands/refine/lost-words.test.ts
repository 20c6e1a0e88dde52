import { expect, it } from "vitest";
import { lostWordsNote } from "./lost-words.ts";

it("words that rewrites leave out are named, articles apart", () => {
  expect(lostWordsNote("A red Moon", ["red moon, sharp focus", "moon, red"])).toBeNull();
  expect(lostWordsNote("portrait of a queen", ["portrait of a sailor", "queen, a portrait of"])).toBe(
    "'portrait of a queen': 1 of 2 rewrites leaves out words of it ('queen')",
  );
  expect(lostWordsNote("b c d e f g", ["x", "b", "y"])).toBe(
    "'b c d e f g': 3 of 3 rewrites leave out words of it ('b', 'c', 'd', 'e', 'f' and 1 more)",
  );
  expect(lostWordsNote("red moon", [])).toBeNull();
});
