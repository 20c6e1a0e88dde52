/* Comparisons in a page, from the bytes of a file to the report. */
export { type AnswerOptions, answerComparisons } from "./answer-comparisons.ts";
export { type Asked, type AskedOptions, settingsAsked } from "./asked.ts";
export { argumentsOf, commandOf } from "./command-line.ts";
export type { ComparisonEvent, FinishedComparison } from "./events.ts";
export type { LiveRanking, LiveRow } from "./live-ranking.ts";
export type { Look, LossOffered } from "./look.ts";
/** The names that these had in version 0.1.0. */
export {
  openSession,
  openSession as openDesk,
  type Reads,
  type RunningComparison,
  type RunningHow,
  type Session,
  type Session as Desk,
  type SessionOptions,
  type SessionOptions as DeskOptions,
} from "./open-session.ts";
export type { PredictAsked, PredictedRows } from "./predict-page.ts";
export { isMendable, type KeptComparison } from "./protocol.ts";
export type { ColumnRead, FileRead, PageReading } from "./read-page-file.ts";
