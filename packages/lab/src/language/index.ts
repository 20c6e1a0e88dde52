export * from "./beam-search.ts";
export { cachedLogits } from "./cached-logits.ts";
export * from "./causal-transformer.ts";
export * from "./generate.ts";
export { type NeuralNgramOptions, neuralNgram } from "./neural-ngram.ts";
export { type NextLogits, nextLogits } from "./next-logits.ts";
export { type SamplingOptions, tokenProbabilities } from "./sampling.ts";
export * from "./word-tokenizer.ts";
