/* The module of the workers that run trials in the browser test. */
import { answerComparison } from "../web/answer-comparison.ts";

answerComparison({ trees: "/training.wasm" });
