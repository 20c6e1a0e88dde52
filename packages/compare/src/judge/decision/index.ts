export { componentsOf } from "./components.ts";
export { type Contender, type Decision, decide, type Finding, finalistsOf, mostFinalists } from "./decide.ts";
export { chooseFinalists, chosenByValidation } from "./finalists.ts";
export { type JudgedBy, outcomesOf, pairedFits, type SeedOutcome } from "./fits-of.ts";
export { influenceOf } from "./influence.ts";
export type { Influence, OutOfFold } from "./out-of-fold.ts";
export type { Components, PairedFits } from "./paired-fits.ts";
export { type DifferenceTest, testDifference } from "./test-difference.ts";
export { type Truth, truthOf } from "./truth.ts";
