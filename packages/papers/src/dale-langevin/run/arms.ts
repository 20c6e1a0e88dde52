/** Samplers and the priors they start from. */
export const arms = [
  { id: "Dale-Langevin", kind: "multiplicative", sampler: "daleLangevin", mode: "perPixel" },
  { id: "Dale-Langevin, pooled prior", kind: "multiplicative", sampler: "daleLangevin", mode: "pooled" },
  { id: "unconstrained", kind: "multiplicative", sampler: "unconstrained", mode: "perPixel" },
  { id: "probability flow", kind: "multiplicative", sampler: "flow", mode: "perPixel" },
  { id: "additive diffusion", kind: "additive", sampler: null, mode: null },
] as const;
export type Arm = (typeof arms)[number];
