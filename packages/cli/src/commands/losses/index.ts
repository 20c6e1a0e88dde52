import type { Command } from "commander";
import { listing } from "../listing.ts";
import { withOption } from "../options.ts";
import type { LossesOptions } from "./run.ts";

/** `minimand losses`: the losses of the comparison, and the optimizers and steps that may minimise them. */
export function define(command: Command): Command {
  const what =
    "List the losses, optimizers and training steps that can be compared, with parameters, paper and formula.";
  listing(command, what, ["losses", "losses --json", "losses --with ./my-losses.ts"]);
  command.addOption(withOption("that exports candidates"));
  return command.action(async (options: LossesOptions) => {
    const { listLosses } = await import("./run.ts");
    await listLosses(options);
  });
}
