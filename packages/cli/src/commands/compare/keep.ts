import { keepable } from "@minimand/compare";
import { Option } from "commander";

/** `--keep` of `compare`. */
export const keepOption = (): Option =>
  new Option(
    "--keep <model>",
    "model to keep in the output folder: auto (the recommended loss), linear, trees, or ensemble (the weighted mean of the baseline and both)",
  )
    .choices(["auto", ...Object.keys(keepable)])
    .default("auto", "auto");
