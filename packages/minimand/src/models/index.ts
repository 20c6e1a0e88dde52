export * from "./cosine-classifier.ts";
export * from "./flat.ts";
export { type Embed, HypersphereClassifier, type HypersphereData } from "./hypersphere-classifier.ts";
export * from "./mlp.ts";
export * from "./model.ts";
