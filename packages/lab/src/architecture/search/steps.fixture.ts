import { type ConformingStep, labels, optimizer } from "../../../../minimand/src/training/steps.fixture.ts";
import { slimmableMlp } from "../models/index.ts";
import { darts } from "./darts.ts";
import { rarts } from "./rarts.ts";
import { searchStep } from "./search-step.ts";

const gated = slimmableMlp({ inputs: 2, hidden: [16], outputs: 2 });
const search = { optimizer, architectureOptimizer: optimizer };
const searched = (make: Parameters<typeof searchStep>[0]["search"]) =>
  searchStep({
    model: gated,
    loss: labels,
    search: make,
  });
/** Searches as training steps, for the conformance suite of all. */
export const searchSteps: readonly ConformingStep[] = [
  {
    name: "searchStep, rarts",
    model: gated,
    make: (compile) => searched((problem) => rarts(problem, { ...search, compile })),
    hyper: { beta: 0.5 },
  },
  {
    name: "searchStep, darts of second order",
    model: gated,
    make: (compile) => searched((problem) => darts(problem, { ...search, order: 2, compile })),
  },
];
