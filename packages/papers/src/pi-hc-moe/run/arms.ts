import { named } from "../../kit/named.ts";

/** One way to find the field. */
export interface Arm {
  id: string;
  label: string;
  /** Basis functions; 1 without a layer. */
  size: number;
  /** Blocks along time and place; null without a layer. */
  experts: readonly [number, number] | null;
  /** Points an expert sees while training. */
  samples?: number;
  /** Whether the experts' solves start from the single expert's solution. */
  warm?: boolean;
  /** Whether experts are also asked to meet their neighbours, an extension that the paper hasn't. */
  meet?: boolean;
  /** Steps of training at the default scale, so that all arms take about the same time. */
  steps: number;
}

const soft: Arm = { id: "soft", label: "soft constraint", size: 1, experts: null, steps: 1650 };
const hard = (size: number, steps: number): Arm => ({
  id: `hard-${size}`,
  label: `hard constraint, ${size} functions`,
  size,
  experts: [1, 1],
  samples: 400,
  steps,
});
const mixture = (count: number, size: number, samples: number, steps: number): Arm => ({
  id: `mixture-${count}-${size}-${samples}`,
  label: `${count} experts, ${size} functions, ${samples} points each`,
  size,
  experts: [1, count],
  samples,
  steps,
});

/** The arms that the rule speaks of. */
export const judged = { soft: "soft", hard: "hard-16", mixture: "mixture-4-16-100" } as const;

/** What the default scale trains. */
export const arms: readonly Arm[] = [soft, hard(16, 400), mixture(2, 16, 200, 365), mixture(4, 16, 100, 320)];

const four = mixture(4, 16, 100, 260);

/** What else has been tried of the mixture, under the full scale alone. */
export const attempts: readonly Arm[] = [
  hard(8, 450),
  mixture(2, 8, 200, 420),
  mixture(4, 8, 100, 400),
  mixture(4, 8, 380, 340),
  { ...four, id: `${four.id}-warm`, label: `${four.label}, from the single expert's solution`, warm: true },
  {
    ...four,
    id: `${four.id}-meet`,
    label: `${four.label}, meeting their neighbours (ours)`,
    meet: true,
    steps: 160,
  },
];

/** The arm of that name. */
export const armOf = (id: string): Arm => named([...arms, ...attempts], id, "arm");
