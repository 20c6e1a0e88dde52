import { isMendable, messageOf } from "../../error-text.ts";
import { linesTo } from "../../files/write-lines.ts";
import { type Answer, answer, dataOf, throwIfEnding } from "../../run/worker.ts";
import { banditNamed } from "./bandit-choices.ts";
import type { PlayedBandit } from "./bandit-files.ts";
import type { BanditSettings } from "./bandit-settings.ts";
import { type Play, playTable } from "./bandit-simulation.ts";
import type { BanditTable } from "./bandit-table.ts";

/** What a worker is given when it starts. */
export interface BanditWorkerData {
  table: Omit<BanditTable, "notes">;
  settings: BanditSettings;
  rounds: number;
  delay: number;
  /** How many rounds each play has had, by its place; all threads see it. */
  played: Int32Array<SharedArrayBuffer>;
}

/** One bandit on one order of the rows. */
export interface PlayJob {
  place: number;
  name: string;
  seed: number;
  /** Where the log of what happens is written; null for none. */
  log: string | null;
}

export interface PlayDone extends Pick<PlayedBandit, "propensities"> {
  play: Play;
}

const { table, settings, rounds, delay, played } = dataOf<BanditWorkerData>();

export default function playJob({ place, name, seed, log }: PlayJob): Answer<PlayDone> {
  const shape = { dim: table.features, arms: table.classes.length, seed };
  const bandit = banditNamed("--algorithms", name)(shape, settings);
  const lines = log === null ? null : named(() => linesTo(log));
  const play = playTable(bandit, table, {
    rounds,
    delay,
    seed,
    ...(lines !== null && { log: (line: string) => named(() => lines.write(line)) }),
    onProgress(round) {
      Atomics.store(played, place, round);
      throwIfEnding();
    },
  });
  if (lines !== null) named(lines.close);
  return answer({ play, propensities: bandit.propensities });
}

/** An error of the operating system loses its code on the way to another thread. */
function named<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!isMendable(error)) throw error;
    const why = messageOf(error).split(": ").at(-1);
    throw new RangeError(`--log: expected a file that can be written, got '${why}'`);
  }
}
