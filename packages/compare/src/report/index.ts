/* The page of a comparison, and the parts of pages that show results. */
export { median } from "../averages.ts";
export {
  type Advice,
  adviceOf,
  type CommandToRun,
  commandsOf,
  predictCommandOf,
} from "./comparison/advice.ts";
export { renderReport } from "./comparison/comparison.ts";
export { notesList } from "./comparison/notes-list.ts";
export { changeHead, outcomeCells, widthsAreTested } from "./comparison/quantization-section.ts";
export { configurationText, countOf, duration, engineText, kilobytes } from "./format.ts";
export * from "./page/index.ts";
