import type { Command } from "commander";
import { helpfulAlone } from "../helpful-alone.ts";
import { banditEvaluateCommand } from "./evaluate/index.ts";
import { banditSimulateCommand } from "./simulate/index.ts";

/** `minimand bandit ...`. */
export function define(command: Command): Command {
  return helpfulAlone(command)
    .description("Contextual bandits: simulate them on a table, or judge policies by a log of decisions.")
    .addCommand(banditSimulateCommand())
    .addCommand(banditEvaluateCommand());
}
