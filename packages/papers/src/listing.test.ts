import { describe, expect, it } from "vitest";
import { outcomeOf, papers, practiceOf } from "./index.ts";

describe.each(papers.map(({ card, listing }) => [card.slug, card, listing] as const))(
  "how %s is listed",
  (slug, { claim }, { added, measured }) => {
    it("says something of a measured run where there is one, written from its verdict", () => {
      expect(added).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      expect(measured?.verdict, "another verdict: read the sentences of card.ts again").toBe(
        outcomeOf(slug)?.verdict,
      );
    });

    it.runIf(measured)("says it in a few sentences each, without a number: those are generated", () => {
      expect(measured?.practice).toMatch(/^[A-Z][^!?\d]{15,240}\.$/);
      expect(measured?.use).toMatch(/^[A-Z][^!?\d]{15,198}\.$/);
      expect(claim).not.toContain(measured?.use);
      expect(practiceOf(slug)).toBe(measured?.practice);
    });
  },
);

it("says nothing of an unknown paper", () => expect(practiceOf("toString")).toBeNull());
