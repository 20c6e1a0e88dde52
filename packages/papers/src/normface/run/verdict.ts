import { harmonic } from "../../embeddings/classify.ts";
import { graded, type Verdict, word } from "../../kit/evidence.ts";
import { difference, mean, percent } from "../../kit/statistics.ts";
import type { Method } from "./arms.ts";
import { jointSupport, type NovelResult } from "./novel.ts";
import { supportsOf } from "./settings.ts";
import type { TutorialResult } from "./tutorial.ts";

/** Results of one material, by method, in the order of the seeds. */
export type ByMethod = Partial<Record<Method, readonly NovelResult[]>>;

/** The rule of the paper's card. */
export function judge(tutorial: readonly TutorialResult[], letters: ByMethod): Verdict {
  const parts = { A: tutorialShows(tutorial), B: pairsShow(letters), C: jointShows(letters) };
  const because = Object.entries(parts)
    .map(([name, part]) => `${name} ${word(part.holds)}: ${part.because}`)
    .join(" ");
  const [a, b, c] = [parts.A.holds, parts.B.holds, parts.C.holds];
  return { verdict: graded(a && b && c, b || c), because };
}

interface Shown {
  holds: boolean;
  because: string;
}

function tutorialShows(results: readonly TutorialResult[]): Shown {
  if (results.length === 0) return { holds: false, because: "it did not run." };
  const of = (key: Exclude<keyof TutorialResult, "part">) => mean(results.map((r) => r[key]));
  const [closed, ten, fashion] = [of("closed"), of("ten"), of("fashion")];
  return {
    holds: closed >= 0.92 && ten >= 0.82 && ten <= 0.9 && fashion >= 0.9,
    because: `digits 0-7 ${percent(closed)} %, all ten ${percent(ten)} % (raw pixels ${percent(of("rawTen"))} %), T-shirt against trouser ${percent(fashion)} % (raw pixels ${percent(of("rawFashion"))} %).`,
  };
}

/** Disjoint accuracies with five examples, one per seed. */
export function disjointOf(results: readonly NovelResult[], material: string): number[] {
  const place = supportsOf(material).indexOf(jointSupport);
  return results.map((r) => r.disjoint[place]);
}

/** Harmonic means of old and new accuracy, one per seed, new classes simply added where there are trained directions. */
export function jointOf(results: readonly NovelResult[]): number[] {
  return results.map((r) => harmonic(r.appended ?? r.recentred));
}

function pairsShow(letters: ByMethod): Shown {
  const { "normalised softmax": ours = [], triplet = [], contrastive = [] } = letters;
  if (Math.min(ours.length, triplet.length, contrastive.length) === 0)
    return { holds: false, because: "it did not run." };
  const accuracy = (results: readonly NovelResult[]) => mean(disjointOf(results, "letter"));
  const seconds = (results: readonly NovelResult[]) => mean(results.map((r) => r.seconds));
  const holds = [triplet, contrastive].every(
    (rival) => accuracy(ours) >= accuracy(rival) && seconds(ours) <= 1.1 * seconds(rival),
  );
  const told = (name: string, results: readonly NovelResult[]) =>
    `${name} ${percent(accuracy(results))} % in ${seconds(results).toFixed(2)} s`;
  return {
    holds,
    because: `unseen letters from five examples: ${told("normalised softmax", ours)}, ${told("triplet", triplet)}, ${told("contrastive", contrastive)}.`,
  };
}

function jointShows(letters: ByMethod): Shown {
  const { "normalised softmax": ours = [], softmax = [] } = letters;
  if (Math.min(ours.length, softmax.length) === 0) return { holds: false, because: "it did not run." };
  const [own, theirs] = [jointOf(ours), jointOf(softmax)];
  const gap = difference(own, theirs);
  return {
    holds: gap.mean > 0 && gap.mean > 2 * gap.error,
    because: `old and new letters together, harmonic mean: normalised softmax ${percent(mean(own))} %, plain softmax ${percent(mean(theirs))} %, difference ${percent(gap.mean)} ± ${percent(gap.error)} points.`,
  };
}
