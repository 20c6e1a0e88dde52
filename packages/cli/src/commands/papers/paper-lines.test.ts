import { cards, outcomeOf } from "@minimand/papers";
import { describe, expect, it } from "vitest";
import { textWidth } from "../../terminal/text-width.ts";
import { paperLines } from "./paper-lines.ts";

const outcome = {
  verdict: "partly reproduced" as const,
  seconds: 230,
  held: "A step takes 0.9 ms. It ranks better.",
  notHeld: "Not for k = 1. Nor for k = 2.",
};
const papers = [
  { card: { slug: "z-loss", title: "The Z-loss: a shift and scale invariant classification loss" }, outcome },
  { card: { slug: "dale-langevin", title: "Dale meets\u001b[2J Langevin" }, outcome: null },
];
const lines = (width: number, of: Parameters<typeof paperLines>[0] = papers): string[] =>
  paperLines(of, width).split("\n");

describe("papers as a table", () => {
  it("have name, mark, time, title and the first sentence of what held and what did not, a line each", () => {
    expect(lines(Number.POSITIVE_INFINITY)).toEqual([
      "paper              time  title                         what came out",
      "z-loss         ◐  4 min  The Z-loss                    Held: A step takes 0.9 ms. Not held: Not for k = 1.",
      "dale-langevin  ·         Dale meets\\u001b[2J Langevin  not measured yet",
    ]);
  });

  it("start with what did not hold where the verdict rests on that", () => {
    const [{ card }] = papers;
    const failed = { ...outcome, verdict: "not reproduced" as const };
    expect(lines(Number.POSITIVE_INFINITY, [{ card, outcome: failed }])[1]).toMatch(
      /Not held: Not for k = 1\. Held: A step takes 0\.9 ms\.$/,
    );
    const without = { ...failed, held: null };
    expect(lines(Number.POSITIVE_INFINITY, [{ card, outcome: without }])[1]).not.toContain(" Held:");
  });

  it("lose titles and wrap where there is no room, and keep name, mark and time", () => {
    expect(lines(60)[1]).toBe("z-loss         ◐  4 min  Held: A step takes 0.9 ms. Not");
    const real = cards.map((card) => ({ card, outcome: outcomeOf(card.slug) }));
    for (const width of [40, 80, 100, 120, 200]) {
      const fitted = lines(width, real);
      expect(Math.max(...fitted.map(textWidth))).toBeLessThanOrEqual(width);
      const named = cards
        .map(({ slug }) => slug)
        .filter((slug) => fitted.some((line) => line.startsWith(`${slug} `)));
      // Names wrap as well in the narrowest terminal.
      if (width > 40) expect(named).toEqual(cards.map(({ slug }) => slug));
    }
  });
});
