import { derive } from "minimand/engine";

/** Makes names of decisions: the number of the decision and a mark by which a name of another bandit is recognised. */
export function decisionIds(seed: number): {
  nameOf(t: number): string;
  /** The number, or null for what is no name of this bandit. */
  numberOf(name: unknown): number | null;
} {
  const nameOf = (t: number): string => `${t}-${derive(seed, 12, t).toString(36)}`;
  return {
    nameOf,
    numberOf(name) {
      if (typeof name !== "string") return null;
      const t = Number.parseInt(name, 10);
      return t >= 0 && nameOf(t) === name ? t : null;
    },
  };
}
