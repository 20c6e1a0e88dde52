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
  /** Whether what happens is logged. */
  logged: boolean;
}

export interface PlayDone extends Pick<PlayedBandit, "propensities"> {
  play: Play;
  /** Its lines, where they were asked for. */
  log: string[];
}

const { table, settings, rounds, delay, played } = dataOf<BanditWorkerData>();

export default function playJob({ place, name, seed, logged }: PlayJob): Answer<PlayDone> {
  const shape = { dim: table.features, arms: table.classes.length, seed };
  const bandit = banditNamed("--algorithms", name)(shape, settings);
  const log: string[] = [];
  const play = playTable(bandit, table, {
    rounds,
    delay,
    seed,
    ...(logged && { log }),
    onProgress(round) {
      Atomics.store(played, place, round);
      throwIfEnding();
    },
  });
  return answer({ play, propensities: bandit.propensities, log });
}
