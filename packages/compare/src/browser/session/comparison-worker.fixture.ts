/* The module of the worker that a page of the browser test asks. */
import { answerComparisons } from "./answer-comparisons.ts";

answerComparisons({
  startTrialWorker: () => new Worker("/trial-worker.js", { type: "module" }),
  trees: "/training.wasm",
});
