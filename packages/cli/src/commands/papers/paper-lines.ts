import type { Outcome, PaperCard } from "@minimand/papers";
import { shortTitle, verdictMarks } from "@minimand/papers/cards";
import { duration } from "../../run/progress.ts";
import { widthTable } from "../../terminal/width-table.ts";

/** A paper with what came of it; null where it isn't measured yet. */
export interface JudgedPaper {
  card: Pick<PaperCard, "slug" | "title">;
  outcome: Pick<Outcome, "verdict" | "seconds" | "held" | "notHeld"> | null;
}

/**
 * Papers as a table: name, mark, time, title, and the first sentences of what held and what did not. If there is no room, titles
 * are left out first: the name identifies the paper.
 *
 * @param width as `terminalWidth` tells; with Infinity everything is shown, a paper per line
 */
export function paperLines(papers: readonly JudgedPaper[], width: number): string {
  return widthTable(
    [
      { head: "paper", align: "left", keep: 1 },
      { head: "", align: "left", keep: 1 },
      { head: "time", align: "right", keep: 1 },
      { head: "title", align: "left", keep: 0 },
      { head: "what came out", align: "left", keep: 1 },
    ],
    papers.map(({ card, outcome }) => [
      card.slug,
      verdictMarks[outcome?.verdict ?? "not measured"],
      outcome === null ? "" : duration(1000 * outcome.seconds),
      shortTitle(card.title),
      outcome === null ? "not measured yet" : firstSentences(outcome),
    ]),
    width,
  );
}

/** The first sentence of each side, the one that decided the verdict first. */
function firstSentences({ verdict, held, notHeld }: Pick<Outcome, "verdict" | "held" | "notHeld">): string {
  const first = (text: string): string => /^.*?\.(?= [A-Z]|$)/.exec(text)?.[0] ?? text;
  const shown = [
    held === null ? [] : `Held: ${first(held)}`,
    notHeld === null ? [] : `Not held: ${first(notHeld)}`,
  ];
  return (verdict === "not reproduced" ? shown.reverse() : shown).flat().join(" ");
}
