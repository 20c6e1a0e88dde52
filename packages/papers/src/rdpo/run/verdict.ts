import { graded, type Verdict, word } from "../../kit/evidence.ts";
import { difference, logSlope, mean } from "../../kit/statistics.ts";

/** Mean errors and gaps of the losses that the rule looks at, for one share of swapped labels and one number of pairs. */
export interface BanditCell {
  epsilon: number;
  count: number;
  error: Losses<number>;
  gap: Losses<number>;
}

/** A value for each of three losses. */
export type Losses<T> = { dpo: T; cdpo: T; rdpo: T };

/** The numbers that the rule of the card asks for, and rewards at equal divergence, which it doesn't. */
export interface Evidence {
  features: number;
  cells: readonly BanditCell[];
  /** Rewards at the end by seed. */
  rewards: Losses<readonly number[]>;
  /** Whether the losses gave the same numbers where nothing was swapped. */
  same: boolean;
  /** Where DPO ends: its divergence, and the rewards that DPO and rDPO had there, by seed. */
  equal: { kl: readonly number[]; dpo: readonly number[]; rdpo: readonly number[] };
}

const enough = ({ count }: BanditCell): boolean => count >= 2000;

/** The rule of the card. */
export function judge({ features, cells, rewards, same, equal }: Evidence): Verdict {
  const rates = ratesOf(cells.filter((cell) => enough(cell) && cell.epsilon <= 0.3));
  const falls = rates.every(({ slope }) => Math.abs(slope + 0.5) <= 0.1);
  const change = Math.max(...rates.map((rate) => rate.change));
  const i = rates.length > 0 && falls && change < 0.1;

  const scaled = cells.map(
    ({ epsilon, count, error }) => error.rdpo * (1 - 2 * epsilon) * Math.sqrt(count / features),
  );
  const [least, most] = [Math.min(...scaled), Math.max(...scaled)];
  const ii = most / least < 2;

  const large = cells.filter(enough);
  const out = large.filter(({ gap }) => !(gap.rdpo < gap.dpo && gap.dpo < gap.cdpo));
  const iii = large.length > 0 && out.length === 0;

  const gain = difference(rewards.rdpo, rewards.dpo);
  const ordered = mean(rewards.dpo) > mean(rewards.cdpo);
  const iv = gain.mean > 2 * gain.error && ordered;

  const text = iv && same;
  const bandit = i && ii && iii;
  const because =
    `(i) ${word(i)}: ${ratesText(rates, change)}. ` +
    `(ii) ${word(ii)}: ${least.toFixed(1)} to ${most.toFixed(1)}. ` +
    `(iii) ${word(iii)}${out.length === 0 ? "" : `, at ${out.map(({ epsilon, count }) => `epsilon ${epsilon}, n ${count}`).join("; ")}`}. ` +
    `(iv) ${word(iv)}: rewards of rDPO ${two(rewards.rdpo)}, DPO ${two(rewards.dpo)}, cDPO ${two(rewards.cdpo)}; rDPO's lead over DPO ${gain.mean.toFixed(2)} ± ${gain.error.toFixed(2)}. ` +
    `(v) ${word(same)}. ${atEqual(equal, gain.mean)}`;
  return { verdict: graded(bandit && text, ordered && (bandit || text)), because };
}

function ratesText(rates: readonly { slope: number }[], change: number): string {
  // A quick run has one number of pairs, of which nothing falls or changes.
  if (rates.length === 0 || rates.some(({ slope }) => Number.isNaN(slope)))
    return "no slopes, which need several numbers of pairs from 2000 on";
  return `slopes ${rates.map(({ slope }) => slope.toFixed(2)).join(", ")}; DPO and cDPO change by at most ${(100 * change).toFixed(0)} %`;
}

/** By share of swapped labels: the slope of rDPO's error, and by how much those of the others change, as shares. */
function ratesOf(cells: readonly BanditCell[]): { slope: number; change: number }[] {
  return [...Map.groupBy(cells, ({ epsilon }) => epsilon).values()].map((own) => {
    const [first, last] = [own[0].error, own[own.length - 1].error];
    const slope = logSlope(
      own.map(({ count }) => count),
      own.map(({ error }) => error.rdpo),
    );
    const change = Math.max(
      ...(["dpo", "cdpo"] as const).map((name) => Math.abs(last[name] / first[name] - 1)),
    );
    return { slope, change };
  });
}

/** What is left of the gain where both are as far from the start. */
function atEqual({ kl, dpo, rdpo }: Evidence["equal"], gain: number): string {
  const left = difference(rdpo, dpo);
  const told = `At the divergence where DPO ends (${mean(kl).toFixed(1)} nats) rDPO's reward is ${two(rdpo)} and DPO's ${two(dpo)}, a lead of ${left.mean.toFixed(2)} ± ${left.error.toFixed(2)}`;
  if (!(gain > 0)) return `${told}.`;
  return `${told}: the gain is ${left.mean < gain / 2 ? "mostly" : "not mostly"} one of scale.`;
}

const two = (values: readonly number[]): string => mean(values).toFixed(2);
