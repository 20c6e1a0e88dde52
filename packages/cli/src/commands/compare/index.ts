import type { Command } from "commander";
import { type CompareOptions, withCompareOptions } from "./compare-options.ts";

/** `minimand compare FILE... --target COLUMN`. */
export function define(command: Command): Command {
  command
    .description(
      "Find out which training losses help on your table. The command trains them under equal conditions. It reports which are better than cross-entropy, which are practically the same, and for which the data are too few to decide.",
    )
    .argument(
      "<file...>",
      "table: CSV, TSV, JSON lines or Parquet (also .gz); or a bundled one ('minimand data' lists them); - for stdin",
    );
  return withCompareOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  minimand compare pima_diabetes
  minimand compare churn.csv --target churned --metric f1 --seeds 5 --out churn
  minimand compare sales.parquet --target price --losses squared,huber,cauchy
  zcat big.csv.gz | minimand compare - --target label --budget 10m --json > results.json
  minimand compare a.csv b.csv c.csv --target y       average ranks over data sets
  minimand compare clicks.csv --target converted --bag-column report_id    learning from totals of bags
  minimand compare new.csv --target y --hidden 16 --distill-from minimand-old    a small model from a large one
  minimand compare churn --with ./focal2.ts --losses focal,focal2    a loss of your own
  minimand compare clinic.csv --target y --unlabeled other-clinic.csv    few labels here, many rows from elsewhere
  minimand compare pairs.jsonl --task preference    prompt, chosen, rejected; or a CSV of price_chosen, price_rejected, ...
  minimand compare churn --keep trees    predict by the trees that were compared, not by a network
  minimand compare churn --quantize 8,4,2    what the model costs in fewer bits, for a page or a phone

The output folder contains results.json, report.html, the kept model and all finished trials. If a run
is stopped, the same command continues it.`,
    )
    .action(async (files: string[], options: CompareOptions) => {
      const { compare } = await import("./run.ts");
      await compare(files, options);
    });
}
