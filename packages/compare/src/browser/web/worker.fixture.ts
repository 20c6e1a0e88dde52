/* The module of a worker of the browser test. */
import { answerComparison } from "./answer-comparison.ts";

answerComparison();
