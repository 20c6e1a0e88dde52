import { stripVTControlCharacters } from "node:util";
import { cards, outcomeOf } from "@minimand/papers";
import { describe, expect, it } from "vitest";
import { textWidth } from "../terminal/text-width.ts";
import { paperText } from "./papers.ts";

describe("a paper as text", () => {
  it("tells claim, rule and outcome, and of one that isn't measured yet that it isn't", () => {
    const [card] = cards;
    const text = (outcome: ReturnType<typeof outcomeOf>, width = Number.POSITIVE_INFINITY): string =>
      stripVTControlCharacters(paperText(card, outcome, width));
    const outcome = outcomeOf(card.slug)!;
    for (const part of [card.title, card.claim, card.rule, outcome.because, `outcome: ${outcome.verdict} (`])
      expect(text(outcome)).toContain(part);
    expect(text(null)).toContain("\noutcome\n    not measured yet\n");
    expect(Math.max(...text(outcome, 60).split("\n").map(textWidth))).toBeLessThanOrEqual(60);
  });
});
