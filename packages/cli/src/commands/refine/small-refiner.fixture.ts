import { disposeTree, type Tree } from "minimand/engine";
import { type RefinerShape, refinerBytes, startOf } from "./refiner.ts";

/** The file of a refiner as it starts, of few and short words: training one takes ten seconds. */
export async function smallRefiner(words: readonly string[]): Promise<Uint8Array> {
  const shape: RefinerShape = { tokens: ["<unk>", "<s>", "</s>", ...words], length: 6, size: 8, vectors: 1 };
  const params = startOf(shape, 1);
  const bytes = await refinerBytes({ ...shape, params });
  disposeTree(params as Tree);
  return bytes;
}
