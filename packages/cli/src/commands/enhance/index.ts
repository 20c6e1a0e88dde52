import { join } from "node:path";
import { listed } from "@minimand/compare";
import { type Command, Option } from "commander";
import type { Compile } from "minimand/engine";
import { startEngine } from "minimand/start";
import { UsageError } from "../../failure.ts";
import { unmakeFolder } from "../../files/make-folder.ts";
import { makeOutputFolder } from "../../files/output-folder.ts";
import { readBytes } from "../../files/read-bytes.ts";
import { replaceTogether } from "../../files/replace-together.ts";
import { loadSharp } from "../../pictures/load-sharp.ts";
import { printableJson, tell } from "../../printable.ts";
import { compilerOf } from "../../run/engine.ts";
import { chooseEngine, type EngineAsked } from "../../run/engine-choice.ts";
import { interruptible } from "../../run/interruptible.ts";
import { warnOnce } from "../../run/warnings.ts";
import { print } from "../../terminal/print.ts";
import { terminalWidth } from "../../terminal/terminal-width.ts";
import { versions } from "../../version.ts";
import { engineOption, jsonOption, number, outOption, place, seedNumber, wholeNumber } from "../options.ts";
import { rowTables } from "../row-table.ts";
import { readEnhancer } from "./detector-view.ts";
import type { EnhanceFile } from "./enhance-file.ts";
import { enhanceAll } from "./enhance-run.ts";
import { type EnhanceMethod, enhanceMethods, methodHelp } from "./methods.ts";
import { pictureFiles } from "./picture-files.ts";
import { enhanceRows, renderEnhance } from "./report.ts";

interface Options extends Pick<EngineAsked, "engine"> {
  method: EnhanceMethod;
  gamma?: number;
  compare: boolean;
  steps?: number;
  seed?: number;
  model?: string;
  out: string;
  json: boolean;
}

/** `minimand enhance PICTURES...`. */
export function define(command: Command): Command {
  return command
    .description("Brighten dark pictures by classical methods, and show them before and after.")
    .argument("<pictures...>", "PNG, JPEG or WebP files, or folders of them")
    .addOption(
      new Option(
        "--method <name>",
        `${enhanceMethods.map((name) => `${name} (${methodHelp[name]})`).join(", ")}; default: adaptive-gamma`,
      )
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
Examples:
  minimand enhance photos/ --out bright/
  minimand enhance photos/ --out bright/ --compare
  minimand enhance night.jpg dusk.png --method gamma --gamma 0.5
  minimand enhance photos/ --method zero-dce --steps 400

The folder holds the pictures under their names (files of these names that are there are replaced), enhance.html with
all before and after, and results.json. A picture
that can't be read is left out with one line, the others are done, and the exit code is 2.`,
    )
    .action(enhance);
}

async function enhance(paths: string[], options: Options): Promise<void> {
  const { method, gamma = 0.4, compare, steps = 150, seed = 0, model, out } = options;
  checkUsed(options);
  if (!(gamma > 0)) throw new RangeError(`--gamma: expected a number > 0, got ${gamma}`);
  if (!(steps >= 1)) throw new RangeError(`--steps: expected an integer >= 1, got ${steps}`);
  if (method === "detector-view" && model === undefined)
    throw new UsageError("--model: expected a FeatEnHancer beside --method detector-view, got none");
  const files = await pictureFiles(paths, out);
  // Missing, it would be so for each picture.
  await loadSharp();
  await startEngine();
  const compile = compare || slow.includes(method) ? await compilerFor(options) : undefined;
  const enhancer =
    model === undefined ? null : readEnhancer((await readBytes(model, model)).bytes, model, compile);
  const names = files.map(({ name }) => name);
  const created = await makeOutputFolder(out, names);
  try {
    await interruptible(async (signal) => {
      const done = await enhanceAll({
        ...{ files, out, method, gamma, compare, steps, seed, enhancer, compile, signal },
      });
      const { zeroDce, pictures, leftOut, shown } = done;
      const file: EnhanceFile = {
        ...{ schema: "minimand.enhance/1", created: new Date().toISOString(), versions: versions() },
        ...{ method, gamma, zeroDce, pictures, leftOut },
      };
      await replaceTogether(out, {
        "enhance.html": renderEnhance(file, shown),
        "results.json": `${JSON.stringify(file, null, 1)}\n`,
      });
      print(options.json ? `${printableJson(file)}\n` : `${rowTables(enhanceRows(file), terminalWidth())}\n`);
      tell(`${join(out, "enhance.html")} shows them before and after`);
      if (leftOut.length > 0)
        throw new UsageError(
          `pictures: expected ${files.length} that can be read, got ${pictures.length} and not ${listed(
            leftOut.map(({ file }) => file),
            5,
          )}`,
        );
    }, "begins anew");
  } finally {
    enhancer?.dispose();
    // One that something was written to stays.
    await unmakeFolder(out, created);
  }
}

/** Refuses settings of methods that are neither written nor shown. */
function checkUsed({ method, compare, gamma, steps, seed, model }: Options): void {
  const settings: [name: string, value: unknown, of: EnhanceMethod][] = [
    ["--gamma", gamma, "gamma"],
    ["--steps", steps, "zero-dce"],
    ["--seed", seed, "zero-dce"],
    ["--model", model, "detector-view"],
  ];
  for (const [name, value, of] of settings)
    if (value !== undefined && method !== of && !compare)
      throw new UsageError(`${name}: expected --method ${of} or --compare beside it, got neither`);
}

/** What is computed by networks. */
const slow: readonly EnhanceMethod[] = ["zero-dce", "detector-view"];

async function compilerFor(options: Options): Promise<Compile | undefined> {
  const { engine, note } = await chooseEngine(options);
  if (note !== null) tell(note);
  return compilerOf(engine, warnOnce(process.stderr));
}
