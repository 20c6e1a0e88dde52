import { describe, expect, it } from "vitest";
import { cards, outcomeOf, practiceOf } from "./index.ts";
import { practices } from "./practice.ts";

describe("what to do with a paper", () => {
  const measured = cards.filter(({ slug }) => outcomeOf(slug) !== null).map(({ slug }) => slug);

  it("is said of every paper that is measured, and of no other", () => {
    expect(Object.keys(practices).toSorted()).toEqual(measured.toSorted());
    expect(practiceOf("toString")).toBeNull();
  });

  it.each(measured)("%s: one sentence, written from the verdict that it has", (slug) => {
    expect(practices[slug].verdict, "another verdict: read the sentence in practice.ts again").toBe(
      outcomeOf(slug)?.verdict,
    );
    // One full stop, at its end, and no number: those are generated.
    expect(practiceOf(slug)).toMatch(/^[A-Z][^.!?\d]{15,240}\.$/);
  });
});
