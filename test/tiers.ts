import { globSync, readFileSync } from "node:fs";

/*
 * Which test file runs when. A file's name decides for `golden`, the two lists below for `system`, and the text of such a file for `alone`;
 * every other file is `unit`, the inner loop: under a minute on two idle cores.
 */
const nowhere = "**/node_modules/**";
const golden = ["packages/papers/src/kit/golden/*.test.ts", "packages/*/src/**/*.cpu.test.ts"];

/** Folders and kinds of files that spawn commands, open browsers or train whole models. */
const wholeSystem = [
  "packages/{cli,native}/**/*.test.ts",
  "packages/site/src/reference/*.test.ts",
  "packages/papers/src/{*/run/reproduction,kit/sentiment/*,uf-fgtg/run/models/frozen,uf-fgtg/run/pretraining/*}.test.ts",
  "packages/papers/src/dale-langevin/run/denoising/{pretraining,remove-speckle}.test.ts",
  "examples/**/*.test.ts",
  "test/{guides,linear-expressions,mutate,new-paper,npm,prose-help,readme,typed-examples}.test.ts",
  "test/support/*.test.ts",
  "**/*.browser.test.ts",
  "**/*conformance.test.ts",
  "**/fuzz.test.ts",
];

/** Test files of the library and of `compare` that train or sweep for seconds, or replace a module or a global. */
const long = [
  "compare/src/data/bundled-data",
  "compare/src/model/artifacts/quantised-models",
  "compare/src/model/saved-trees",
  "compare/src/train/quantization/quantised-trials",
  "compare/src/train/quantization/quantiser",
  "compare/src/train/references/trees",
  "compare/src/report/page/markup",
  "compare/src/report/report",
  "compare/src/train/bags",
  "compare/src/train/bottleneck",
  "compare/src/train/diverged",
  "compare/src/train/joined",
  "compare/src/train/learner",
  "compare/src/train/preference-trials",
  "compare/src/train/run-references",
  "compare/src/train/run-trial",
  "minimand/src/losses/aggregate/aggregate-loss",
  "minimand/src/losses/classification/comp-sum/adversarial",
  "minimand/src/losses/classification/comp-sum/comp-sum",
  "minimand/src/losses/classification/ens-loss/ens-loss-derivatives",
  "minimand/src/losses/margin/elastic-margins",
  "minimand/src/losses/margin/margin-softmax",
  "minimand/src/losses/pairs/pairs",
  "minimand/src/losses/traced-parameters",
  "minimand/src/optimizers/lion/monitor",
  "lab/src/output-layer/factored-output-layer",
  "minimand/src/quantization/elastic",
  "minimand/src/quantization/elastic-step",
  "lab/src/solvers/linear/network-direction",
  "lab/src/solvers/sparse/iterations",
  "lab/src/solvers/sparse/train-unfolded",
  "lab/src/solvers/sparse/unfold",
  "minimand/src/start/start",
  "minimand/src/training/adversarial/adversarial-steps",
  "minimand/src/training/aggregate/bags",
  "lab/src/architecture/search/search-step",
  "minimand/src/training/bottleneck/bottleneck",
  "minimand/src/training/distillation/distill",
  "minimand/src/training/preference/train-preference",
  "lab/src/prompts/training/train-prompt-refiner",
  "lab/src/self-training/linear",
  "lab/src/vision/classical/train-zero-dce",
  "lab/src/vision/enhancer/enhancer",
].map((path) => `packages/${path}.test.ts`);

const system = [...wholeSystem, ...long];
const everything = ["packages/*/src/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts"];

/** What shows that a test file changes its process (modules, globals, the environment, listeners, the folder) or needs one that is new. */
const changes =
  /\bvi\.(mock|doMock|resetModules|spyOn|stub\w+|useFakeTimers)\b|\bprocess\.(chdir|on|once|exitCode|env\S* \??\??=)|\bdelete process\.|\bglobalThis\.\w+ =|\b(defaultDevice|builtWhileLoading)\(/;

/** Files of the system tier, each with a process of its own. */
const alone = globSync(system, { exclude: [nowhere, ...golden] }).filter((file) =>
  changes.test(readFileSync(file, "utf8")),
);

export const tiers = {
  unit: { include: everything, exclude: [nowhere, ...golden, ...system] },
  system: { include: system, exclude: [nowhere, ...golden, ...alone] },
  alone: { include: alone, exclude: [] },
  golden: { include: golden, exclude: [nowhere] },
};
