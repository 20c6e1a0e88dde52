import {
  attack,
  type ConformingStep,
  halfPlanes,
  model,
  optimizer,
} from "../../../minimand/src/training/steps.fixture.ts";
import { entropyMinimization } from "./entropy-minimization.ts";
import { distributionallyRobust, robustSelfTraining } from "./robust-self-training.ts";
import { selfTraining } from "./self-training.ts";
import { virtualAdversarial } from "./virtual-adversarial.ts";

/** Unlabelled rows of another domain: the half planes, stretched. */
const unlabeled = () => ({ unlabeled: (halfPlanes().x as Float32Array).map((v) => 1.2 * v) });
const semi = { model, optimizer, unlabeledBatch: 40 };

/** The steps of self-training, for the conformance suite of all. */
export const selfTrainingSteps: readonly ConformingStep[] = [
  {
    name: "distributionallyRobust",
    make: (compile) => distributionallyRobust({ ...attack, compile }),
    hyper: { gamma: 2 },
  },
  {
    name: "robustSelfTraining",
    make: (compile) => robustSelfTraining({ ...semi, steps: 2, compile }),
    memory: unlabeled,
  },
  {
    name: "robustSelfTraining, both parts robust",
    make: (compile) => robustSelfTraining({ ...semi, steps: 2, cost: "l2", robustLabeled: true, compile }),
    memory: unlabeled,
  },
  {
    name: "selfTraining",
    make: (compile) => selfTraining({ ...semi, compile }),
    hyper: { warmup: 20, every: 25 },
    memory: unlabeled,
  },
  {
    name: "entropyMinimization",
    make: (compile) => entropyMinimization({ ...semi, compile }),
    memory: unlabeled,
  },
  {
    name: "virtualAdversarial",
    make: (compile) => virtualAdversarial({ ...semi, compile }),
    hyper: { epsilon: 0.5 },
    memory: unlabeled,
  },
];
