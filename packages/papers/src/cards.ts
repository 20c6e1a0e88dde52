import type { Listing } from "./listing.ts";
import { registry } from "./registry/cards.ts";
import type { PaperCard } from "./reproduction.ts";

export { type Listing, type Topic, topics } from "./listing.ts";
export { heldText, outcomeOf, shortTitle, verdictCounts, verdictMarks } from "./outcome.ts";
export { type RuleChange, ruleChangeText, ruleHeading } from "./rule-log.ts";

/** All papers that can be reproduced, in the order of their dates: each card, and how it is listed. Costs nothing to import. */
export const papers: readonly { card: PaperCard; listing: Listing }[] = registry;

/** The cards of {@link papers}. */
export const cards: readonly PaperCard[] = papers.map(({ card }) => card);

/**
 * Returns what a practitioner should do with a paper, by its measured run.
 *
 * @param slug of the paper, as on its card
 * @returns one sentence; null for an unknown paper, and for one without a measured run
 *
 * @example
 * practiceOf("comp-sum"); // "On clean labels, keep cross-entropy. If many labels are wrong, try a tau between cross-entropy and the mean absolute error."
 */
export const practiceOf = (slug: string): string | null =>
  papers.find(({ card }) => card.slug === slug)?.listing.measured?.practice ?? null;
