import { referenceNamed } from "@minimand/compare";
import { Option } from "commander";

/** `--keep` of `compare`. */
export const keepOption = (): Option =>
  new Option(
    "--keep <model>",
    "the model to keep: auto (the loss that is recommended), or a reference, linear or trees",
  )
    .choices(["auto", ...Object.keys(referenceNamed)])
    .default("auto", "auto");
