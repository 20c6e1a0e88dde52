export { type CsConditionalOptions, csConditional } from "./cs-conditional.ts";
export { type CsIbInputs, type CsIbOptions, csIbLoss } from "./cs-ib.ts";
export { type CsQmiOptions, csQmi, type DependenceOptions } from "./cs-qmi.ts";
export { gaussianGram, medianHeuristic } from "./gaussian-gram.ts";
export { hsic } from "./hsic.ts";
export { type NibBoundOptions, nibBound, vibKl } from "./information-bounds.ts";
export type { LogBase } from "./log-base.ts";
export { mostGramRows } from "./samples.ts";
export { csDivergence, mmd, type TwoSampleOptions } from "./two-samples.ts";
