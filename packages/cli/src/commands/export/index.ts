import { type Command, Option } from "commander";
import { place, withOption } from "../options.ts";

/** `minimand export FOLDER`: refused with the place of the file, since compare writes it. */
export function define(command: Command): Command {
  return (
    command
      .argument("<folder>", "output folder of compare (or its model folder)")
      .description("Removed: compare writes its model as model.onnx, next to model.json.")
      // Old commands are answered with the file, not with an unknown option.
      .addOption(new Option("-o, --out <file>").argParser(place).hideHelp())
      .addOption(new Option("--dataset <name>").hideHelp())
      .addOption(new Option("--json").hideHelp())
      .addOption(withOption("with the own model that it is of").hideHelp())
      .action(async (folder: string) => {
        const { refuseExport } = await import("./run.ts");
        await refuseExport(folder);
      })
  );
}
