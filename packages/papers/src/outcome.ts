import written from "./outcomes.json" with { type: "json" };
import type { Outcome } from "./reproduction.ts";

const outcomes = written as Record<string, Outcome>;

/**
 * What came out of a paper's committed run.
 *
 * @param slug of the paper, as on its card
 * @returns verdict, numbers and time; null for a paper that isn't measured yet, or is none
 *
 * @example
 * outcomeOf("z-loss")?.verdict; // "reproduced"
 */
export function outcomeOf(slug: string): Outcome | null {
  return Object.hasOwn(outcomes, slug) ? outcomes[slug] : null;
}

/**
 * The title of a paper without what follows its colon, or the whole where a name alone stands before it.
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
