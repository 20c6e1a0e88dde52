import { join } from "node:path";
import { listed } from "@minimand/compare";
import type { Compile } from "minimand/engine";
import { startEngine } from "minimand/start";
import { UsageError } from "../../failure.ts";
import { holdOutputFolder } from "../../files/output-folder.ts";
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
import { rowTables } from "../row-table.ts";
import { readEnhancer } from "./detector-view.ts";
import type { EnhanceFile } from "./enhance-file.ts";
import { enhanceAll } from "./enhance-run.ts";
import type { EnhanceMethod } from "./method-names.ts";
import { pictureFiles } from "./picture-files.ts";
import { enhanceRows, renderEnhance } from "./report.ts";

/** What `minimand enhance` was asked. */
export interface EnhanceOptions extends Pick<EngineAsked, "engine"> {
  method: EnhanceMethod;
  gamma?: number;
  compare: boolean;
  steps?: number;
  seed?: number;
  model?: string;
  out: string;
  json: boolean;
}

/** Writes brightened pictures into a folder. */
export async function enhance(paths: string[], options: EnhanceOptions): Promise<void> {
  const { method, gamma = 0.4, compare, steps = 150, seed = 0, model, out } = options;
  checkUsed(options);
  if (!(gamma > 0)) throw new RangeError(`--gamma: expected a number > 0, got ${gamma}`);
  if (!(steps >= 1)) throw new RangeError(`--steps: expected an integer >= 1, got ${steps}`);
  if (method === "detector-view" && model === undefined)
    throw new UsageError("--model: expected a FeatEnHancer with --method detector-view, got none");
  const files = await pictureFiles(paths, out);
  // Missing, it would be so for each picture.
  await loadSharp();
  await startEngine();
  const compile = compare || slow.includes(method) ? await compilerFor(options) : undefined;
  const enhancer =
    model === undefined ? null : readEnhancer((await readBytes(model, model)).bytes, model, compile);
  const names = files.map(({ name }) => name);
  const schema = "minimand.enhance/1";
  const output = {
    out,
    run: { command: "enhance", paths, ...options, json: false, out: "" },
    files: ["enhance.html", "results.json", ...names],
    schema,
  };
  const work = async (signal: AbortSignal): Promise<void> => {
    const done = await enhanceAll({
      files,
      out,
      method,
      gamma,
      compare,
      steps,
      seed,
      enhancer,
      compile,
      signal,
    });
    const { zeroDce, pictures, leftOut, shown } = done;
    const file: EnhanceFile = {
      schema,
      created: new Date().toISOString(),
      versions: versions(),
      method,
      gamma,
      zeroDce,
      pictures,
      leftOut,
    };
    await replaceTogether(out, {
      "enhance.html": renderEnhance(file, shown),
      "results.json": `${JSON.stringify(file, null, 1)}\n`,
    });
    print(options.json ? `${printableJson(file)}\n` : `${rowTables(enhanceRows(file), terminalWidth())}\n`);
    tell(`${join(out, "enhance.html")} shows them before and after`);
    if (leftOut.length > 0)
      throw new UsageError(
        `pictures: expected ${files.length} that can be read and written, got ${pictures.length} and not ${listed(
          leftOut.map(({ file }) => file),
          5,
        )}`,
      );
  };
  await holdOutputFolder(output, () => interruptible(work, "begins anew")).finally(() => enhancer?.dispose());
}

/** Refuses settings of methods that are neither written nor shown. */
function checkUsed({ method, compare, gamma, steps, seed, model }: EnhanceOptions): void {
  const settings: [name: string, value: unknown, of: EnhanceMethod][] = [
    ["--gamma", gamma, "gamma"],
    ["--steps", steps, "zero-dce"],
    ["--seed", seed, "zero-dce"],
    ["--model", model, "detector-view"],
  ];
  for (const [name, value, of] of settings)
    if (value !== undefined && method !== of && !compare)
      throw new UsageError(`${name}: expected --method ${of} or --compare with it, got neither`);
}

/** What is computed by networks. */
const slow: readonly EnhanceMethod[] = ["zero-dce", "detector-view"];

async function compilerFor(options: EnhanceOptions): Promise<Compile | undefined> {
  const { engine, note } = await chooseEngine(options);
  if (note !== null) tell(note);
  return compilerOf(engine, warnOnce(process.stderr));
}
