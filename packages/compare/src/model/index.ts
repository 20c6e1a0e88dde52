export * from "./choose.ts";
export { type ModelDescription, readModelDescription, writeModelDescription } from "./description.ts";
export * from "./safetensors.ts";
export * from "./saved-model.ts";
export { checkSums } from "./sums.ts";
export * from "./teacher.ts";
