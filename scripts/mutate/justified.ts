/** A mutant that no test has to notice, with the reason. `from` and `to` are the changed lines, with single spaces. */
export interface Justified {
  path: string;
  from: string;
  to: string;
  because: string;
}

/** Mutants that survive rightly: equal in effect, or different in nothing that anybody was promised. */
export const justified: readonly Justified[] = [];
