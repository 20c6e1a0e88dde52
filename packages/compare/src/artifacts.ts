/* What a comparison ends with: results, kept models and their files. ONNX files are written by `@minimand/native`. */
export type { Contents } from "./model/artifacts/contents.ts";
export { metadataOf, onnxSchema } from "./model/artifacts/metadata.ts";
export { noOnnxOf, onnxOf, tableOf } from "./model/artifacts/onnx-of.ts";
export {
  type Container,
  eachWidth,
  quantisedOnnx,
  usualContainer,
} from "./model/artifacts/quantised-models.ts";
export { isModelFile, quantisedFile } from "./model/model-files.ts";
export { type Finishing, finishComparison } from "./run/finish-comparison.ts";
