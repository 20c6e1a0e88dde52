import { checkNumber } from "minimand/engine";
import type { LayerTable } from "./dynamic-programming.ts";
import { type TabularSimulator, tabularSimulator } from "./tabular-mdp.ts";

/** What may be offered to a visitor of {@link checkoutFunnel}. */
export const funnelActions = ["nothing", "reassurance", "discount"] as const;

/**
 * Returns a checkout of four pages. On each a visitor is eager, hesitant or gone, and is shown nothing, a reassurance or a discount; a
 * discount keeps more visitors and costs margin. Losses: an offered discount costs a tenth, and a visitor who is not eager on the last page
 * has not bought. Campaigns change what a discount costs from phase to phase. Features are one-hot, `dim = 9`. The numbers are made up; the
 * shape is that of a real funnel.
 *
 * @returns the dynamics, and the loss of an episode by the price of a discount, in [0, 1]
 *
 * @example
 * const { simulator, lossAt } = checkoutFunnel();
 */
export function checkoutFunnel(): { simulator: TabularSimulator; lossAt(price: number): LayerTable } {
  const horizon = 4;
  // Probabilities of being eager, hesitant or gone on the next page.
  const eager = [
    [0.75, 0.15, 0.1],
    [0.8, 0.15, 0.05],
    [0.9, 0.07, 0.03],
  ];
  const hesitant = [
    [0.2, 0.4, 0.4],
    [0.4, 0.4, 0.2],
    [0.6, 0.25, 0.15],
  ];
  const gone = [0, 1, 2].map(() => [0, 0, 1]);
  const features = Array.from({ length: horizon }, () =>
    [0, 1, 2].map((state) =>
      [0, 1, 2].map((a) => Float64Array.from({ length: 9 }, (_, i) => Number(i === 3 * state + a))),
    ),
  );
  const transition = Array.from({ length: horizon - 1 }, () => [eager, hesitant, gone]);
  const simulator = tabularSimulator({ features, transition, start: [0.6, 0.4, 0] });
  return {
    simulator,
    lossAt(price) {
      checkNumber("price", price, { min: 0, max: 1 });
      return Array.from({ length: horizon }, (_, h) =>
        [0, 1, 2].map((state) =>
          [0, 1, 2].map((a) => {
            const offer = state !== 2 && a === 2 ? 0.1 * price : 0;
            const lost = h === horizon - 1 ? [0.1, 0.6 - 0.2 * a, 0.9][state] : 0;
            return lost + offer;
          }),
        ),
      );
    },
  };
}
