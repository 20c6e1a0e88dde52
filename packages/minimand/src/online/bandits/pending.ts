/** A decision that waits for its reward. */
export interface Waiting {
  t: number;
  action: number;
  /** Whose weights it was made with. */
  slot: number;
  propensity: number;
  /** The chosen arm's vector, `[dim]`. */
  x: Float64Array;
  /** What the algorithm keeps, `[dim]`. */
  memo: Float64Array | null;
}

/** All that wait, as arrays. */
export function savePending(waiting: ReadonlyMap<number, Waiting>, dim: number) {
  const all = [...waiting.values()];
  const n = all.length;
  const x = new Float64Array(n * dim);
  const memo = new Float64Array(all.some((w) => w.memo !== null) ? n * dim : 0);
  all.forEach((w, i) => {
    x.set(w.x, i * dim);
    if (w.memo !== null) memo.set(w.memo, i * dim);
  });
  return {
    dim,
    t: Float64Array.from(all, (w) => w.t),
    action: Int32Array.from(all, (w) => w.action),
    slot: Int32Array.from(all, (w) => w.slot),
    propensity: Float64Array.from(all, (w) => w.propensity),
    x,
    memo,
  };
}

/** What {@link savePending} saved, in the same order. */
export function readPending(saved: ReturnType<typeof savePending>): Map<number, Waiting> {
  const { dim, t, action, slot, propensity, x, memo } = saved;
  const waiting = new Map<number, Waiting>();
  t.forEach((at, i) => {
    waiting.set(at, {
      t: at,
      action: action[i],
      slot: slot[i],
      propensity: propensity[i],
      x: x.slice(i * dim, (i + 1) * dim),
      memo: memo.length === 0 ? null : memo.slice(i * dim, (i + 1) * dim),
    });
  });
  return waiting;
}
