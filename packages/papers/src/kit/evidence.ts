import type { ReproductionReport } from "../reproduction.ts";

/** What a rule comes to, and the numbers that decided. */
export type Verdict = Pick<ReproductionReport, "verdict" | "because">;

/** By whether all of a claim shows, or a part of it. */
export const graded = (all: boolean, part: boolean): Verdict["verdict"] =>
  all ? "reproduced" : part ? "partly reproduced" : "not reproduced";

/** A part of a claim in the words of a verdict. */
export const word = (holds: boolean): "holds" | "fails" => (holds ? "holds" : "fails");
