import type { Learner } from "../learner.ts";
import type { OpenEpisode } from "./episode.ts";

/** A learner in an MDP: policies that change between episodes only. Its snapshot is JSON, the open episode included. */
export interface EpisodicLearner<State, Snapshot> extends Learner<Snapshot> {
  /** Episodes learned from. */
  readonly episodes: number;
  /** The open episode, or null. */
  readonly open: OpenEpisode<State> | null;
  /** Starts an episode; one at a time. */
  begin(): OpenEpisode<State>;
  /** The current policy in a state: a distribution over its actions. */
  policy(layer: number, state: State): Float64Array;
}
