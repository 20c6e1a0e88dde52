export * from "./choose.ts";
export * from "./safetensors.ts";
export * from "./saved-model.ts";
