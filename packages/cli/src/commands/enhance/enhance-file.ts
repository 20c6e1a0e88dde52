import type { versions } from "../../version.ts";
import type { EnhanceMethod } from "./method-names.ts";

/** What `results.json` of `minimand enhance` holds. */
export interface EnhanceFile {
  schema: "minimand.enhance/1";
  /** ISO 8601. */
  created: string;
  versions: ReturnType<typeof versions>;
  method: EnhanceMethod;
  /** Of the method gamma. */
  gamma: number;
  /** Where Zero-DCE was fitted: its steps, their seed, and the mean loss of the last ten. */
  zeroDce: { steps: number; seed: number; loss: number } | null;
  /** In the order of their names. */
  pictures: EnhancedPicture[];
  /** What could not be read or written, with the reason in one line. */
  leftOut: { file: string; why: string }[];
}

/** A picture that was written. */
export interface EnhancedPicture {
  /** Its name in the output folder. */
  file: string;
  /** Of what was written: with the method detector-view it is small. */
  width: number;
  height: number;
  /** The mean of all its numbers, of 0 to 1, before and after. */
  brightness: { before: number; after: number };
  /** What it was raised to, with the methods gamma and adaptive-gamma. */
  gamma?: number;
}
