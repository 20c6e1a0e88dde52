import { granularities, quantisingMethods } from "@minimand/compare";
import { type Command, Option } from "commander";
import {
  damagedOption,
  engineOption,
  place,
  strictOption,
  threadsOption,
  wholeNumber,
  wholeNumbers,
  withOption,
} from "../options.ts";
import type { QuantizeOptions } from "./run.ts";

/** `minimand quantize DIR --data ROWS --bits 4`: a kept model in fewer bits. */
export function define(command: Command): Command {
  return command
    .description(
      "Write the model that compare kept in fewer bits: an ONNX file of integers a width, how many bytes it has, and what it costs on rows held out.",
    )
    .argument("<folder>", "output folder of compare (or its model folder)")
    .option(
      "--data <file>",
      "rows like those that the model was trained on: two of three find step sizes, the third judges; labels are used for nothing but judging",
    )
    .option("-b, --bits <a,b>", "bits of the weights, 2 to 8; several write a file each", wholeNumbers)
    .addOption(
      new Option(
        "--granularity <what>",
        "a step size for each output channel of a layer, or one per layer (tensor)",
      )
        .choices(granularities)
        .default("channel"),
    )
    .option("--activation-bits <n>", "bits of what goes into a layer; they cost no bytes", wholeNumber, 8)
    .option(
      "--end-bits <n>",
      "bits of the weights of the first and the last layer; default: 8 where there are layers between them, else --bits",
      wholeNumber,
    )
    .addOption(
      new Option(
        "--method <method>",
        "qat fine-tunes weights and step sizes until the outputs are near to those in float; ptq rounds",
      )
        .choices(quantisingMethods)
        .default("qat"),
    )
    .addOption(
      new Option(
        "--container <type>",
        "what holds the weights in the file; default: int4, two a byte, up to 4 bits, else int8",
      ).choices(["int8", "int4"]),
    )
    .option(
      "-o, --out <place>",
      "folder for the files, or a file.onnx for a single width; default: the folder of the model",
      place,
    )
    .option("--json", "say what was written as JSON", false)
    .addOption(withOption("with the own model that it is of"))
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(damagedOption(["drop", "pad", "refuse"], "drop"))
    .addOption(strictOption())
    .addHelpText(
      "after",
      "\nkB are 1000 bytes. The file takes columns and gives predictions, as model.onnx does: predict reads it, too. The model has to be a single network: run compare with --quantize or --members 1.\n\nExamples:\n  minimand quantize minimand-churn --data churn.csv --bits 4\n  minimand quantize minimand-churn --data new-customers.csv --bits 8,4,2 --out web/\n  minimand quantize minimand-churn --data churn.csv --bits 8 --method ptq --granularity tensor --out churn-int8.onnx\n  minimand predict web/model-4bit.onnx new-customers.csv",
    )
    .action(async (folder: string, options: QuantizeOptions) => {
      const { quantize } = await import("./run.ts");
      await quantize(folder, options);
    });
}
