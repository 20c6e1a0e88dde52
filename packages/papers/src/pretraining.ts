import type { Compile } from "minimand/engine";
import type { Row } from "./reproduction.ts";

/** A picture as a file has it: numbers from 0 to 1, encoded for a display (sRGB). */
export interface Photograph {
  width: number;
  height: number;
  /** 1 where it is grey, else 3. */
  channels: 1 | 3;
  /** `width * height * channels`, rows from the top. */
  data: Float32Array;
}

/** What training a part may ask of the place it runs in. */
export interface PretrainingHost {
  /** `quick` is a smoke test of seconds; its models are of no use. */
  scale: "quick" | "default";
  seed: number;
  /** The files of the parts before, by their names. */
  before: ReadonlyMap<string, Uint8Array>;
  /** A photograph that comes with the project. */
  photograph?: (name: string) => Promise<Photograph>;
  compile?: Compile;
  signal?: AbortSignal;
  /** Called now and then. */
  onProgress?: (done: number, total: number, message: string) => void;
}

/** A part that was trained: a safetensors file, and what is recorded of its training. */
export interface Pretrained {
  bytes: Uint8Array;
  record: Row;
}

/**
 * Models of a paper that its reproduction takes as they are, frozen, from files in its folder. They are made in parts, one after the
 * other; the same seed, scale and compiler give the same files.
 */
export interface Pretraining {
  slug: string;
  /** In this order. The file of a part is `checkpoints/PART.safetensors`. */
  parts: readonly string[];
  train(part: string, host: PretrainingHost): Promise<Pretrained>;
  /** How good all parts together are, on what no training saw. */
  measure(host: PretrainingHost): Promise<Row[]>;
}
