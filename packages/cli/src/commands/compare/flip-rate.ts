import type { GivenFlips } from "@minimand/compare";
import { estimateFlipRate } from "@minimand/lab/solvers";
import { InvalidArgumentError, Option } from "commander";
import { messageOf } from "../../error-text.ts";
import { UsageError } from "../../failure.ts";

/** Options of `compare` for the share of preferences that are the wrong way round. */
export interface FlipOptions {
  flipRate?: GivenFlips;
  audit?: GivenFlips;
  agreement?: GivenFlips;
}

/** `--flip-rate` of `compare`. */
export const flipRateOption = (): Option =>
  new Option(
    "--flip-rate <p>",
    "flip rate: share of preferences that name the wrong response (--task preference); default: estimated from the training pairs of each fold",
  ).argParser(known);

/** `--audit` of `compare`. */
export const auditOption = (): Option =>
  new Option(
    "--audit <flips/total>",
    "flip rate by an audit: 12/200 if 12 of 200 preferences that were checked again were wrong",
  ).argParser(audited);

/** `--agreement` of `compare`. */
export const agreementOption = (): Option =>
  new Option(
    "--agreement <p>",
    "share of pairs on which two independent labels agree, as 0.8 or 80/100: the flip rate is computed from it",
  ).argParser(agreed);

/**
 * The rate as given, or `auto`.
 *
 * @throws UsageError where it is given twice, or for another task
 */
export function flipRateOf(options: FlipOptions, task: string): GivenFlips | "auto" {
  const given = (["flipRate", "audit", "agreement"] as const).filter((name) => options[name] !== undefined);
  if (given.length === 0) return "auto";
  const names = given.map((name) => (name === "flipRate" ? "--flip-rate" : `--${name}`));
  if (task !== "preference")
    throw new UsageError(`${names[0]}: expected --task preference with it, got --task ${task}`);
  if (given.length > 1) throw new UsageError(`${names[0]}: expected the rate once, got ${names[1]}, too`);
  return options[given[0]]!;
}

function known(text: string): GivenFlips {
  const epsilon = Number(text);
  if (text.trim() === "" || !(epsilon >= 0 && epsilon < 0.5))
    throw new InvalidArgumentError(`expected a share from 0 to less than 0.5, got '${text}'`);
  return { from: "known", epsilon, lower: null, upper: null };
}

function audited(text: string): GivenFlips {
  const [flips, total] = countsOf(text) ?? [];
  if (flips === undefined || total === undefined)
    throw new InvalidArgumentError(`expected FLIPS/TOTAL such as 4/50, got '${text}'`);
  return { from: "audit", ...checked(() => estimateFlipRate.fromAudit({ flips, total })) };
}

function agreed(text: string): GivenFlips {
  const counts = countsOf(text);
  if (counts !== null) {
    const [agreements, total] = counts;
    return { from: "agreement", ...checked(() => estimateFlipRate.fromAgreement({ agreements, total })) };
  }
  const share = Number(text);
  if (text.trim() === "" || !(share > 0.5 && share <= 1))
    throw new InvalidArgumentError(
      `expected a share above 0.5 (that many agree by chance) or N/TOTAL such as 68/100, got '${text}'`,
    );
  return { from: "agreement", epsilon: (1 - Math.sqrt(2 * share - 1)) / 2, lower: null, upper: null };
}

function countsOf(text: string): [number, number] | null {
  const match = /^\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(text);
  return match === null ? null : [Number(match[1]), Number(match[2])];
}

function checked<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}
