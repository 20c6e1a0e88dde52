import type { Keep } from "../../model/choose.ts";
import type { EngineUsed, Origin, Results, Settings } from "../../results.ts";

/** A file of a comparison: what it is called, and its bytes by their SHA-256. */
export interface RequestedFile {
  /** For titles; those of several data sets differ. */
  name: string;
  /** As it was given. */
  source: string;
  sha256: string;
}

/** A kept model that distillation learns from. */
export interface RequestedTeacher {
  /** Its folder, as messages and results name it. */
  place: string;
  /** Of all that its logits depend on. */
  sha256: string;
  /** Its files, by their names in the folder. */
  files: { path: string; sha256: string }[];
}

/** All files that a comparison reads. */
export interface RequestedFiles {
  /** One for each data set. */
  inputs: RequestedFile[];
  test: RequestedFile | null;
  unlabeled: RequestedFile | null;
  teacher: RequestedTeacher | null;
}

/** What is to be compared, and on what. The paths in the settings only appear in results: nothing is read by them. */
export interface Comparison extends RequestedFiles {
  settings: Settings;
  /** The user's modules that bring candidates, or the model, and the name of that model. */
  own: { origins: Origin[]; model?: string };
  /** The model that is kept at the end. */
  keep: Keep;
  /** Widths that it is quantised in as well. */
  quantize: number[];
}

/** Everything that decides the results of a comparison, as plain JSON. */
export interface ComparisonRequest extends Comparison {
  engine: EngineUsed;
  versions: Results["versions"];
}

/**
 * Gives the bytes of a file, in a buffer of their own: it is detached once they are read. Each file is asked for as often as the
 * comparison has it, shortly before it is read.
 */
export type FileBytes = (sha256: string) => Promise<Uint8Array>;
