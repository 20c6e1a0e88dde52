import { expect, it } from "vitest";
import { bonuses, covarianceErrors, explored, offersAt, scheduleFor } from "./checkout-funnel.ts";

it("offers discounts where they are cheap, and reassures otherwise", () => {
  const free = offersAt(0);
  expect(free.offers[0].slice(0, 3)).toEqual(["discount", "discount", "discount"]);
  const dear = offersAt(1);
  expect(dear.offers[0].slice(0, 3)).toEqual(["reassurance", "reassurance", "reassurance"]);
  // On the last page a discount saves 0.2 more than a reassurance does, and costs 0.1.
  expect(dear.offers[1]).toEqual(["reassurance", "reassurance", "reassurance", "discount"]);
  expect(free.best).toBeCloseTo(free.always[2], 12);
  expect(dear.best).toBeLessThan(Math.min(...dear.always));
  // A discount at price 1 costs a tenth for each page on which the visitor is still there.
  const { always } = offersAt(0.5);
  expect(always[2]).toBeCloseTo((free.always[2] + dear.always[2]) / 2, 12);
});

it("computes the loss that simulated visits have", () => {
  for (const price of [0, 1]) {
    const { best, simulated } = offersAt(price);
    expect(Math.abs(simulated - best)).toBeLessThan(0.015);
  }
});

it("estimates the inverse covariance better by inversion than by resampling", () => {
  const { inverted, resampled, largest, draws, asked } = covarianceErrors();
  expect(inverted).toBeLessThan(0.05 * largest);
  expect(resampled).toBeGreaterThan(inverted);
  expect(resampled).toBeLessThan(0.15 * largest);
  // 2 / gamma ln(1 / (accuracy gamma)) draws a series, at gamma 0.05 and accuracy 0.5.
  expect(asked.length).toBe(Math.ceil(40 * Math.log(40)));
  expect(asked.length * asked.batches).toBeGreaterThan(1000 * draws);
});

it("gives the largest bonuses to what is seldom offered, and larger ones ahead of pages that follow", () => {
  const { local, dilated, evaluated } = bonuses();
  // Of the 40 % of hesitant visitors 90, 7 and 3 % see the offers; the first page's inverse is 1 / (gamma + share).
  const shares = [0.9, 0.07, 0.03];
  const inverse = shares.map((share) => 1 / (0.05 + 0.4 * share));
  const mean = inverse.reduce((sum, value, a) => sum + shares[a] * value, 0);
  inverse.forEach((value, a) => {
    expect(local[a]).toBeCloseTo(0.01 * (value + mean), 12);
    expect(evaluated[a]).toBeGreaterThan(local[a]);
    expect(dilated[a]).toBeGreaterThan(evaluated[a]);
    // Three pages follow, and each dilates by 5/4 once more.
    expect(dilated[a] - local[a]).toBeLessThan(1.25 ** 3 * (evaluated[a] - local[a]));
    expect(dilated[a] - local[a]).toBeGreaterThan(1.25 * (evaluated[a] - local[a]));
  });
});

it("comes to know more states by more policies", () => {
  const count = (options: Parameters<typeof explored>[0]) =>
    explored(options).known.flat().filter(Boolean).length;
  const { episodes, known } = explored();
  expect(episodes).toBe(1200);
  expect(known.map((kinds) => kinds.length)).toEqual([2, 2, 2, 2]);
  // The bound is the same share of M0.
  const [few, more] = [6, 48].map((policies) => count({ policies, alpha: policies / 4 }));
  expect(few).toBeLessThan(more);
  // Sigma_cov is at least I / M0.
  expect(count({ policies: 6, alpha: 6 })).toBe(8);
});

it("asks for more visits than there are without a simulator", () => {
  const { cover, epoch, gamma } = scheduleFor(1e6);
  expect(cover.policies * cover.rollouts).toBeGreaterThan(1e6);
  expect(gamma).toBeCloseTo(1e6 ** (-2 / 9), 12);
  expect(epoch).toBe(2 * Math.round(gamma ** -2 / 2));
});
