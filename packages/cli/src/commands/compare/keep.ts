import { referenceNamed } from "@minimand/compare";
import { Option } from "commander";

/** `--keep` of `compare`. */
export const keepOption = (): Option =>
  new Option(
    "--keep <model>",
    "model to keep in the output folder: auto (the recommended loss), or a reference (linear or trees)",
  )
    .choices(["auto", ...Object.keys(referenceNamed)])
    .default("auto", "auto");
