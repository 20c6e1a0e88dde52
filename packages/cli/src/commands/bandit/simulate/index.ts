import { Command } from "commander";
import {
  jsonOption,
  list,
  missingOption,
  outOption,
  place,
  wholeNumber,
  withDatasetOptions,
} from "../../options.ts";
import { banditNames, withBanditSettings } from "../bandit-settings.ts";
import type { SimulateOptions } from "./run.ts";

/** `minimand bandit simulate TABLE --target COLUMN`. */
export function banditSimulateCommand(): Command {
  const command = new Command("simulate")
    .description(
      "Play a table of classes as a bandit: a row a round, an arm a class, reward 1 for the right one. Shows the regret of several bandits.",
    )
    .argument(
      "<table>",
      "CSV, TSV, JSON lines or Parquet (also .gz); a bundled name ('minimand data'); - for stdin",
    )
    .option("-t, --target <column>", "the column of the classes (bundled data know theirs)")
    .option(
      "-a, --algorithms <a,b>",
      `bandits, of ${banditNames.join(", ")}; default: all but lin-exp3`,
      list,
      banditNames.filter((name) => name !== "lin-exp3"),
    )
    .option("--rounds <n>", "default: one pass over the rows", wholeNumber)
    .option("-s, --seeds <n>", "repeats, each with its own order of the rows", wholeNumber, 5)
    .option("--delay <n>", "rewards come so many rounds late", wholeNumber, 0)
    .option(
      "-w, --workers <n>",
      "worker threads (results don't depend on it); default: one a core",
      wholeNumber,
    )
    .addOption(missingOption());
  return withBanditSettings(withDatasetOptions(command))
    .option(
      "--log <file>",
      "write a log of the first bandit's first repeat (JSON lines), for 'bandit evaluate'",
      place,
    )
    .addOption(outOption("minimand-bandit-NAME"))
    .addOption(jsonOption("results.json"))
    .addHelpText(
      "after",
      `
Examples:
  minimand bandit simulate digits
  minimand bandit simulate clicks.csv --target variant --algorithms neu-fast-cb,lin-ucb --delay 50
  minimand bandit simulate digits --algorithms neural-epsilon-greedy --seeds 1 --log log.jsonl

The folder holds results.json and report.html.`,
    )
    .action(async (table: string, options: SimulateOptions) => {
      const { simulate } = await import("./run.ts");
      await simulate(table, options);
    });
}
