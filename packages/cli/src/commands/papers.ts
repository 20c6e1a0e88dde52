import { cards } from "@minimand/papers";
import type { Command } from "commander";
import { tell } from "../printable.ts";
import { listingCommand, printListing } from "./listing.ts";

/** `minimand papers`: the papers whose claims can be reproduced. */
export function papersCommand(): Command {
  const what = "List the papers whose main claim can be reproduced, and the rule by which it is judged.";
  return listingCommand("papers", what, ["papers", "reproduce comp-sum --quick"]).action(({ json }) => {
    const listing = {
      head: ["slug", "paper", "claim", "reproduced if"],
      // A slug is typed as it stands here.
      widths: [2 + Math.max(...cards.map(({ slug }) => slug.length)), 34, 46, 56],
      rows: cards.map(({ slug, title, arxiv, date, claim, rule }) => [
        ...[slug, `${title}\narXiv:${arxiv}, ${date}`, claim, rule],
      ]),
    };
    printListing({ all: cards, ...listing }, json);
    if (!json) tell("'minimand reproduce SLUG' runs one of them");
  });
}
