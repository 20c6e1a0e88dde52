export * from "./architecture/index.ts";
export * from "./cosine-classifier.ts";
export { weightRows } from "./dense-weight.ts";
export * from "./flat.ts";
export { cosineHeadScale, type Head, heads } from "./head.ts";
export { type Embed, HypersphereClassifier } from "./hypersphere-classifier.ts";
export type { HypersphereData } from "./hypersphere-data.ts";
export * from "./mlp.ts";
export * from "./model.ts";
