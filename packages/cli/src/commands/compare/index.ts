import type { Command } from "commander";
import { type CompareOptions, withCompareOptions } from "./compare-options.ts";

/** `minimand compare FILE... --target COLUMN`. */
export function define(command: Command): Command {
  command
    .description(
      "Which training loss helps on these data: trains all of them under equal conditions and says which are better than cross-entropy, which are the same, and where the data do not decide.",
    )
    .argument(
      "<file...>",
      "CSV, TSV, JSON lines or Parquet (also .gz); a bundled name ('minimand data'); - for stdin",
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

The folder holds results.json, report.html, the kept model and all finished trials; the same command
again continues where it was stopped.`,
    )
    .action(async (files: string[], options: CompareOptions) => {
      const { compare } = await import("./run.ts");
      await compare(files, options);
    });
}
