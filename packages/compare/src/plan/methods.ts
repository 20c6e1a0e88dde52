import { sgd } from "minimand";
import type { Task } from "../results.ts";
import type { Candidate } from "./candidate.ts";

/** Another way to minimise a loss: an optimizer instead of AdamW, or another training step around AdamW. */
export interface Method
  extends Pick<Candidate, "id" | "label" | "paper" | "reference" | "formula" | "settings" | "parameters"> {
  kind: "optimizer" | "step";
  optimizer?: Candidate["optimizer"];
  rates?: Candidate["rates"];
  step?: Candidate["step"];
  memory?: Candidate["memory"];
}

const weightDecay = 1e-4;

/** All of them; they run where `--optimizers` and `--steps` name them, with the loss of the baseline. */
export const methods: readonly Method[] = [
  {
    id: "sgd",
    label: "SGD",
    kind: "optimizer",
    formula: "w <- w - rate v, v <- 0.9 v + g",
    settings: [],
    parameters: {},
    rates: [5e-3, 5e-1],
    optimizer: ({ learningRate }) => sgd(learningRate, { momentum: 0.9, weightDecay }),
  },
];

/** The method with a loss: what the comparison runs. Its own settings come with the first ones of the loss. */
export function withLoss(method: Method, loss: Candidate, task: Task): Candidate {
  const [first = {}] = loss.settings;
  const own = method.settings.length === 0 && loss.settings.length > 0 ? [{}] : method.settings;
  return {
    tasks: [task],
    loss: loss.loss,
    objective: loss.objective,
    head: loss.head,
    classWeighted: loss.classWeighted,
    ...method,
    settings: own.map((settings) => ({ ...first, ...settings })),
    parameters: { ...loss.parameters, ...method.parameters },
    memory: (examples, settings) => ({
      ...loss.memory?.(examples, settings),
      ...method.memory?.(examples, settings),
    }),
  };
}
