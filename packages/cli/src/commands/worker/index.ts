import { type Command, Option } from "commander";
import {
  cacheOption,
  engineOption,
  storeOption,
  threadsOption,
  wholeNumber,
  withOption,
} from "../options.ts";
import type { WorkerOptions } from "./run.ts";

/** `minimand worker`: computes trials of the runs of a store. */
export function define(command: Command): Command {
  return command
    .description(
      "Compute trials of the runs in a store, together with whoever else does; it may join and leave at any time, and nothing is lost.",
    )
    .addOption(storeOption())
    .option("-w, --workers <n>", "trials at a time; default: one a core, fewer with --threads", wholeNumber)
    .addOption(new Option("-c, --concurrency <n>").argParser(wholeNumber).hideHelp().conflicts("workers"))
    .addOption(withOption("that runs in the store bring candidates or a model from: the same code as theirs"))
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(cacheOption())
    .addHelpText(
      "after",
      `
Examples:
  minimand worker --store postgres://db.example.org/minimand
  DATABASE_URL=postgres://me:secret@db.example.org/minimand minimand worker
  minimand worker --store postgres: --workers 4 --with ./focal2.ts

Ctrl-C or SIGTERM: what it has begun is given to others, and it leaves with exit code 0.`,
    )
    .action(async (options: WorkerOptions) => {
      const { worker } = await import("./run.ts");
      await worker(options);
    });
}
