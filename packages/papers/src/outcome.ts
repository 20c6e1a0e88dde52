import written from "./outcomes.json" with { type: "json" };
import type { Outcome } from "./reproduction.ts";

const outcomes = written as Record<string, Outcome>;

/**
 * Returns the outcome of a paper's committed run.
 *
 * @param slug of the paper, as on its card
 * @returns verdict, numbers and time; null for a paper that isn't measured yet, or an unknown one
 *
 * @example
 * outcomeOf("z-loss")?.verdict; // "reproduced"
 */
export function outcomeOf(slug: string): Outcome | null {
  return Object.hasOwn(outcomes, slug) ? outcomes[slug] : null;
}

/**
 * Returns the title of a paper without what follows its colon, or the whole where only a name comes before it.
 *
 * @param title as on the card
 *
 * @example
 * shortTitle("The Z-loss: a shift and scale invariant classification loss"); // "The Z-loss"
 */
export function shortTitle(title: string): string {
  const [before] = title.split(": ");
  return before.includes(" ") ? before : title;
}

/**
 * Returns what held and what did not as one text.
 *
 * @param outcome of a paper, or the same sentences from elsewhere
 * @returns an empty text where there are no sentences
 *
 * @example
 * heldText({ held: "A is faster.", notHeld: null }); // "Held: A is faster."
 */
export function heldText({ held, notHeld }: Pick<Outcome, "held" | "notHeld">): string {
  const sides = [held && `Held: ${held}`, notHeld && `Not held: ${notHeld}`];
  return sides.filter((text) => text !== null).join(" ");
}

/** A sign for each verdict, and for a paper that isn't measured yet. */
export const verdictMarks: Readonly<Record<Outcome["verdict"] | "not measured", string>> = {
  reproduced: "✓",
  "partly reproduced": "◐",
  "not reproduced": "✕",
  undecided: "?",
  "not measured": "·",
};

/**
 * Returns the papers in numbers: how many have which verdict, each with its sign.
 *
 * @param outcomes of the papers that are counted, null where one isn't measured yet
 * @returns one line; what is undecided or isn't measured is named where there is any
 *
 * @example
 * const outcomes = ["z-loss", "ldr", "dhkd"].map(outcomeOf);
 * verdictCounts(outcomes); // "✓ 1 reproduced, ◐ 0 partly reproduced, ✕ 2 not reproduced"
 */
export function verdictCounts(outcomes: readonly (Pick<Outcome, "verdict"> | null)[]): string {
  const verdicts = outcomes.map((outcome) => outcome?.verdict ?? "not measured");
  return (["reproduced", "partly reproduced", "not reproduced", "undecided", "not measured"] as const)
    .map((verdict) => ({ verdict, count: verdicts.filter((own) => own === verdict).length }))
    .filter(({ verdict, count }) => verdict.endsWith("reproduced") || count > 0)
    .map(({ verdict, count }) => `${verdictMarks[verdict]} ${count} ${verdict}`)
    .join(", ");
}
