import type { TablePart, TreeColumn } from "@minimand/native/onnx";
import { DataError } from "../../data-error.ts";
import { missingWords } from "../../read/cells.ts";
import { farthest } from "../../train/references/tree-columns.ts";
import { UsageError } from "../../usage-error.ts";
import type { SavedTrees } from "../description.ts";
import { treesOf } from "../saved-trees.ts";

/**
 * Returns kept trees as a part of an ONNX file, with all steps between a table and their predictions.
 *
 * @throws UsageError in one line for trees that training left without a model, and for those that ONNX has no equivalent of
 */
export async function partOfTrees(model: SavedTrees): Promise<TablePart> {
  const { description } = model;
  const { scales, only, target, models } = treesOf(model);
  if (only !== null) throw new UsageError("no model.onnx: the training rows have a single class");
  const [{ treesPart }, { readBoostedTrees }] = await Promise.all([
    import("@minimand/native/onnx"),
    import("../../train/references/boosted-trees.ts"),
  ]);
  const { features } = description.encoder;
  try {
    const read = models.map((files) => readBoostedTrees(files, features.length));
    // Models were trained on the same rows, in other orders: their dictionaries are equal.
    const columns = features.map((feature, i): TreeColumn => {
      const { name, date, asMissing } = feature as typeof feature & { date?: unknown };
      const common = { name, asMissing: date === undefined ? asMissing : [] };
      const scale = scales[i];
      return scale === null
        ? { kind: "categorical", ...common, codes: read[0].codes[i] ?? new Map() }
        : { kind: "numeric", ...common, ...scale };
    });
    const output = description.task === "regression" ? target : { classes: description.classes };
    const table = { columns, missingWords: [...missingWords], farthest, output };
    return treesPart(read, table);
  } catch (error) {
    if (error instanceof DataError) throw new UsageError(`no model.onnx: ${error.message}`);
    throw error;
  }
}
