import { styleText } from "node:util";
import {
  cards,
  loadReproduction,
  type Outcome,
  outcomeOf,
  type PaperCard,
  shortTitle,
} from "@minimand/papers";
import type { Command } from "commander";
import { printable, tell } from "../printable.ts";
import { plural } from "../report/format.ts";
import { duration } from "../run/progress.ts";
import { print } from "../terminal/print.ts";
import { terminalWidth } from "../terminal/terminal-width.ts";
import { wrapText } from "../terminal/text-width.ts";
import { type Entry, listingCommand, printListing } from "./listing.ts";

/** `minimand papers`: the papers whose claims can be reproduced, and what came of it; with a slug, all of one. */
export function papersCommand(): Command {
  const what =
    "List the papers whose main claim can be reproduced, with the verdict, a figure and the time of the committed run; of one paper, claim and rule.";
  return listingCommand("papers", what, ["papers", "papers comp-sum", "reproduce comp-sum --quick"])
    .argument("[slug]", "one of the papers: claim, the rule by which it is judged, and what came out")
    .action(async (slug: string | undefined, { json }: { json: boolean }) => {
      if (slug !== undefined) {
        // For the suggestion of the nearest name.
        const { card } = await loadReproduction(slug);
        const outcome = outcomeOf(slug);
        print(
          json
            ? `${JSON.stringify({ ...card, outcome }, null, 1)}\n`
            : `${paperText(card, outcome, terminalWidth())}\n`,
        );
        return;
      }
      printListing(cards, [{ entries: cards.map(entryOf) }], json);
      if (!json)
        tell(
          "times of two workers; 'minimand papers SLUG' tells claim and rule of one, 'minimand reproduce SLUG' runs it",
        );
    });
}

function entryOf({ slug, title }: PaperCard): Entry {
  const outcome = outcomeOf(slug);
  const [verdict, time] =
    outcome === null ? ["not measured yet", ""] : [outcome.verdict, duration(1000 * outcome.seconds)];
  const label = `${verdict.padEnd("partly reproduced".length)}  ${time.padStart(5)}  ${shortTitle(title)}`;
  return { name: slug, label, about: outcome === null ? [] : [outcome.figure] };
}

/** All of a paper, as a text of a width. */
export function paperText(card: PaperCard, outcome: Outcome | null, width: number): string {
  const { slug, title, arxiv, date, claim, rule, pieces, data } = card;
  const parts: [string, string][] = [
    ["claim", claim],
    ["rule, written before the measured run", rule],
    outcomePart(outcome),
    ["what you can use", pieces.join(", ")],
    ["data", data.length === 0 ? "none" : data.join(", ")],
    ["run it", `minimand reproduce ${slug}`],
  ];
  const lines = (text: string, indent = ""): string[] =>
    wrapText(printable(text), width - indent.length).map((line) => indent + line);
  return [
    ...lines(title),
    ...lines(`arXiv ${arxiv}, ${date}`),
    ...parts.flatMap(([head, text]) => [
      "",
      ...lines(head).map((line) => styleText("bold", line)),
      ...lines(text, "    "),
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
