import type { Command } from "commander";
import { listing } from "../listing.ts";

/** `minimand papers`: the papers whose claims can be reproduced, and what came of it; with a slug, all of one. */
export function define(command: Command): Command {
  const what =
    "List the papers whose main claim can be reproduced, with the verdict, what held and what did not, and the time of the committed run. With a slug, show the claim of one paper, its rule, the log of the rule, and what to do with it.";
  return listing(command, what, ["papers", "papers comp-sum", "reproduce comp-sum --quick"])
    .argument("[slug]", "one of the papers: claim, the rule by which it is judged, and what came out")
    .action(async (slug: string | undefined, { json }: { json: boolean }) => {
      const { listPapers, showPaper } = await import("./run.ts");
      if (slug === undefined) listPapers(json);
      else await showPaper(slug, json);
    });
}
