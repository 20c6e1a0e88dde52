import { expect, it } from "vitest";
import { readmes, shellLines, treatments } from "../scripts/as-user/lines.ts";

const lines = new Map(readmes().flatMap((page) => shellLines(page).map((line) => [line, page] as const)));

it("the check of the packages knows every shell line of the READMEs, and no other", () => {
  expect(lines.size).toBeGreaterThan(20);
  expect(Object.keys(treatments).sort()).toEqual([...lines.keys()].sort());
});

it("at most twelve lines are left out of it, each with a reason", () => {
  const left = Object.values(treatments).flatMap((one) => ("because" in one ? [one.because] : []));
  expect(left.length).toBeLessThanOrEqual(12);
  expect(left.every((because) => because.length > 20)).toBe(true);
});
