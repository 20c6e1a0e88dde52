import type { Command } from "commander";
import { listing } from "../listing.ts";

/** `minimand data`: the bundled data sets. */
export function define(command: Command): Command {
  const what = "List the bundled data sets; their names can be used wherever a file is expected.";
  return listing(command, what, ["data", "compare pima_diabetes"]).action(
    async ({ json }: { json: boolean }) => {
      const { listData } = await import("./run.ts");
      listData(json);
    },
  );
}
