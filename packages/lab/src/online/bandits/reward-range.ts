import { checkNumber, typeError } from "minimand/engine";

/** Rewards as shares of their range, which is what algorithms see: 0 the lowest, 1 the highest. */
export interface RewardRange {
  /** Highest less lowest. */
  readonly width: number;
  /** Throws unless this is a number of the range. */
  check(reward: unknown): void;
  shareOf(reward: number): number;
  rewardOf(share: number): number;
}

/** @throws TypeError, RangeError for anything but two numbers that rise */
export function rewardRangeOf(range: unknown): RewardRange {
  if (!Array.isArray(range) || range.length !== 2)
    throw typeError("rewardRange", "the lowest and the highest reward", range);
  checkNumber("rewardRange[0]", range[0]);
  checkNumber("rewardRange[1]", range[1], { above: range[0] });
  const [low, high]: number[] = range;
  return {
    width: high - low,
    check(reward) {
      checkNumber("reward", reward, { min: low, max: high });
    },
    shareOf: (reward) => (reward - low) / (high - low),
    rewardOf: (share) => low + share * (high - low),
  };
}
