export { type Gain, gainText } from "./amounts.ts";
export { advantageOf, besideBest, otherModels } from "./beside.ts";
export { furtherTime, partOf } from "./part-of.ts";
export { type Evidence, recommend, recommended } from "./recommend.ts";
export { recommendationFor } from "./recommendation-for.ts";
