import type { PaperCard } from "@minimand/papers";
import { cards, outcomeOf, practiceOf, verdictCounts } from "@minimand/papers/cards";
import { tell } from "../../printable.ts";
import { print } from "../../terminal/print.ts";
import { terminalWidth } from "../../terminal/terminal-width.ts";
import { wrapText } from "../../terminal/text-width.ts";
import { paperLines } from "./paper-lines.ts";
import { paperText } from "./report.ts";

/** Prints all papers, one per line. */
export function listPapers(json: boolean): void {
  if (json) {
    print(`${JSON.stringify(cards.map(allOf), null, 1)}\n`);
    return;
  }
  const heading = verdictCounts(cards.map(({ slug }) => outcomeOf(slug)));
  const width = terminalWidth();
  const papers = cards.map((card) => ({ card, outcome: outcomeOf(card.slug) }));
  print(`${wrapText(heading, width).join("\n")}\n\n${paperLines(papers, width)}\n`);
  tell("times of two workers; 'minimand papers SLUG' shows one, 'minimand reproduce SLUG' runs it");
}

/**
 * Prints all of one paper.
 *
 * @throws RangeError for a name that no paper has
 */
export async function showPaper(slug: string, json: boolean): Promise<void> {
  const card = cards.find((one) => one.slug === slug) ?? (await nearestTo(slug));
  print(
    json
      ? `${JSON.stringify(allOf(card), null, 1)}\n`
      : `${paperText(card, outcomeOf(slug), terminalWidth())}\n`,
  );
}

/** @throws RangeError that names the nearest paper */
async function nearestTo(slug: string): Promise<PaperCard> {
  const { loadReproduction } = await import("@minimand/papers");
  return (await loadReproduction(slug)).card;
}

/** A card with what came of it. */
const allOf = (card: PaperCard) => ({
  ...card,
  outcome: outcomeOf(card.slug),
  practice: practiceOf(card.slug),
});
