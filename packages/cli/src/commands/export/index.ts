import { join } from "node:path";
import { listed, type OwnModel, type SavedModel, weightsFile } from "@minimand/compare";
import { onnxOf } from "@minimand/compare/keep";
import type { Command } from "commander";
import { UsageError } from "../../failure.ts";
import { writeWhole } from "../../files/write-whole.ts";
import {
  checkOutside,
  datasetOf,
  modelFolders,
  noModel,
  ownModelOf,
  readModel,
} from "../../models/find-models.ts";
import { loadOwn } from "../../own/own-candidates.ts";
import { printable, printableJson } from "../../printable.ts";
import { print } from "../../terminal/print.ts";
import { place, withOption } from "../options.ts";

interface Options {
  with: string[];
  out?: string;
  dataset?: string;
  json: boolean;
}

interface Kept {
  place: string;
  dataset: string;
  model: SavedModel;
}

/** `minimand export DIR`: kept models as ONNX files. */
export function define(command: Command): Command {
  return command
    .argument("<folder>", "output folder of compare (or its model folder)")
    .description(
      "Write the model that compare kept as model.onnx, which ONNX runtimes on servers, phones and in browsers run: columns of a table in, predictions out.",
    )
    .option("-o, --out <file>", "file to write; default: model.onnx beside the model", place)
    .option("--dataset <name>", "only the model of this data set, where there are several")
    .option("--json", "say what was written as JSON", false)
    .addOption(withOption("with the own model that it is of"))
    .addHelpText(
      "after",
      "\nExamples:\n  minimand export minimand-churn --out churn.onnx\n  minimand export minimand-a-b-c --dataset b --json",
    )
    .action(async (folder: string, options: Options) => {
      const { models } = await loadOwn(options.with);
      const chosen = choose(await keptIn(folder), options);
      const written = [];
      for (const { place, dataset, model } of chosen) {
        const out = options.out ?? join(place, "model.onnx");
        await checkOutside(out, place, ["model.json", weightsFile(model.description)]);
        written.push(await write(out, dataset, model, ownModelOf(place, model, models)));
      }
      print(
        options.json
          ? `${printableJson(written)}\n`
          : written
              .map(
                ({ file, outputs }) =>
                  `${printable(`${file}: ${outputs.map(({ name }) => name).join(", ")}`)}\n`,
              )
              .join(""),
      );
    });
}

async function keptIn(folder: string): Promise<Kept[]> {
  const places = await modelFolders(folder);
  if (places.length === 0) throw noModel(folder);
  return Promise.all(
    places.map(async (place) => {
      const model = await readModel(place);
      return { place, dataset: datasetOf(place, model), model };
    }),
  );
}

function choose(kept: readonly Kept[], { out, dataset }: Options): readonly Kept[] {
  const names = listed(kept.map((one) => one.dataset));
  const chosen = dataset === undefined ? kept : kept.filter((one) => one.dataset === dataset);
  if (chosen.length === 0) throw new UsageError(`--dataset: expected one of ${names}, got '${dataset}'`);
  if (out !== undefined && chosen.length > 1)
    throw new UsageError(`--out: expected --dataset beside it, one of ${names}, got none`);
  return chosen;
}

async function write(file: string, dataset: string, model: SavedModel, own: OwnModel | undefined) {
  const { modelInfo } = await import("@minimand/native");
  const bytes = await onnxOf(model, own);
  await writeWhole(file, bytes);
  const { task, candidate } = model.description;
  const { inputs, outputs } = modelInfo(bytes);
  return { file, dataset, task, loss: candidate, inputs, outputs };
}
