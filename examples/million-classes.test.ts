import { expect, it } from "vitest";
import { million, run } from "./million-classes.ts";

it("a small shop: the popular items of the right shelf are found", async () => {
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const small = { ...million, departments: 5, itemsPerShelf: 50, steps: 800, customers: 500, log };
  const { classes, accuracy, best } = await run(small);
  expect(classes).toBe(1000);
  // By chance the ten best would hold one item of a hundred.
  expect(accuracy[10]).toBeGreaterThan(0.6 * best(10));
  expect(accuracy[100]).toBeGreaterThan(accuracy[10]);
  expect(lines[0]).toMatch(/^1,000 classes, 64,000 weights/);
  expect(lines.filter((line) => line.includes("Z-loss")).length).toBe(10);
  expect(lines.at(-1)).toMatch(/ms a step, \d+ MB of memory/);
});
