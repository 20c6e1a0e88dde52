export * from "./classification/index.ts";
