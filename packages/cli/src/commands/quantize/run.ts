import { join } from "node:path";
import {
  type BitSettings,
  checkBitSettings,
  checkWidths,
  inputColumns,
  type OwnModel,
  type SavedNetwork,
} from "@minimand/compare";
import { type Container, noOnnxOf, quantisedFile } from "@minimand/compare/artifacts";
import { startEngine } from "minimand/start";
import { noteText } from "../../compare/subjects.ts";
import { UsageError } from "../../failure.ts";
import { checkApart } from "../../files/apart.ts";
import { readInput } from "../../files/input.ts";
import { holdOutputFolder } from "../../files/output-folder.ts";
import { readInputTable } from "../../files/read-input-table.ts";
import { replaceTogether } from "../../files/replace-together.ts";
import { checkWritable, writeWhole } from "../../files/write-whole.ts";
import { datasetOf, onlyModel, ownModelOf, readModel } from "../../models/find-models.ts";
import { loadOwn } from "../../own/own-candidates.ts";
import { printableJson, tell } from "../../printable.ts";
import { compilerOf } from "../../run/engine.ts";
import { chooseEngine, type EngineAsked } from "../../run/engine-choice.ts";
import { interruptible } from "../../run/interruptible.ts";
import { progressLine } from "../../run/progress.ts";
import { warnOnce } from "../../run/warnings.ts";
import { print } from "../../terminal/print.ts";
import { terminalWidth } from "../../terminal/terminal-width.ts";
import { quantiseByRows } from "./quantise-rows.ts";
import { quantizeTable } from "./report.ts";

/** What `minimand quantize` was asked. */
export interface QuantizeOptions extends EngineAsked {
  data?: string;
  bits?: number[];
  granularity: NonNullable<BitSettings["granularity"]>;
  activationBits: number;
  endBits?: number;
  method: NonNullable<BitSettings["method"]>;
  container?: Container;
  out?: string;
  json: boolean;
  with: string[];
  damaged: "pad" | "refuse" | "drop";
  strict: boolean;
}

/** Writes a kept model in fewer bits, and prints what each width costs. */
export async function quantize(folder: string, options: QuantizeOptions): Promise<void> {
  const { data, json, container } = options;
  const widths = widthsOf(options);
  if (data === undefined) throw new UsageError("--data: expected a file of rows to quantise by, got none");
  const where = await onlyModel(folder);
  const out = options.out ?? where;
  const isFile = out.endsWith(".onnx");
  const whole = join(where, "model.onnx");
  const files = isFile ? [out] : widths.map(({ bits }) => join(out, quantisedFile(bits)));
  await checkApart(
    { "--data": data, [whole]: whole },
    Object.fromEntries(files.map((file) => [isFile ? "--out" : file, file])),
  );
  const { model, own } = await networkIn(where, options.with);
  const table = await readInputTable(await readInput(data), {
    ...options,
    names: inputColumns(model.description.encoder),
  });
  const { engine, note } = await chooseEngine(options);
  for (const one of table.notes) if (one.about !== "numbers") tell(noteText(one));
  if (note !== null) tell(note);
  await startEngine();
  const compile = await compilerOf(engine, warnOnce(process.stderr));
  const line = progressLine(process.stderr);
  const label = options.method === "ptq" ? "widths" : "epochs of fine-tuning";
  const run = { command: "quantize", folder, ...options, json: false, out: "" };
  const { found, written } = await inPlace(out, run, widths, async () => {
    const found = await interruptible(async (signal) => {
      try {
        return await quantiseByRows(model, table, {
          widths,
          container,
          own,
          compile,
          signal,
          onEpoch: (done, total) => line.update(done, total, label),
        });
      } finally {
        line.clear();
      }
    }, "begins anew");
    for (const one of found.notes) tell(noteText(one));
    if (out === where) await checkSame(where, model);
    return { found, written: await write(found.files, out) };
  });
  const { rows, float } = found;
  const { description } = model;
  const result = {
    model: where,
    dataset: datasetOf(where, model),
    task: description.task,
    granularity: options.granularity,
    method: options.method,
    rows,
    float,
    widths: found.widths.map((width) => ({ ...width, file: written[width.file] })),
  };
  print(json ? `${printableJson(result)}\n` : quantizeTable(result, terminalWidth()));
}

function widthsOf({
  bits,
  granularity,
  activationBits,
  endBits,
  method,
  container,
  out,
}: QuantizeOptions): BitSettings[] {
  if (bits === undefined) throw new UsageError("--bits: expected bits of the weights, 2 to 8, got none");
  const widths = bits.map((one) => ({
    bits: one,
    granularity,
    activationBits,
    method,
    ...(endBits !== undefined && { endBits }),
  }));
  try {
    checkWidths("--bits", bits);
    for (const one of widths) checkBitSettings(one);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(
      error.message.replace(/^activationBits/, "--activation-bits").replace(/^endBits/, "--end-bits"),
    );
  }
  const wide = bits.find((one) => one > 4);
  if (container === "int4" && wide !== undefined)
    throw new UsageError(`--container int4: expected widths of 2 to 4 bits with it, got ${wide}`);
  if (out?.endsWith(".onnx") && bits.length > 1)
    throw new UsageError(`--out: expected a folder for the files of ${bits.length} widths, got '${out}'`);
  return widths;
}

/** The kept network, and the own model that it is of. */
async function networkIn(
  where: string,
  modules: readonly string[],
): Promise<{ model: SavedNetwork; own: OwnModel | undefined }> {
  const model = await readModel(where);
  const { description, weights } = model;
  if (!("network" in description))
    throw new UsageError(
      `${where}: expected a network, got ${"trees" in description ? "gradient-boosted trees, which have no weights to quantise" : "an ensemble of several models"}`,
    );
  if (description.task === "preference")
    throw new UsageError(
      `${where}: expected a model of classes or numbers, got one of preferences, whose rows are pairs`,
    );
  const { members = 1 } = description.network;
  if (members > 1)
    throw new UsageError(
      `${where}: expected a single network to quantise, got ${members}: run compare again with --members 1 or --quantize`,
    );
  const reason = noOnnxOf(description);
  if (reason !== null) throw new UsageError(`${where}: no quantised file: ${reason}`);
  const own = ownModelOf(where, model, (await loadOwn(modules)).models);
  return { model: { description, weights }, own };
}

/** Refuses files next to another model than they are of, which a comparison has written in the meantime. */
async function checkSame(where: string, { weights }: SavedNetwork): Promise<void> {
  if (Buffer.compare((await readModel(where)).weights, weights) !== 0)
    throw new UsageError(
      `${where}: expected the model to stay the same while it is quantised, got another: run quantize again`,
    );
}

/** Works for files that can be written, in a folder that is held: refuses others before. */
async function inPlace<T>(
  out: string,
  run: Record<string, unknown>,
  widths: readonly BitSettings[],
  work: () => Promise<T>,
): Promise<T> {
  if (out.endsWith(".onnx")) {
    await checkWritable(out);
    return await work();
  }
  const files = widths.map(({ bits }) => quantisedFile(bits));
  return await holdOutputFolder({ out, run, files }, async () => {
    for (const file of files) await checkWritable(join(out, file));
    return await work();
  });
}

/** Writes the files, all or none, and says where each is. */
async function write(files: Record<string, Uint8Array>, out: string): Promise<Record<string, string>> {
  const names = Object.keys(files);
  if (out.endsWith(".onnx")) {
    await writeWhole(out, files[names[0]]);
    return { [names[0]]: out };
  }
  await replaceTogether(out, files);
  return Object.fromEntries(names.map((name) => [name, join(out, name)]));
}
