import { type Command, Option } from "commander";
import { engineOption, jsonOption, number, outOption, place, seedNumber, wholeNumber } from "../options.ts";
import { enhanceMethods, methodHelp } from "./method-names.ts";
import type { EnhanceOptions } from "./run.ts";

/** `minimand enhance PICTURES...`. */
export function define(command: Command): Command {
  return command
    .description("Brighten dark pictures by classical methods, and show them before and after.")
    .argument("<pictures...>", "PNG, JPEG or WebP files, or folders of them")
    .addOption(
      new Option("--method <name>", "how pictures are brightened (methods below); default: adaptive-gamma")
        .choices(enhanceMethods)
        .default("adaptive-gamma", "adaptive-gamma"),
    )
    .option("--gamma <x>", "exponent of the method gamma, below 1 it brightens; default: 0.4", number)
    .option("--compare", "show all methods on the contact sheet, not only the one that is written", false)
    .option("--steps <n>", "of fitting zero-dce; default: 150", wholeNumber)
    .option("--seed <n>", "of fitting zero-dce; default: 0", seedNumber)
    .option("--model <file>", "FeatEnHancer that you trained, for detector-view (docs/enhance.md)", place)
    .addOption(engineOption())
    .addOption(outOption("minimand-enhance").default("minimand-enhance", "minimand-enhance"))
    .addOption(jsonOption("results.json"))
    .addHelpText(
      "after",
      `
Methods:
${enhanceMethods.map((name) => `  ${name.padEnd(16)}${methodHelp[name]}`).join("\n")}

Examples:
  minimand enhance photos/ --out bright/
  minimand enhance photos/ --out bright/ --compare
  minimand enhance night.jpg dusk.png --method gamma --gamma 0.5
  minimand enhance photos/ --method zero-dce --steps 400

The folder holds the pictures under their names (it replaces files of these names), enhance.html with all before and
after, and results.json. For a picture that can't be read, the command prints one line, goes on with the others, and ends
with exit code 2.`,
    )
    .action(async (pictures: string[], options: EnhanceOptions) => {
      const { enhance } = await import("./run.ts");
      await enhance(pictures, options);
    });
}
