import { type Command, Option } from "commander";
import {
  cacheOption,
  engineOption,
  jsonOption,
  outOption,
  storeOption,
  threadsOption,
  wholeNumber,
  workersOption,
} from "../options.ts";
import type { ReproduceOptions } from "./run.ts";

/** `minimand reproduce SLUG`: runs one paper's claim. */
export function define(command: Command): Command {
  return command
    .description(
      "Run the main claim of a paper and judge it by the rule on the paper's card. A claim that does not show is a result like any other: the exit code is 0.",
    )
    .argument("<slug>", "the paper ('minimand papers' lists them)")
    .option("-s, --seeds <n>", "number of seeds; default: the scale's own", wholeNumber)
    .addOption(
      new Option(
        "--first-seed <n>",
        "the seed that others count from: other ones than the paper's page has, as a check of it; seeds of tuning are refused",
      )
        .argParser(wholeNumber)
        .conflicts("tune"),
    )
    .addOption(new Option("--quick", "a smoke test of seconds; its verdict means nothing").conflicts("full"))
    .addOption(new Option("--full", "all that the claim asks, which may take hours").conflicts("quick"))
    .option("--tune", "choose hyperparameters on other seeds; writes tuned.json instead of a report")
    .addOption(workersOption())
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(
      new Option(
        "--data <folder>",
        "more data sets: NAME.csv.gz, images/NAME-images.idx3.gz, text/NAME.txt.gz, ...",
      ).env("MINIMAND_DATA"),
    )
    .addOption(storeOption())
    .addOption(cacheOption())
    .addOption(outOption("minimand-reproduce-SLUG"))
    .addOption(jsonOption("report.json (or tuned.json)"))
    .addHelpText(
      "after",
      `
Examples:
  minimand reproduce comp-sum
  minimand reproduce ldr --quick --workers 2
  minimand reproduce ensloss --seeds 10 --out ensloss --json > report.json
  minimand reproduce lion --seeds 5 --first-seed 100

The folder holds report.json, report.html and all finished trials; the same command again continues
where it was stopped.

Exit codes: 0 whatever the verdict is, 2 a fault in what was asked or given, 130 interrupted.`,
    )
    .action(async (slug: string, options: ReproduceOptions) => {
      const { reproduce } = await import("./run.ts");
      await reproduce(slug, options);
    });
}
