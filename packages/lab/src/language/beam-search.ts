import { checkNumber, rangeError, readOptions, typeError } from "minimand/engine";
import type { NextLogits } from "./next-logits.ts";

/** What {@link groupBeamSearch} continues, and how. */
export interface BeamOptions {
  next: NextLogits;
  /** The beginning as ids, of at least one token. */
  prompt: readonly number[];
  /** Texts that are kept, of all groups together. */
  beams: number;
  /** Groups of as many beams each; default 1, which is beam search. */
  groups?: number;
  /** What a token loses for each earlier group's beam that chose it at the same place, `>= 0`, default 0.5. */
  diversity?: number;
  /** Most tokens that are added. */
  tokens: number;
  /** The id after which a text is at its end. */
  end?: number;
}

/** A text that beam search found. */
export interface Beam {
  /** What was added to the prompt, with the end where it came. */
  tokens: number[];
  /** Its log-probability under the model. */
  logp: number;
  group: number;
}

/** A beam, and its score: the log-probability less what similarity has cost. */
type Scored = Beam & { score: number; done: boolean };

/**
 * Diverse beam search: several groups of beams, of which each is drawn away from the tokens that earlier groups choose at the same place.
 *
 * A candidate's score is its log-probability less `diversity` for each beam of an earlier group that has just chosen the same token; each
 * group keeps its best. Without diversity all groups find the same beams.
 *
 * @returns the beams of all groups, the best of each group first; as many as there are, which may be fewer than asked for
 * @throws TypeError, RangeError for beams that groups don't divide, options out of range, logits whose largest isn't finite; what `next`
 * throws
 * @example
 * const next = async (texts: readonly (readonly number[])[]) => texts.map(() => Float32Array.of(2, 1.9, 0))
 * const beams = await groupBeamSearch({ next, prompt: [0], beams: 2, groups: 2, diversity: 1, tokens: 2 })
 * beams.map(({ tokens }) => tokens.join(" ")).join(", ") // "0 0, 1 1"
 * @see Vijayakumar et al. 2018, arXiv 1610.02424, algorithm 1 (Hamming diversity)
 */
export async function groupBeamSearch(options: BeamOptions): Promise<Beam[]> {
  const { next, prompt, beams, groups, diversity, tokens, end } = readOptions("groupBeamSearch", options, {
    next: true,
    prompt: true,
    beams: true,
    groups: [1],
    diversity: [0.5],
    tokens: true,
    end: true,
  });
  if (typeof next !== "function") throw typeError("next", "a function of texts, e.g. nextLogits(...)", next);
  checkNumber("groups", groups, { min: 1, integer: true });
  checkNumber("beams", beams, { min: 1, integer: true });
  if (beams % groups !== 0) throw rangeError("beams", `a multiple of groups (${groups})`, beams);
  checkNumber("diversity", diversity, { min: 0 });
  checkNumber("tokens", tokens, { min: 1, integer: true });

  const kept: Scored[][] = Array.from({ length: groups }, (_, group) => [
    { tokens: [], logp: 0, group, score: 0, done: false },
  ]);
  for (let step = 0; step < tokens; step++) {
    const open = kept.flat().filter(({ done }) => !done);
    if (open.length === 0) break;
    const logits = await next(
      open.map(({ tokens }) => [...prompt, ...tokens]),
      open.map(({ group }) => group),
    );
    const logps = new Map(open.map((beam, i) => [beam, logSoftmax(logits[i])]));
    const chosen = new Map<number, number>();
    for (let group = 0; group < groups; group++) {
      const penalty = new Map(chosen);
      const candidates = kept[group].flatMap((beam) =>
        beam.done ? [beam] : extensions(beam, logps.get(beam)!, penalty, diversity, beams / groups, end),
      );
      kept[group] = candidates.toSorted((a, b) => b.score - a.score).slice(0, beams / groups);
      for (const beam of kept[group]) {
        if (beam.tokens.length <= step) continue;
        const token = beam.tokens[step];
        chosen.set(token, (chosen.get(token) ?? 0) + 1);
      }
    }
  }
  return kept.flat().map(({ tokens, logp, group }) => ({ tokens, logp, group }));
}

/** The best continuations of a beam by one token. */
function extensions(
  beam: Scored,
  logps: Float64Array,
  chosen: ReadonlyMap<number, number>,
  diversity: number,
  count: number,
  end: number | undefined,
): Scored[] {
  const gain = (token: number): number => logps[token] - diversity * (chosen.get(token) ?? 0);
  const best = Array.from(logps.keys()).sort((a, b) => gain(b) - gain(a) || a - b);
  return best.slice(0, count).map((token) => ({
    tokens: [...beam.tokens, token],
    logp: beam.logp + logps[token],
    group: beam.group,
    score: beam.score + gain(token),
    done: token === end,
  }));
}

function logSoftmax(logits: ArrayLike<number>): Float64Array {
  const f = Float64Array.from(logits);
  const largest = f.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!Number.isFinite(largest)) throw rangeError("logits", "a largest one that is finite", largest);
  const logZ = largest + Math.log(f.reduce((sum, v) => sum + Math.exp(v - largest), 0));
  return f.map((v) => v - logZ);
}
