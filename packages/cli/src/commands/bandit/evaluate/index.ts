import { Command } from "commander";
import { jsonOption, number, outOption, repeated, seedNumber } from "../../options.ts";
import { banditNames, withBanditSettings } from "../bandit-settings.ts";
import type { EvaluateOptions } from "./run.ts";

/** `minimand bandit evaluate LOG --policy ...`. */
export function banditEvaluateCommand(): Command {
  const command = new Command("evaluate")
    .description("What other policies would have earned, from a log of decisions with their propensities.")
    .argument("<log>", "JSON lines: decisions and their rewards; - for stdin")
    .option(
      "-p, --policy <a,b>",
      `uniform, greedy (the best arm by a regression), arm:NAME, the file of a snapshot, or a bandit that learns along a replay: ${banditNames.join(", ")}. Names with a comma go in double quotes: 'arm:"Billing, refunds"'. May be given several times. Default: uniform,greedy`,
      repeated,
      [],
    )
    .option("--clip <w>", "largest weight of the clipped estimate", number, 10)
    .option("--seed <n>", "of replays", seedNumber, 0);
  return withBanditSettings(command)
    .addOption(outOption("minimand-evaluate-NAME"))
    .addOption(jsonOption("results.json"))
    .addHelpText(
      "after",
      `
Examples:
  minimand bandit evaluate log.jsonl
  minimand bandit evaluate log.jsonl --policy greedy,arm:blue,model.snapshot
  minimand bandit evaluate log.jsonl --policy lin-ucb,neu-fast-cb --gamma 300

A line is a decision, {"decisionId":"1","features":[0.5,1],"actionIds":["red","blue"],"action":0,
"propensity":0.7,"propensities":[0.7,0.3]}, with "reward" in it or in a later line {"decisionId":"1","reward":1}.
The folder holds results.json and report.html.`,
    )
    .action(async (log: string, options: EvaluateOptions) => {
      const { evaluate } = await import("./run.ts");
      await evaluate(log, options);
    });
}
