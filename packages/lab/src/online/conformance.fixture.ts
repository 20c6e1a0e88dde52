import { expect, it } from "vitest";
import type { Learner } from "./learner.ts";

/** Calls, and what their errors begin with. */
type Refusals = readonly (readonly [call: () => unknown, message: string])[];

/** What the suite must know to try a learner of any kind. */
export interface ConformingLearner<L extends Learner<S>, S> {
  /** The same learner every time. */
  make(): L;
  /** One of another kind, and one of the same kind with another shape or other options. */
  ofAnotherKind(): L;
  ofAnotherShape(): L;
  /** Plays rounds that follow from the seed; returns what was decided. */
  play(learner: L, rounds: number, seed: number): unknown;
  /** Decides, but gives no feedback; and gives it. */
  halfRound(learner: L): void;
  finishRound(learner: L): void;
  /** What comes out of a snapshot's JSON. */
  throughJson(snapshot: S): S;
  /** The snapshot as if version 9 had written it. */
  ofVersion9(snapshot: S): S;
  /** Calls that aren't in turn, and in what words they are refused. May get the learner ready for them. */
  outOfTurn(learner: L): Refusals;
  /** Calls with vectors of another length or numbers that aren't finite. */
  badInput(learner: L): Refusals;
  /**
   * Plays a small problem whose best decision is known; returns the part that is left, in the end, of what a uniform or central
   * decision loses.
   */
  leftToLearn(learner: L): number;
}

/** What every learner promises, as tests; called within a `describe`. */
export function itIsALearner<L extends Learner<S>, S>(learner: ConformingLearner<L, S>): void {
  const { make, play, throughJson } = learner;
  const played = (rounds: number, seed = 5): L => {
    const one = make();
    play(one, rounds, seed);
    return one;
  };
  const stateOf = (one: L): S => throughJson(one.snapshot());

  it("decides the same again, given the same", () => {
    const [a, b] = [make(), make()];
    expect(play(a, 12, 3)).toEqual(play(b, 12, 3));
    expect(stateOf(a)).toEqual(stateOf(b));
  });

  it("goes on from a snapshot bit for bit, through JSON, between rounds and within one", () => {
    for (const within of [false, true]) {
      const original = played(9);
      if (within) learner.halfRound(original);
      const saved = original.snapshot();
      const text = throughJson(saved);
      const copy = played(3, 1);
      copy.restore(throughJson(saved));
      expect(stateOf(copy)).toEqual(text);
      if (within) for (const one of [original, copy]) learner.finishRound(one);
      expect(play(copy, 8, 6)).toEqual(play(original, 8, 6));
      expect(stateOf(copy)).toEqual(stateOf(original));
      // The snapshot is a copy: what was played since is no part of it.
      original.restore(saved);
      expect(stateOf(original)).toEqual(text);
    }
  });

  it.each([
    ["calls out of turn", "outOfTurn"],
    ["vectors and numbers that don't fit", "badInput"],
  ] as const)("refuses %s, and stays as it was", (_, kind) => {
    const one = played(4);
    const calls = learner[kind](one);
    const before = stateOf(one);
    for (const [call, message] of calls) {
      expect(call).toThrow(message);
      expect(stateOf(one)).toEqual(before);
    }
  });

  it("refuses snapshots of others in the same words, and stays as it was", () => {
    const one = played(4);
    const before = stateOf(one);
    const refusal = (snapshot: unknown): Error => {
      try {
        one.restore(snapshot as S);
      } catch (error) {
        expect(stateOf(one)).toEqual(before);
        return error as Error;
      }
      throw new Error("the snapshot was taken");
    };
    expect(refusal(null)).toBeInstanceOf(TypeError);
    expect(refusal(null).message).toMatch(
      /^snapshot: expected what snapshot\(\) of an? .* returns, got null$/,
    );
    const other = learner.ofAnotherKind();
    expect(refusal(other.snapshot())).toBeInstanceOf(RangeError);
    expect(refusal(other.snapshot()).message).toBe(
      `snapshot.kind: expected "${one.kind}", got "${other.kind}"`,
    );
    expect(refusal(learner.ofAnotherShape().snapshot()).message).toMatch(
      /^snapshot\.[\w.]+: expected .+, got /,
    );
    expect(refusal(learner.ofVersion9(one.snapshot())).message).toBe("snapshot.version: expected 1, got 9");
  });

  it("learns: of what a blind decision loses on a small problem, little is left", () => {
    const left = learner.leftToLearn(make());
    expect(left).toBeGreaterThanOrEqual(-1e-9);
    expect(left).toBeLessThan(0.6);
  });
}
