/*
 * What a shop can compute about its checkout before it learns from visitors.
 *
 * A visitor passes four pages, and on each is shown nothing, a reassurance or a discount. The program finds the best offers for three
 * prices of a discount, and checks the expected loss by simulated visits. Then it computes the exploration bonuses of a learner that
 * seldom offers anything. These need an inverse covariance, which the program estimates from visits in two ways.
 *
 *     npx node --conditions=minimand-source examples/checkout-funnel.ts
 */

import {
  bestPolicyDp,
  checkoutFunnel,
  dilatedBonusDp,
  funnelActions,
  localBonus,
  matrixGeometricResampling,
  policyCover,
  policyEvaluationDp,
  regularisedInverse,
  resamplingSize,
  simulatorFreeSchedule,
} from "@minimand/lab/online";
import { derive, type RandomSource, randomSource } from "minimand/engine";

const { simulator, lossAt } = checkoutFunnel();
const { horizon, dim, states, startDistribution } = simulator;
const pages = Array.from({ length: horizon }, (_, page) => page);
const kinds = ["eager", "hesitant"] as const;
const gamma = 0.05;
/** Shows nothing to nine visitors in ten. */
const timid = [0.9, 0.07, 0.03];

type Row = number[] | Float64Array;
/** Distributions over the offers by page and kind of visitor. */
type Policy = Row[][];

const everywhere = (row: Row): Policy => pages.map((page) => Array.from({ length: states[page] }, () => row));
const always = (offer: number): Policy => everywhere(funnelActions.map((_, a) => Number(a === offer)));
const transition = pages.map((page) =>
  Array.from({ length: states[page] }, (_, s) =>
    funnelActions.map((_, a) => (page + 1 < horizon ? Array.from(simulator.transition(page, s, a)) : [])),
  ),
);

/** Expected loss of a visit, by dynamic programming. */
export function expectedLoss(price: number, policy: Policy): number {
  const q = policyEvaluationDp({ loss: lossAt(price) as number[][][], transition, policy })[0];
  return Array.from(startDistribution).reduce(
    (sum, p, s) => sum + p * q[s].reduce((inner, value, a) => inner + policy[0][s][a] * value, 0),
    0,
  );
}

/** Pairs of visitor's kind and offer, one for each page of a simulated visit. */
function visit(policy: Policy, random: RandomSource): { state: number; offer: number }[] {
  let state = simulator.start(random);
  return pages.map((page) => {
    const u = random();
    const row = policy[page][state];
    const met = { state, offer: u < row[0] ? 0 : u < row[0] + row[1] ? 1 : 2 };
    if (page + 1 < horizon) state = simulator.step(page, state, met.offer, random);
    return met;
  });
}

/** Losses of policies at a price of the discount, and the best offers: by page for eager and hesitant visitors. */
export function offersAt(price: number, { visits = 10_000, seed = 1 } = {}) {
  const { action } = bestPolicyDp({ loss: lossAt(price) as number[][][], transition });
  const best = pages.map((page) =>
    Array.from(action[page], (chosen) => funnelActions.map((_, a) => Number(a === chosen))),
  );
  const random = randomSource(seed);
  const loss = lossAt(price);
  let simulated = 0;
  for (let i = 0; i < visits; i++)
    visit(best, random).forEach(({ state, offer }, page) => {
      simulated += loss[page][state][offer] / visits;
    });
  return {
    price,
    always: funnelActions.map((_, offer) => expectedLoss(price, always(offer))),
    best: expectedLoss(price, best),
    simulated,
    offers: kinds.map((_, kind) => pages.map((page) => funnelActions[action[page][kind]])),
  };
}

/** Largest error of an inverse covariance from visits, and the draws that the theory asks for. */
export function covarianceErrors({ length = 100, batches = 200, seed = 2 } = {}) {
  const draws = featuresOf(everywhere(timid), 1, length * batches, seed);
  const grouped = Array.from({ length: batches }, (_, m) => draws.slice(m * length, (m + 1) * length));
  const exact = exactInverses(everywhere(timid))[1];
  const error = (found: readonly Float64Array[]) =>
    Math.max(...found.flatMap((row, i) => [...row].map((value, j) => Math.abs(value - exact[i][j]))));
  return {
    draws: length * batches,
    largest: Math.max(...exact.flatMap((row) => [...row])),
    inverted: error(regularisedInverse(draws, { gamma })),
    resampled: error(matrixGeometricResampling(grouped, { gamma, symmetric: true })),
    asked: resamplingSize({ gamma, accuracy: 0.5, dim, horizon, episodes: 10_000 }),
  };
}

/** Features of a page as visits under a policy meet them. */
function featuresOf(policy: Policy, page: number, visits: number, seed: number): ArrayLike<number>[] {
  const random = randomSource(derive(seed, page));
  return Array.from({ length: visits }, () => {
    const { state, offer } = visit(policy, random)[page];
    return simulator.features(page, state, offer);
  });
}

/** `(gamma I + E phi phi^T)^-1` of each page: features are one-hot, so it is diagonal. */
function exactInverses(policy: Policy): Float64Array[][] {
  let arriving = Array.from(startDistribution);
  return pages.map((page) => {
    const met = arriving.flatMap((p, s) => funnelActions.map((_, a) => p * policy[page][s][a]));
    const rows = met.map((p, i) => Float64Array.from(met, (_, j) => (i === j ? 1 / (gamma + p) : 0)));
    if (page + 1 < horizon)
      arriving = states.slice(0, 3).map((_, next) => {
        let sum = 0;
        met.forEach((p, i) => {
          sum += p * transition[page][Math.floor(i / 3)][i % 3][next];
        });
        return sum;
      });
    return rows;
  });
}

/** Bonuses of the timid policy for the offers to hesitant visitors of the first page: of the page alone, and of what may follow. */
export function bonuses({ beta = 0.01 } = {}): { local: number[]; dilated: number[]; evaluated: number[] } {
  const policy = everywhere(timid);
  const inverses = exactInverses(policy);
  const bonus = pages.map((page) =>
    Array.from({ length: states[page] }, (_, s) => {
      const features = funnelActions.map((_, a) => Array.from(simulator.features(page, s, a)));
      return localBonus({ features, sigmaInverse: inverses[page], policy: policy[page][s], beta });
    }),
  );
  const hesitant = (table: readonly Float64Array[][]) => Array.from(table[0][1]);
  return {
    local: hesitant(bonus),
    dilated: hesitant(dilatedBonusDp({ bonus, transition, policy })),
    // Without the factor 1 + 1/H, bonuses add up as losses do.
    evaluated: hesitant(policyEvaluationDp({ loss: bonus, transition, policy })),
  };
}

/** Which pairs of page and kind of visitor a few exploring policies come to know, without a model of visitors. */
export function explored({ policies = 24, rollouts = 50, alpha = 10, seed = 3 } = {}) {
  const cover = policyCover(simulator, { policies, rollouts, alpha, episodes: 1000, optimism: 0.3, seed });
  const known = pages.map((page) =>
    kinds.map((_, kind) =>
      cover.known(
        page,
        funnelActions.map((_, offer) => simulator.features(page, kind, offer)),
      ),
    ),
  );
  return { episodes: policies * rollouts, known };
}

/** Sizes that the theory sets for a learner without a simulator. */
export const scheduleFor = (episodes: number) => simulatorFreeSchedule({ horizon, dim, episodes });

if (import.meta.main) {
  const digits = (values: readonly number[]) => values.map((value) => value.toFixed(3)).join("  ");
  for (const price of [0, 0.5, 1]) {
    const { always, best, simulated, offers } = offersAt(price);
    console.log(`discount at price ${price}: always ${funnelActions.join(", ")}: losses ${digits(always)}`);
    console.log(`  best offers: loss ${digits([best])}, simulated ${digits([simulated])}`);
    kinds.forEach((kind, i) => {
      console.log(`  ${kind} visitors, page by page: ${offers[i].join(", ")}`);
    });
  }
  const { draws, largest, inverted, resampled, asked } = covarianceErrors();
  console.log(`inverse covariance of page 2 from ${draws} visits, entries up to ${largest.toFixed(1)}:`);
  console.log(`  largest error ${digits([inverted])} by inversion, ${digits([resampled])} by resampling`);
  console.log(
    `  for an error of 0.5 the theory of resampling asks for ${asked.batches} series of ${asked.length}`,
  );
  const { local, dilated, evaluated } = bonuses();
  console.log(`bonuses of ${funnelActions.join(", ")} for hesitant visitors of page 1:`);
  console.log(`  ${digits(local)} of the page, ${digits(evaluated)} summed, ${digits(dilated)} dilated`);
  const { episodes: played, known } = explored();
  console.log(
    `states known after ${played} exploring visits: ${known.flat().filter(Boolean).length} of ${known.flat().length}`,
  );
  for (const episodes of [1e4, 1e6]) {
    const { cover, epoch } = scheduleFor(episodes);
    console.log(
      `${episodes} visits without a simulator: epochs of ${epoch}, but a cover of ${cover.policies} policies with ${cover.rollouts.toExponential(1)} rollouts`,
    );
  }
}
