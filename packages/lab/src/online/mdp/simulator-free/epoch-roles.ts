import { derive, randomSource, shuffle } from "minimand/engine";
import type { Step } from "./played-step.ts";

/** What an episode of an epoch is for: to estimate covariances, or Q. */
export interface Role {
  half: "covariance" | "estimate";
  explores: boolean;
  /** The layer that an exploring episode of the second half is for. */
  layer: number;
  /** The cover's policy it follows. */
  m: number;
}

/** An episode of the current epoch. */
export interface PlayedEpisode {
  role: Role;
  steps: Step[];
  losses: number[];
}

/** Whether an episode takes the cover's action in a layer. */
export function followsCover({ explores, half, layer: last }: Role, layer: number): boolean {
  return explores && (half === "covariance" || layer <= last);
}

/** Returns the roles of the episodes of epoch j, by their place in it. */
export function epochRoles(
  j: number,
  {
    seed,
    epoch,
    exploration,
    horizon,
    policies,
  }: {
    seed: number;
    epoch: number;
    exploration: number;
    horizon: number;
    /** Of the cover. */
    policies: number;
  },
): (place: number) => Role {
  const places = Int32Array.from({ length: epoch }, (_, i) => i);
  const order = shuffle(places, randomSource(derive(seed, 41, j)));
  return (place) => {
    const random = randomSource(derive(seed, 42, j, place));
    const explores = random() < exploration;
    return {
      half: order[place] < epoch / 2 ? "covariance" : "estimate",
      explores,
      layer: Math.floor(random() * horizon),
      m: Math.floor(random() * policies),
    };
  };
}
