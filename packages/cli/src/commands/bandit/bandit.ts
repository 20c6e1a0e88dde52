import { Command } from "commander";
import { helpfulAlone } from "../helpful-alone.ts";
import { banditEvaluateCommand } from "./bandit-evaluate.ts";
import { banditSimulateCommand } from "./bandit-simulate.ts";

/** `minimand bandit ...`. */
export function banditCommand(): Command {
  return helpfulAlone(new Command("bandit"))
    .description("Contextual bandits: simulate them on a table, or judge policies by a log of decisions.")
    .addCommand(banditSimulateCommand())
    .addCommand(banditEvaluateCommand());
}
