import { rangeError, typeError } from "minimand/engine";
import { outOfTurn } from "../learner.ts";
import { checkLoss } from "./checks.ts";

/** One decision, with all that a log needs for off-policy evaluation. */
export interface MdpDecision {
  /** `episode * horizon + layer`. */
  id: number;
  /** Number of the episode, which is that of the policy as well: policies change between episodes only. */
  episode: number;
  layer: number;
  action: number;
  /** Probability with which the action was drawn, and those of all actions: exact. */
  propensity: number;
  propensities: Float64Array;
}

/** An episode under way. Methods that throw leave it as it was. */
export interface OpenEpisode<State> {
  readonly index: number;
  /** Draws an action for the state the process is in. */
  choose(state: State): MdpDecision;
  /** The loss of the last decision, in [0, 1]. */
  feedback(loss: number): void;
  /** After the last step: learns from the episode. */
  end(): void;
  /** Forgets the episode; nothing is learned, and the next one has its number. */
  abandon(): void;
}

/** An open episode as plain data. */
export interface SavedEpisode<Note> {
  notes: Note[];
  losses: number[];
}

/** What an algorithm adds to the bookkeeping of episodes. `Note` is what it keeps of a step; plain data. */
interface EpisodeParts<State, Note> {
  horizon: number;
  act(layer: number, state: State): { action: number; propensities: Float64Array; note: Note };
  learn(notes: readonly Note[], losses: readonly number[]): void;
  /** Number of the next episode. */
  index(): number;
}

/** One episode at a time. */
export interface Episodes<State, Note> {
  begin(): OpenEpisode<State>;
  /** The open episode, or null. */
  open(): OpenEpisode<State> | null;
  save(): SavedEpisode<Note> | null;
  load(saved: SavedEpisode<Note> | null): void;
}

export function episodesOf<State, Note>({
  horizon,
  act,
  learn,
  index,
}: EpisodeParts<State, Note>): Episodes<State, Note> {
  let notes: Note[] = [];
  let losses: number[] = [];
  let current: OpenEpisode<State> | null = null;

  function close(): void {
    current = null;
    notes = [];
    losses = [];
  }

  function handle(): OpenEpisode<State> {
    const number = index();
    const check = (call: string): void => {
      if (current !== episode) throw outOfTurn(call, "an open episode", "one that is over");
    };
    const episode: OpenEpisode<State> = {
      index: number,
      choose(state) {
        check("choose");
        if (notes.length > losses.length)
          throw outOfTurn("choose", "feedback for the last decision first", "none");
        const layer = notes.length;
        if (layer === horizon)
          throw outOfTurn("choose", `at most ${horizon} decisions an episode`, "one more");
        const { action, propensities, note } = act(layer, state);
        notes.push(note);
        return {
          id: number * horizon + layer,
          episode: number,
          layer,
          action,
          propensity: propensities[action],
          propensities,
        };
      },
      feedback(loss) {
        check("feedback");
        if (notes.length === losses.length) throw outOfTurn("feedback", "a decision first", "none");
        checkLoss("loss", loss);
        losses.push(loss);
      },
      end() {
        check("end");
        if (losses.length < horizon)
          throw outOfTurn("end", `${horizon} steps with their losses`, `${losses.length}`);
        learn(notes, losses);
        close();
      },
      abandon() {
        check("abandon");
        close();
      },
    };
    return episode;
  }

  return {
    begin() {
      if (current !== null) throw outOfTurn("begin", "the open episode to end first", "a second one");
      current = handle();
      return current;
    },
    open: () => current,
    save: () => (current === null ? null : structuredClone({ notes, losses })),
    load(saved) {
      close();
      if (saved === null) return;
      notes = structuredClone(saved.notes);
      losses = [...saved.losses];
      current = handle();
    },
  };
}

/** Throws unless this is an open episode as {@link Episodes.save} gives it, or null; `checkNote` looks at each step. */
export function checkSavedEpisode(
  saved: unknown,
  horizon: number,
  checkNote: (argument: string, note: unknown) => void,
): void {
  if (saved === null) return;
  const { notes, losses } = (saved ?? {}) as Partial<SavedEpisode<unknown>>;
  if (!Array.isArray(notes)) throw typeError("snapshot.open.notes", "an array", notes);
  if (!Array.isArray(losses)) throw typeError("snapshot.open.losses", "an array", losses);
  if (notes.length > horizon) throw rangeError("snapshot.open.notes", `at most ${horizon} steps`, notes);
  if (losses.length !== notes.length && losses.length !== notes.length - 1)
    throw rangeError("snapshot.open.losses", `${notes.length} losses or one less`, losses);
  for (const [i, note] of notes.entries()) checkNote(`snapshot.open.notes[${i}]`, note);
  for (const [i, loss] of losses.entries()) checkLoss(`snapshot.open.losses[${i}]`, loss);
}

/** `L_h = l_h + L_{h+1}`. */
export function suffixSums(losses: readonly number[]): Float64Array {
  const sums = Float64Array.from(losses);
  for (let h = sums.length - 2; h >= 0; h--) sums[h] += sums[h + 1];
  return sums;
}
