/* What a comparison ends with: results, kept models and their files. ONNX files are written by `@minimand/native`. */
export type { Contents } from "./contents.ts";
export { type Finishing, finishComparison } from "./finish-comparison.ts";
export { metadataOf, noOnnxOf, onnxOf, onnxSchema, tableOf } from "./onnx-of.ts";
export {
  type Container,
  eachWidth,
  quantisedFile,
  quantisedOnnx,
  usualContainer,
} from "./quantised-models.ts";
