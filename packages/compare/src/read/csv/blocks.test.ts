import { expect, it } from "vitest";
import { blocksOf, samplesOf } from "./blocks.ts";

const text = Array.from({ length: 1000 }, (_, i) => `${i},${"x".repeat(i % 7)}\n`).join("");
const bytes = new TextEncoder().encode(text);
const line = (i: number) => `${i},${"x".repeat(i % 7)}`;

it("blocks are stretches of whole lines, which make up the text", () => {
  const blocks = [...blocksOf(bytes, 0, 100)].map(([from, to]) => text.slice(from, to));
  expect(blocks.join("")).toBe(text);
  expect(blocks.filter((block) => !block.endsWith("\n") || block.length > 100)).toEqual([]);
  // A line that is longer than a block is one by itself.
  expect([...blocksOf(bytes, 0, 3)].map(([from, to]) => text.slice(from, to))).toEqual(text.match(/.*\n/g));
});

it("samples are the first lines, and some from further on", () => {
  const [first, ...others] = samplesOf(bytes, 0, 1);
  expect(first).toBe(Array.from({ length: 24 }, (_, i) => `${line(i)}\n`).join(""));
  expect(others).toHaveLength(4);
  // Each begins where a line begins, near 23, 49, 71 and 97 % of the text.
  for (const [i, part] of [0.23, 0.49, 0.71, 0.97].entries()) {
    expect(Math.abs(text.indexOf(`\n${others[i]}`) - part * text.length)).toBeLessThan(12);
    expect(others[i]).toMatch(/\n$/);
  }
  expect(samplesOf(bytes, 0, bytes.length)).toEqual([text]);
});
