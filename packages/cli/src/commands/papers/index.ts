import { styleText } from "node:util";
import { plural } from "@minimand/compare/messages";
import type { Outcome, PaperCard } from "@minimand/papers";
import {
  cards,
  outcomeOf,
  practiceOf,
  ruleChangeText,
  ruleHeading,
  verdictCounts,
} from "@minimand/papers/cards";
import type { Command } from "commander";
import { printable, tell } from "../../printable.ts";
import { duration } from "../../run/progress.ts";
import { print } from "../../terminal/print.ts";
import { terminalWidth } from "../../terminal/terminal-width.ts";
import { wrapText } from "../../terminal/text-width.ts";
import { listing } from "../listing.ts";
import { paperLines } from "./paper-lines.ts";

/** `minimand papers`: the papers whose claims can be reproduced, and what came of it; with a slug, all of one. */
export function define(command: Command): Command {
  const what =
    "List the papers whose main claim can be reproduced, with the verdict, a figure and the time of the committed run; of one paper, claim, rule, the log of the rule, and what to do with it.";
  return listing(command, what, ["papers", "papers comp-sum", "reproduce comp-sum --quick"])
    .argument("[slug]", "one of the papers: claim, the rule by which it is judged, and what came out")
    .action(async (slug: string | undefined, { json }: { json: boolean }) => {
      if (slug !== undefined) {
        const card = cards.find((one) => one.slug === slug) ?? (await nearestTo(slug));
        print(
          json
            ? `${JSON.stringify(allOf(card), null, 1)}\n`
            : `${paperText(card, outcomeOf(slug), terminalWidth())}\n`,
        );
        return;
      }
      if (json) {
        print(`${JSON.stringify(cards.map(allOf), null, 1)}\n`);
        return;
      }
      const heading = verdictCounts(cards.map(({ slug }) => outcomeOf(slug)));
      const width = terminalWidth();
      const papers = cards.map((card) => ({ card, outcome: outcomeOf(card.slug) }));
      print(`${wrapText(heading, width).join("\n")}\n\n${paperLines(papers, width)}\n`);
      tell(
        "times of two workers; 'minimand papers SLUG' tells all of one, 'minimand reproduce SLUG' runs it",
      );
    });
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

/** All of a paper, as a text of a width. */
export function paperText(card: PaperCard, outcome: Outcome | null, width: number): string {
  const { slug, title, arxiv, date, claim, rule, ruleLog, pieces, data } = card;
  const practice = practiceOf(slug);
  const heading = ruleHeading(ruleLog);
  const parts: [string, ...string[]][] = [
    ["claim", claim],
    [heading[0].toLowerCase() + heading.slice(1), rule],
    outcomePart(outcome),
    ...(practice === null ? [] : [["in practice", practice] satisfies [string, string]]),
    [
      "log of the rule",
      ...ruleLog.map((change) =>
        [change.date, change.commit, ruleChangeText(change)].filter((part) => part !== null).join(" "),
      ),
    ],
    ["what you can use", pieces.join(", ")],
    ["data", data.length === 0 ? "none" : data.join(", ")],
    ["run it", `npx minimand reproduce ${slug}`],
  ];
  const lines = (text: string, indent = ""): string[] =>
    wrapText(printable(text), width - indent.length).map((line) => indent + line);
  return [
    ...lines(title),
    ...lines(`arXiv ${arxiv}, ${date}`),
    ...parts.flatMap(([head, ...texts]) => [
      "",
      ...lines(head).map((line) => styleText("bold", line)),
      ...texts.flatMap((text) => lines(text, "    ")),
    ]),
  ].join("\n");
}

function outcomePart(outcome: Outcome | null): [string, string] {
  if (outcome === null) return ["outcome", "not measured yet"];
  const { verdict, because, scale, seeds, seconds } = outcome;
  const run = [
    ...(scale === "default" ? [] : [`scale ${scale}`]),
    plural(seeds, "seed"),
    duration(1000 * seconds),
  ];
  return [`outcome: ${verdict} (${run.join(", ")})`, because];
}
