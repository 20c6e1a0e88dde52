import {
  type PromptAdapter,
  type RefinerParams,
  readSafetensors,
  tensorsOf,
  treeOf,
  writeSafetensors,
} from "minimand";
import { disposeTree, type Tree } from "minimand/engine";
import type { Frozen } from "../interfaces.ts";
import { startOf } from "./train-refiner.ts";

/** The file of a refiner in `checkpoints/`. */
export const refinerFile = (arm: string, seed: number): string =>
  `checkpoints/refiner-${arm}-${seed}.safetensors`;

/** What a refiner has learned, encoder and adapter, as a file. */
export async function saveRefiner({ encoder, adapter }: RefinerParams): Promise<Uint8Array> {
  return writeSafetensors(await tensorsOf({ encoder, adapter }));
}

/** A refiner of a file, with the frozen decoder; the caller's. */
export function readRefiner(bytes: Uint8Array, frozen: Frozen, adapter: PromptAdapter): RefinerParams {
  const { decoder, ...like } = startOf(frozen, adapter, 0);
  const learned = treeOf(readSafetensors(bytes).tensors, like as Tree) as Omit<RefinerParams, "decoder">;
  disposeTree(like);
  return { ...learned, decoder };
}
