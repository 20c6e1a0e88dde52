export { deadzone, huber, logcosh, relativistic } from "./boxes.ts";
export { blocks, scaled, stretched, sum } from "./compose.ts";
export { exp, hypentropy, logsumexp, max, softplus } from "./entropies.ts";
export { group, groupMax } from "./groups.ts";
export { newtonSchulz, nuclear, polarFactor, spectral } from "./matrices.ts";
export { l1, l2, linf, lp, topk } from "./norms.ts";
export { l1PlusQuadratic, l2squared, lpPower, lpSquared, quadratic } from "./penalties.ts";
