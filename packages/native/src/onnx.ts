/*
 * Functions of arrays written as ONNX, in Node and in pages: nothing here needs ONNX Runtime or Node. What runs them there
 * is the rest of the package.
 */
export { type ModelInfo, modelInfo } from "./export/model-info.ts";
export { sumKey } from "./export/own-sum.ts";
export { type QdqOptions, toOnnxQdq } from "./export/quantized.ts";
export { tabularPart, tabularToOnnx, tabularToOnnxQdq } from "./export/tabular.ts";
export type { CategoricalColumn, NumericColumn, TabularModel } from "./export/tabular-model.ts";
export { type ExportOptions, toOnnx } from "./export/to-onnx.ts";
export {
  type BoostedTrees,
  type TreeColumn,
  type TreeNode,
  type TreeSplit,
  type TreeTable,
  treesPart,
  treesToOnnx,
} from "./export/trees.ts";
export type { Apply, InputDescription } from "./export/write-at.ts";
export { ensembleToOnnx, type TablePart, type WeightedPart } from "./export/write-tables.ts";
export { UnsupportedPrimitiveError } from "./lower/lower.ts";
export type { Port } from "./onnx/model.ts";
export { type OnnxProgram, programInputs, toOnnxLoop, toOnnxProgram } from "./write/onnx-program.ts";
export { fedType, type ProgramInput, type ProgramOutput } from "./write/ports.ts";
