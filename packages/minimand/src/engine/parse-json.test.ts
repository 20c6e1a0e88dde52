import { expect, it } from "vitest";
import { parseJson } from "./parse-json.ts";

it("parseJson reads as JSON.parse does", () => {
  expect(parseJson('{"a":[1,2]}')).toEqual({ a: [1, 2] });
  expect(parseJson("[1,2]", (_, value) => (value === 2 ? "two" : value))).toEqual([1, "two"]);
  expect(() => parseJson("{")).toThrow(SyntaxError);
});

it("parseJson refuses a text whose values could fill the heap", () => {
  expect(() => parseJson(" ".repeat(2 ** 27 + 1))).toThrow(
    "JSON: expected at most 134217728 characters, got 134217729",
  );
});
