import { checkHidden } from "@minimand/compare";
import {
  type Bandit,
  linExp3,
  linTs,
  linUcb,
  neuFastCb,
  neuralEpsilonGreedy,
  neuralTs,
  neuralUcb,
  neuSquareCb,
} from "@minimand/lab/online";
import { suggest } from "minimand/engine";
import type { BanditName, BanditSettings } from "./bandit-settings.ts";

/** What a bandit is made for. */
export interface BanditShape {
  dim: number;
  arms?: number;
  seed: number;
  rewardRange?: readonly [number, number];
  norm?: "scale" | "check" | "any";
}

type Make = (shape: BanditShape, settings: BanditSettings) => Bandit;
const given = <T extends object>(options: T): Partial<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
const neural = ({ learningRate, hidden }: BanditSettings) => given({ learningRate, hidden });

/** The bandits by their names. */
export const bandits: Record<string, Make> = {
  "neu-fast-cb": (shape, s) => neuFastCb({ ...shape, ...neural(s), ...given({ gamma: s.gamma }) }),
  "neu-square-cb": (shape, s) => neuSquareCb({ ...shape, ...neural(s), ...given({ gamma: s.gamma }) }),
  "neural-epsilon-greedy": (shape, s) =>
    neuralEpsilonGreedy({ ...shape, ...neural(s), ...given({ epsilon: s.epsilon }) }),
  "neural-ucb": (shape, s) => neuralUcb({ ...shape, ...neural(s), ...given({ nu: s.nu }) }),
  "neural-ts": (shape, s) => neuralTs({ ...shape, ...neural(s), ...given({ nu: s.nu }) }),
  "lin-ucb": (shape, s) => linUcb({ ...shape, ...given({ alpha: s.alpha }) }),
  "lin-ts": (shape, s) => linTs({ ...shape, ...given({ scale: s.alpha }) }),
  "lin-exp3": (shape) => linExp3(shape),
} satisfies Record<BanditName, Make>;

/**
 * The bandit of a name.
 *
 * @throws RangeError for an unknown name, with the nearest one
 */
export function banditNamed(argument: string, name: string): Make {
  const found = Object.hasOwn(bandits, name) ? bandits[name] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(bandits);
  const near = suggest(name, names);
  const hint = near === null ? "" : `; did you mean '${near}'?`;
  throw new RangeError(`${argument}: expected one of ${names.join(", ")}, got '${name}'${hint}`);
}

/** Only what was given. */
export function banditSettings({
  gamma,
  epsilon,
  nu,
  alpha,
  learningRate,
  hidden,
}: BanditSettings): BanditSettings {
  if (hidden !== undefined) checkHidden("--hidden", hidden);
  return JSON.parse(JSON.stringify({ gamma, epsilon, nu, alpha, learningRate, hidden })) as BanditSettings;
}
