import { optimizersConform } from "../../../../minimand/src/optimizers/conformance.fixture.ts";
import { optimisticDescent } from "../index.ts";

optimizersConform([
  ["optimisticDescent", () => optimisticDescent({ D: 8, G: 4 })],
  ["optimisticDescent in a ball", () => optimisticDescent({ radius: 5, G: 4 })],
]);
