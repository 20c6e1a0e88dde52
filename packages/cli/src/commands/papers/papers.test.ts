import { stripVTControlCharacters } from "node:util";
import { cards, outcomeOf, practiceOf, ruleHeading } from "@minimand/papers";
import { describe, expect, it } from "vitest";
import { textWidth } from "../../terminal/text-width.ts";
import { paperText } from "./report.ts";

describe("a paper as text", () => {
  it("tells claim, rule, its log, outcome and what to do with it, and of one that isn't measured yet that it isn't", () => {
    const [card] = cards;
    const text = (outcome: ReturnType<typeof outcomeOf>, width = Number.POSITIVE_INFINITY): string =>
      stripVTControlCharacters(paperText(card, outcome, width));
    const outcome = outcomeOf(card.slug)!;
    const parts = [card.title, card.claim, card.rule, outcome.because, `outcome: ${outcome.verdict} (`];
    const log = card.ruleLog.map(({ date, commit, what }) => [
      `    ${commit === null ? date : `${date} ${commit}`} `,
      what,
    ]);
    for (const part of [...parts, ...log.flat(), practiceOf(card.slug)])
      expect(text(outcome)).toContain(part);
    const heading = ruleHeading(card.ruleLog);
    expect(text(outcome)).toContain(`\n${heading[0].toLowerCase()}${heading.slice(1)}\n`);
    expect(text(null)).toContain("\noutcome\n    not measured yet\n");
    expect(Math.max(...text(outcome, 60).split("\n").map(textWidth))).toBeLessThanOrEqual(60);
  });
});
