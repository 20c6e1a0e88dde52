import { derive, randomSource, shuffle } from "minimand/engine";
import { openSetAuroc } from "minimand/metrics";
import { armOf } from "../../embeddings/arms.ts";
import {
  accuracyOf,
  classifierOf,
  classifierOfMeans,
  cosine,
  type Embedded,
  euclidean,
  type Joint,
  joined,
  largestCosines,
  pick,
  recentred,
  rowsByClass,
} from "../../embeddings/classify.ts";
import type { EmbeddingSpec } from "../../embeddings/run.ts";
import { embeddedMaterial } from "../../embeddings/train.ts";
import { mean } from "../../kit/statistics.ts";
import type { TrialHost } from "../../reproduction.ts";

/** One body trained on some classes and asked about others; equal seeds share the support, too. */
export interface NovelSpec extends EmbeddingSpec {
  part: "novel";
  /** Numbers of examples of each new class. */
  supports: readonly number[];
  /** Support sets drawn. */
  draws: number;
  fraction: number;
}

/** Accuracies, means over draws of the support. */
export interface NovelResult {
  part: "novel";
  /** Old classes among themselves, by trained directions (by class means where there are none). */
  closed: number;
  /** New classes among themselves, for each number of examples. */
  disjoint: number[];
  /** The same by Euclidean distance to the means. */
  disjointEuclidean: number[];
  /** Old and new together with 5 examples: new directions beside the trained ones; null without trained ones. */
  appended: Joint | null;
  /** ... with a bias against new classes chosen on held-out examples. */
  biased: Joint | null;
  /** ... with class means for the old classes too. */
  recentred: Joint;
  /** Of the largest cosine to an old class, old against new examples. */
  auroc: number;
  /** Of training, without compiling. */
  seconds: number;
}

/** Support examples of the joint scenario. */
export const jointSupport = 5;
const queriesPerClass = 150;

/** Trains and judges one body. */
export async function novelTrial(spec: NovelSpec, host: TrialHost): Promise<NovelResult> {
  const { parts, features, trained, embed } = await embeddedMaterial(spec, host);
  const [train, held, old, novel] = [
    await embed(parts.train),
    await embed(parts.held),
    await embed(parts.old),
    await embed(parts.novel),
  ];
  const geometry = spec.arm === "raw" ? "cosine" : armOf(spec.arm).geometry;
  const compare = geometry === "cosine" ? cosine : euclidean;
  const centers = trained?.centers ?? null;
  const closedBy = centers === null ? await classifierOfMeans(train) : await classifierOf(centers, features);
  const closed = await accuracyOf(closedBy, old);
  const auroc = openSetAuroc(await largestCosines(closedBy, old), await largestCosines(closedBy, novel));

  // A bias is chosen on examples that the trained classes get right; where training diverged there may be none.
  const rightHeld = centers !== null && (await accuracyOf(closedBy, held)) > 0;

  const [disjoint, disjointEuclidean] = [spec.supports.map(() => 0), spec.supports.map(() => 0)];
  const [appended, biased, renewed]: Joint[][] = [[], [], []];
  for (let draw = 0; draw < spec.draws; draw++) {
    const { support, query } = draws(novel, spec, draw);
    for (const [i, count] of spec.supports.entries()) {
      disjoint[i] += (await compare.disjoint(support(count), query)) / spec.draws;
      disjointEuclidean[i] += (await euclidean.disjoint(support(count), query)) / spec.draws;
    }
    const few = support(jointSupport);
    if (centers === null) {
      renewed.push(await compare.joint(train, few, old, query));
      continue;
    }
    const fresh = () => classifierOf(centers, features);
    appended.push(await joined(await fresh(), few, { old, query }));
    biased.push(await joined(await fresh(), few, { old, query, held: rightHeld ? held : undefined }));
    renewed.push(await joined(await recentred(await fresh(), train), few, { old, query }));
  }
  trained?.dispose();
  return {
    part: "novel",
    closed,
    disjoint,
    disjointEuclidean,
    appended: meanOf(appended),
    biased: meanOf(biased),
    recentred: meanOf(renewed)!,
    auroc,
    seconds: trained?.seconds ?? 0,
  };
}

/** Support examples of each new class and the queries, which never are among them. */
function draws(
  novel: Embedded,
  { supports, seed }: NovelSpec,
  draw: number,
): { support(count: number): Embedded; query: Embedded } {
  const next = randomSource(derive(seed, 5, draw));
  const most = Math.max(...supports, jointSupport);
  const rows = rowsByClass(novel).map((own) => [...shuffle(Int32Array.from(own), next)]);
  const enough = Math.min(most, ...rows.map((own) => own.length - 1));
  const of = (from: number, to: number) =>
    pick(
      novel,
      rows.flatMap((own) => own.slice(from, to)),
    );
  const query = of(enough, enough + queriesPerClass);
  return { support: (count) => of(0, Math.min(count, enough)), query };
}

function meanOf(joints: readonly Joint[]): Joint | null {
  if (joints.length === 0) return null;
  return { old: mean(joints.map((j) => j.old)), new: mean(joints.map((j) => j.new)) };
}
