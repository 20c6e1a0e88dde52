export { advCompSum } from "./adv-comp-sum.ts";
export { adversarialTraining } from "./adversarial-training.ts";
export type { AdversarialStepOptions } from "./attacked-step.ts";
export type { PerturbationNorm } from "./ball.ts";
export { type FgsmAttack, type FgsmOptions, fgsm } from "./fgsm.ts";
export {
  type Attack,
  type AttackObjective,
  type AttackSize,
  type AttackStart,
  attackStart,
  type PgdOptions,
  type PgdStep,
  pgd,
  pgdStep,
} from "./pgd.ts";
export { type RobustAccuracy, type RobustEvaluator, robustAccuracy } from "./robust-accuracy.ts";
export { trades } from "./trades.ts";
