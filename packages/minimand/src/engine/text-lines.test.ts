import { expect, it } from "vitest";
import { textLines } from "./text-lines.ts";

it.each([
  ["", []],
  ["a", ["a"]],
  ["a\n", ["a"]],
  ["a\r\n\r\nb\rc\n\n", ["a", "", "b", "c", ""]],
])("textLines walks the lines of %j, whatever ends them", (text, lines) => {
  const walked = [...textLines(text)];
  expect(walked.map((line) => line.text)).toEqual(lines);
  expect(walked.map((line) => line.number)).toEqual(lines.map((_, i) => i + 1));
});
