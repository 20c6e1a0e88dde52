import { type Choices, chosen } from "../../kit/choices.ts";
import { rhos, type Study } from "./settings.ts";

/** Names the networks to fit: mixtures and baselines. Labels of single rows have no bags, so one bag size is enough for them. */
export function networkArms({ model, ks }: Study, k: number): string[] {
  const mixtures = rhos.map((rho) => `rho ${rho}`);
  return [...mixtures, ...(model === "mlp" ? ["debiased"] : []), ...(k === ks[0] ? ["labels"] : [])];
}

/** The committed choices for one data set and model. */
export function choicesOf(choices: Choices, dataset: string, model: string) {
  const number = (name: string, column: string): number => chosen(choices, name, [column])[column];
  const name = `${dataset}, ${model}`;
  const at = (k: number, column: string) => number(`${name}, k ${k}`, column);
  return {
    learningRate: (arm: string): number => number(name, arm),
    rho: (k: number): number => at(k, "rho"),
    ridge: (k: number): { bag: number; instance: number } =>
      model === "linear"
        ? { bag: at(k, "ridge, bag"), instance: at(k, "ridge, instance") }
        : { bag: 0, instance: 0 },
  };
}
