export { defaultFolder } from "./default-folder.ts";
export { distinctNames, nameOfFile } from "./file-names.ts";
export { asOptions, optionOf } from "./option-of.ts";
export { modelNamed, type Own, originsOf, tryModel } from "./own.ts";
export { prepareComparison } from "./prepare-comparison.ts";
export { type FileOf, type Reading, readTableOf, type TableOf } from "./read-table-of.ts";
export type {
  Comparison,
  ComparisonRequest,
  FileBytes,
  RequestedFile,
  RequestedFiles,
  RequestedTeacher,
} from "./request.ts";
