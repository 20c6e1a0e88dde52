export * from "./choose.ts";
export { type ModelDescription, readModelDescription } from "./description.ts";
export * from "./safetensors.ts";
export * from "./saved-model.ts";
export * from "./teacher.ts";
