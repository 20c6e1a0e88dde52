export type { HostPicture } from "./crops.ts";
export * from "./equalize-histogram.ts";
export * from "./gamma.ts";
export * from "./retinex.ts";
export * from "./standardize-pictures.ts";
export * from "./train-zero-dce.ts";
export * from "./zero-dce.ts";
export * from "./zero-dce-loss.ts";
