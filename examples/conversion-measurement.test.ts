import { expect, it } from "vitest";
import { conversions } from "./conversion-measurement.ts";

it("ranks new users from noisy totals, not as well as from everyone's conversion", async () => {
  const { bags, epsilon, monthly, noise, mixtures, chosen, individual } = await conversions({
    users: 1200,
    bagSize: 4,
    epsilon: 4,
    epochs: 5,
    rhos: [0.03, 1],
  });
  expect(bags).toBe(300);
  expect(epsilon).toBe(4);
  expect(monthly.epsilon).toBeGreaterThan(epsilon);
  // Laplace noise of scale 1 / (bag size * epsilon) has this deviation.
  expect(noise / (Math.SQRT2 / (4 * 4))).toBeGreaterThan(0.8);
  expect(noise / (Math.SQRT2 / (4 * 4))).toBeLessThan(1.2);
  expect(individual).toBeGreaterThan(0.58);
  expect(mixtures.map(({ rho }) => rho)).toContain(chosen);
  const best = Math.max(...mixtures.map(({ auc }) => auc));
  expect(best).toBeGreaterThan(0.53);
  expect(best).toBeLessThan(individual + 0.03);
}, 60_000);
