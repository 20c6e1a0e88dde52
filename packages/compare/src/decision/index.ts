export { type Contender, type Decision, decide, type Finding, finalistsOf } from "./decide.ts";
export { type Influence, influenceOf, type OutOfFold } from "./influence.ts";
export type { PairedFits } from "./paired-fits.ts";
export { type DifferenceTest, testDifference } from "./test-difference.ts";
