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

it("parseJson refuses values that are nested too deeply, and no texts that look like it", () => {
  const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
  expect(parseJson(nested(1000))).toHaveLength(1);
  expect(() => parseJson(nested(1001))).toThrow(
    "JSON: expected values at most 1000 deep, got a deeper one at character 1001",
  );
  expect(() => parseJson(`${'{"a":['.repeat(501)}${"]}".repeat(501)}`)).toThrow(
    "got a deeper one at character 3001",
  );
  expect(parseJson(`${'{"a":['.repeat(500)}${"]}".repeat(500)}`)).toHaveProperty("a");
  for (const text of [nested(2000), `\\"${nested(2000)}`, `\\\\`.repeat(2000), "\ud83d[".repeat(2000)])
    expect(parseJson(JSON.stringify([text, { [text]: [] }]))).toEqual([text, { [text]: [] }]);
});
