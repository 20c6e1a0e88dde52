import { checkSaved } from "./saved-arrays.ts";

/** A decision that waits for its reward. */
export interface Waiting extends NewDecision {
  t: number;
}

/** What is kept of a decision when it is made. */
export interface NewDecision {
  action: number;
  /** Whose weights it was made with. */
  slot: number;
  propensity: number;
  /** The chosen arm's vector, `[dim]`. */
  x: Float64Array;
  /** What the algorithm keeps, `[dim]`. */
  memo: Float64Array | null;
}

/**
 * Decisions that wait, oldest first. Their vectors are in one array that grows with the most that ever waited: vectors of their own would
 * each outlive several garbage collections.
 */
export interface PendingDecisions {
  has(t: number): boolean;
  add(t: number, decision: NewDecision): void;
  /** Its vectors are views, good until the next {@link add}. */
  get(t: number): Waiting | undefined;
  delete(t: number): void;
  all(): { t: number; action: number }[];
  save(): SavedPending;
}

/** All that wait, as arrays. */
export interface SavedPending {
  dim: number;
  t: Float64Array;
  action: Int32Array;
  slot: Int32Array;
  propensity: Float64Array;
  x: Float64Array;
  memo: Float64Array;
}

interface Entry {
  t: number;
  action: number;
  slot: number;
  propensity: number;
  /** Place of its vectors. */
  at: number;
}

/** Makes a list of no decisions, or of those that were saved, in the same order. */
export function pendingDecisions(dim: number, saved?: SavedPending): PendingDecisions {
  const entries = new Map<number, Entry>();
  const free: number[] = [];
  let vectors = new Float64Array(16 * dim);
  // Only one algorithm keeps memos.
  let memos: Float64Array | null = null;
  let places = 0;

  const view = (of: Float64Array, at: number): Float64Array => of.subarray(at * dim, (at + 1) * dim);
  const grown = (of: Float64Array): Float64Array<ArrayBuffer> => {
    const larger = new Float64Array(2 * of.length);
    larger.set(of);
    return larger;
  };

  function add(t: number, { action, slot, propensity, x, memo }: NewDecision): void {
    const at = free.pop() ?? places++;
    if ((at + 1) * dim > vectors.length) {
      vectors = grown(vectors);
      if (memos !== null) memos = grown(memos);
    }
    vectors.set(x, at * dim);
    if (memo !== null) {
      memos ??= new Float64Array(vectors.length);
      memos.set(memo, at * dim);
    }
    entries.set(t, { t, action, slot, propensity, at });
  }

  if (saved !== undefined) {
    const { t, action, slot, propensity, x, memo } = saved;
    checkSaved("pending.t", t, Float64Array);
    checkSaved("pending.action", action, Int32Array, t.length);
    checkSaved("pending.slot", slot, Int32Array, t.length);
    checkSaved("pending.propensity", propensity, Float64Array, t.length);
    checkSaved("pending.x", x, Float64Array, t.length * dim);
    checkSaved("pending.memo", memo, Float64Array, memo?.length === 0 ? 0 : t.length * dim);
    t.forEach((number, i) => {
      add(number, {
        action: action[i],
        slot: slot[i],
        propensity: propensity[i],
        x: view(x, i),
        memo: memo.length === 0 ? null : view(memo, i),
      });
    });
  }

  return {
    add,
    has: (t) => entries.has(t),
    get(t) {
      const entry = entries.get(t);
      if (entry === undefined) return undefined;
      const { at, ...rest } = entry;
      return { ...rest, x: view(vectors, at), memo: memos === null ? null : view(memos, at) };
    },
    delete(t) {
      const entry = entries.get(t);
      if (entry === undefined) return;
      free.push(entry.at);
      entries.delete(t);
    },
    all: () => Array.from(entries.values(), ({ t, action }) => ({ t, action })),
    save() {
      const all = [...entries.values()];
      const gather = (of: Float64Array): Float64Array => {
        const out = new Float64Array(all.length * dim);
        for (const [i, { at }] of all.entries()) out.set(view(of, at), i * dim);
        return out;
      };
      return {
        dim,
        t: Float64Array.from(all, (e) => e.t),
        action: Int32Array.from(all, (e) => e.action),
        slot: Int32Array.from(all, (e) => e.slot),
        propensity: Float64Array.from(all, (e) => e.propensity),
        x: gather(vectors),
        memo: memos === null ? new Float64Array() : gather(memos),
      };
    },
  };
}
