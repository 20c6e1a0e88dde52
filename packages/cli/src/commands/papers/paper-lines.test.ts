import { stripVTControlCharacters } from "node:util";
import { cards, outcomeOf } from "@minimand/papers";
import { describe, expect, it } from "vitest";
import { textWidth } from "../../terminal/text-width.ts";
import { paperLines } from "./paper-lines.ts";

const papers = [
  {
    card: { slug: "z-loss", title: "The Z-loss: a shift and scale invariant classification loss" },
    outcome: { verdict: "reproduced" as const, seconds: 230, figure: "0.9 ms a step; log-softmax 305 ms" },
  },
  { card: { slug: "dale-langevin", title: "Dale meets\u001b[2J Langevin" }, outcome: null },
];
const lines = (width: number, of: Parameters<typeof paperLines>[0] = papers): string[] =>
  stripVTControlCharacters(paperLines(of, width)).split("\n");

describe("papers, a line each", () => {
  it("have columns of name, mark, time, title and figure", () => {
    expect(lines(Number.POSITIVE_INFINITY)).toEqual([
      "z-loss         ✓  4 min  The Z-loss                    0.9 ms a step; log-softmax 305 ms",
      "dale-langevin  ·         Dale meets\\u001b[2J Langevin",
    ]);
  });

  it("lose titles and the last parts of figures where there is no room, never name, mark and time", () => {
    expect(lines(60)[0]).toBe("z-loss         ✓  4 min  0.9 ms a step; log-softmax 305 ms");
    expect(lines(50)[0]).toBe("z-loss         ✓  4 min  0.9 ms a step");
    expect(lines(34)[0]).toBe("z-loss         ✓  4 min  0.9 ms a…");
    const real = cards.map((card) => ({ card, outcome: outcomeOf(card.slug) }));
    for (const width of [40, 80, 100, 120, 200]) {
      const fitted = lines(width, real);
      expect(fitted.length).toBe(cards.length);
      expect(Math.max(...fitted.map(textWidth))).toBeLessThanOrEqual(width);
      for (const [i, { slug }] of cards.entries()) expect(fitted[i].startsWith(`${slug} `)).toBe(true);
    }
  });
});
