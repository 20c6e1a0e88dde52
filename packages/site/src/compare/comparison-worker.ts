import { answerComparisons } from "@minimand/compare/web";
import trees from "ydf-training/dist/training.wasm?url";

answerComparisons({
  startTrialWorker: () => new Worker(new URL("./trial-worker.ts", import.meta.url), { type: "module" }),
  trees,
});
