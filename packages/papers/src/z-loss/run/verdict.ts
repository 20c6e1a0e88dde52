import type { Choices } from "../../kit/choices.ts";
import { graded, type Verdict } from "../../kit/evidence.ts";
import { difference, logSlope, mean, percentOf } from "../../kit/statistics.ts";
import { otherSpherical, type SpeedArm, zArms, zLossFor } from "./arms.ts";
import { type Measured, mrrAt, positionsOf, runsOf, secondsAt, secondsTo, topAt } from "./measured.ts";
import { ks } from "./settings.ts";

/** The verdict by the rule of the card. */
export function judge(measured: Measured, choices: Choices): Verdict {
  const speed = speedPart(measured.speed);
  const family = familyPart(measured.words, choices);
  const softmax = softmaxPart(measured.words, choices);
  const verdict = graded(
    speed.shown && family.shown && softmax.shown,
    speed.shown && (family.shown || softmax.shown),
  );
  return { verdict, because: [speed, family, softmax].map((part) => part.because).join(" ") };
}

interface Part {
  shown: boolean;
  because: string;
}

const headline = 200_000;

function speedPart(speed: Measured["speed"]): Part {
  const counts = Object.keys(speed["factored Z-loss"] ?? {}).map(Number);
  const at = (arm: SpeedArm, classes: number) => speed[arm]?.[classes] ?? Number.NaN;
  const slope = slopeFrom(10_000, speed["factored Z-loss"] ?? {});
  if (!counts.includes(headline) || Number.isNaN(slope))
    return { shown: false, because: "Speed: not measured at 200,000 classes." };
  const ours = at("factored Z-loss", headline);
  const [dense, tree] = [
    at("dense log-softmax", headline) / ours,
    at("hierarchical softmax", headline) / ours,
  ];
  return {
    shown: dense >= 10 && tree > 1 && slope < 0.25,
    because: `Speed: at 200,000 classes a factored step takes ${ours.toFixed(1)} ms, ${dense.toFixed(0)} times less than dense log-softmax and ${tree.toFixed(1)} times less than hierarchical softmax; slope ${slope.toFixed(2)}.`,
  };
}

/** Slope of the logarithm of time against that of the number of classes, by least squares; NaN below two points. */
export function slopeFrom(least: number, times: { [classes: number]: number }): number {
  const points = Object.entries(times).filter(([classes]) => Number(classes) >= least);
  if (points.length < 2) return Number.NaN;
  return logSlope(
    points.map(([classes]) => Number(classes)),
    points.map(([, ms]) => ms),
  );
}

function familyPart(words: Measured["words"], choices: Choices): Part {
  const gaps = ks.flatMap((k) =>
    otherSpherical
      .filter((arm) => words[arm] !== undefined)
      .map((arm) => {
        const ours = runsOf(words, zLossFor(choices, k));
        const end = Math.max(...positionsOf(ours));
        return { k, arm, gap: difference(topAt(ours, end, k), topAt(runsOf(words, arm), end, k)) };
      }),
  );
  const open = gaps.filter(({ gap }) => !(gap.mean > 0 && gap.mean > 2 * gap.error));
  const least = gaps.reduce((a, b) => (b.gap.mean < a.gap.mean ? b : a));
  const words_ =
    open.length === 0
      ? "leads every other spherical loss at every k by more than two standard errors"
      : `does not lead ${[...new Set(open.map(({ arm, k }) => `${arm} at k = ${k}`))].join(", ")} by more than two standard errors`;
  return {
    shown: open.length === 0,
    because: `Family: the Z-loss ${words_}; the smallest lead is ${percentOf(least.gap)} points (${least.arm}, k = ${least.k}).`,
  };
}

function softmaxPart(words: Measured["words"], choices: Choices): Part {
  const softmax = runsOf(words, "log-softmax");
  const end = Math.max(...positionsOf(softmax));
  const gaps = [10, 20, 100].map((k) => {
    const ours = runsOf(words, zLossFor(choices, k));
    return { k, gap: difference(topAt(ours, end, k), topAt(softmax, end, k)) };
  });
  const best = gaps.reduce((a, b) => (b.gap.mean > a.gap.mean ? b : a));
  const level = mean(mrrAt(softmax, end));
  const needed = secondsAt(softmax, end);
  const times = zArms
    .filter((arm) => words[arm] !== undefined)
    .map((arm) => secondsTo(words[arm], level))
    .filter((seconds) => seconds !== null);
  const ours = times.length === 0 ? null : Math.min(...times);
  const faster = ours !== null && ours < needed;
  const arrives =
    ours === null
      ? "no Z-loss reaches its mean reciprocal rank"
      : `its mean reciprocal rank of ${level.toFixed(3)} is reached in ${ours.toFixed(1)} s instead of ${needed.toFixed(1)} s`;
  return {
    shown: best.gap.mean >= 0 && faster,
    because: `Softmax: after ${end} positions the Z-loss is ${percentOf(best.gap)} points from log-softmax at k = ${best.k}, its best of 10, 20, 100; ${arrives}.`,
  };
}
