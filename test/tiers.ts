/*
 * Which test file runs when. `golden` is told by the file's name, `system` by the two lists below, and `unit`, the inner loop,
 * is all the rest: under a minute on two idle cores.
 */
const nowhere = "**/node_modules/**";
const golden = ["packages/*/golden/*.test.ts", "packages/*/src/**/*.cpu.test.ts"];

/** Folders and kinds of files that spawn commands, open browsers or train whole models. */
const wholeSystem = [
  "packages/{cli,native}/**/*.test.ts",
  "packages/site/src/reference/*.test.ts",
  "packages/papers/src/{*/reproduction,kit/sentiment/*,uf-fgtg/models/frozen,uf-fgtg/pretraining/*}.test.ts",
  "packages/papers/src/dale-langevin/denoising/{pretraining,remove-speckle}.test.ts",
  "examples/**/*.test.ts",
  "test/{guides,linear-expressions,mutate,npm,readme,typed-examples}.test.ts",
  "test/support/*.test.ts",
  "**/*.browser.test.ts",
  "**/*conformance.test.ts",
  "**/fuzz.test.ts",
];

/**
 * Tests of the library and of `compare` that train or sweep for seconds, or replace a module or a global, by their names: they keep
 * these wherever they move.
 */
const long = [
  "adversarial",
  "adversarial-steps",
  "aggregate-loss",
  "bags",
  "bottleneck",
  "bundled-data",
  "comp-sum",
  "distill",
  "diverged",
  "elastic",
  "elastic-margins",
  "elastic-step",
  "enhancer",
  "ens-loss-derivatives",
  "factored-output-layer",
  "iterations",
  "joined",
  "learner",
  "linear",
  "margin-softmax",
  "markup",
  "monitor",
  "network-direction",
  "pairs",
  "preference-trials",
  "quantised-models",
  "quantised-trials",
  "quantiser",
  "report",
  "run-references",
  "run-trial",
  "saved-trees",
  "search-step",
  "start",
  "traced-parameters",
  "train-preference",
  "train-prompt-refiner",
  "train-unfolded",
  "train-zero-dce",
  "trees",
  "unfold",
].map((name) => `packages/{minimand,compare}/src/**/${name}.test.ts`);

const system = [...wholeSystem, ...long];
const everything = ["packages/*/src/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts"];

export const tiers = {
  unit: { include: everything, exclude: [nowhere, ...golden, ...system] },
  system: { include: system, exclude: [nowhere, ...golden] },
  golden: { include: golden, exclude: [nowhere] },
};
