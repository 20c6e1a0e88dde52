import type { PromptAdapter, RefinerParams } from "@minimand/lab/prompts";
import { tensorsOf, writeSafetensors } from "minimand";
import { disposeTree } from "minimand/engine";
import { readSafetensors, treeOf } from "minimand/models";
import type { Frozen } from "../interfaces.ts";
import { startOf } from "./train-refiner.ts";

/** The part of pre-training that a refiner is, whose file is `checkpoints/PART.safetensors`. */
export const refinerPart = (arm: string, seed: number): string => `refiner-${arm}-${seed}`;

/** A refiner as a file, in half precision; kept. */
export async function saveRefiner(params: RefinerParams): Promise<Uint8Array> {
  return writeSafetensors(await tensorsOf(params), {}, { half: true });
}

/** A refiner of a file; the caller's. */
export function readRefiner(bytes: Uint8Array, frozen: Frozen, adapter: PromptAdapter): RefinerParams {
  const like = startOf(frozen, adapter, 0);
  try {
    return treeOf(readSafetensors(bytes, { finite: true }).tensors, like);
  } finally {
    disposeTree(like);
  }
}
