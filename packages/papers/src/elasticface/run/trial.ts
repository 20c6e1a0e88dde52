import { derive, randomSource } from "minimand/engine";
import { equalErrorRate, rocAuc, tarAtFar, verificationAccuracy } from "minimand/metrics";
import { accuracyOf, classifierOf, classifierOfMeans, type Embedded } from "../../embeddings/classify.ts";
import type { EmbeddingSpec } from "../../embeddings/run.ts";
import { embeddedMaterial } from "../../embeddings/train.ts";
import type { TrialHost } from "../../reproduction.ts";
import { drawPairs } from "./draw-pairs.ts";

/** One body trained on some identities and asked about pairs of others; equal seeds share the pairs, too. */
export interface Spec extends EmbeddingSpec {
  /** Pairs of each kind, at most. */
  pairs: number;
  fraction: number;
}

/** Accuracies on pairs of unseen identities. */
export interface Result {
  /** Trained identities among themselves, by directions where there are any, else by class means. */
  closed: number;
  /** Ten-fold accuracy. */
  accuracy: number;
  /** True accept rates at {@link fars}. */
  tar: number[];
  eer: number;
  auc: number;
}

/** False accept rates; the last needs a thousand pairs of two identities. */
export const fars = [0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];

/** Trains and judges one body. */
export async function trial(spec: Spec, host: TrialHost): Promise<Result> {
  const { parts, features, trained, embed } = await embeddedMaterial(spec, host);
  const centers = trained?.centers ?? null;
  const classifier =
    centers === null
      ? await classifierOfMeans(await embed(parts.train))
      : await classifierOf(centers, features);
  const closed = await accuracyOf(classifier, await embed(parts.old));

  const novel = await embed(parts.novel);
  trained?.dispose();
  const { first, second, same } = drawPairs(novel.y, spec.pairs, randomSource(derive(spec.seed, 6)));
  const cosines = Float64Array.from(first, (row, i) => cosineOf(novel, row, second[i]));
  return {
    closed,
    // Squared distances of unit vectors.
    accuracy: verificationAccuracy(
      same,
      cosines.map((c) => 2 - 2 * c),
    ).mean,
    tar: tarAtFar(same, cosines, fars).map(({ tar }) => tar),
    eer: equalErrorRate(same, cosines),
    auc: rocAuc(same, cosines),
  };
}

function cosineOf({ x, features }: Embedded, a: number, b: number): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let k = 0; k < features; k++) {
    const [u, v] = [x[a * features + k], x[b * features + k]];
    dot += u * v;
    aa += u * u;
    bb += v * v;
  }
  return dot / Math.sqrt(aa * bb);
}
