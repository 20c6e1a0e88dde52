import { Command } from "commander";
import { place, storeOption } from "../options.ts";
import type { RunsOptions } from "./run.ts";

/** `minimand runs ...`: the runs of a store. */
export function define(command: Command): Command {
  command.description("The runs of a store: what they are, how far, and who works on them.").addHelpText(
    "after",
    `
Examples:
  minimand runs --store postgres://db.example.org/minimand
  minimand runs show 4f2a --out churn      results, report and model of a finished run
  minimand runs cancel 4f2a
  minimand runs resume 4f2a
  minimand runs remove 4f2a                results, models and data that no other run needs

A run may be named by the beginning of its id.`,
  );
  const run = () => import("./run.ts");
  const sub = (name: string, what: string): Command =>
    new Command(name).description(what).addOption(storeOption()).option("--json", "machine-readable", false);
  return command
    .addCommand(
      sub("list", "All runs with state and progress, and the workers that are there.").action(
        async (options: RunsOptions) => (await run()).list(options),
      ),
      {
        isDefault: true,
      },
    )
    .addCommand(
      sub("show", "One run: state, what happened, and what came of it.")
        .argument("<id>", "the run")
        .option("-o, --out <folder>", "write its results, report and model there", place)
        .action(async (id: string, options: RunsOptions & { out?: string }) =>
          (await run()).show(id, options),
        ),
    )
    .addCommand(
      sub("cancel", "Stop a run; what is computed of it stays.")
        .argument("<id>", "the run")
        .action(async (id: string, options: RunsOptions) => (await run()).cancel(id, options)),
    )
    .addCommand(
      sub(
        "resume",
        "Let a run go on that was cancelled or has failed, or of which trials have failed: they are tried again.",
      )
        .argument("<id>", "the run")
        .action(async (id: string, options: RunsOptions) => (await run()).resume(id, options)),
    )
    .addCommand(
      sub("remove", "Delete a run that is at its end, with all in the store that no other run needs.")
        .argument("<id>", "the run")
        .action(async (id: string, options: RunsOptions) => (await run()).remove(id, options)),
    );
}
