import { cards } from "@minimand/papers";
import Table from "cli-table3";
import { Command } from "commander";
import { tell } from "../printable.ts";

/** `minimand papers`: the papers whose claims can be reproduced. */
export function papersCommand(): Command {
  return new Command("papers")
    .description("List the papers whose main claim can be reproduced, and the rule by which it is judged.")
    .option("--json", "machine-readable", false)
    .addHelpText("after", "\nExamples:\n  minimand papers\n  minimand reproduce comp-sum --quick")
    .action(({ json }: { json: boolean }) => {
      if (json) {
        process.stdout.write(`${JSON.stringify(cards, null, 1)}\n`);
        return;
      }
      const table = new Table({
        head: ["slug", "paper", "claim", "reproduced if"],
        style: { head: [], border: [] },
        wordWrap: true,
        // A slug is typed as it stands here.
        colWidths: [2 + Math.max(...cards.map(({ slug }) => slug.length)), 34, 46, 56],
      });
      for (const { slug, title, arxiv, date, claim, rule } of cards)
        table.push([slug, `${title}\narXiv:${arxiv}, ${date}`, claim, rule]);
      process.stdout.write(`${table.toString()}\n`);
      tell("'minimand reproduce SLUG' runs one of them");
    });
}
