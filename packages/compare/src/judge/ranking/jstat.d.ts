/** The few functions of jStat 1.9.6 that are used here; the package ships no types. */
declare module "jstat" {
  const jStat: {
    /** Regularised incomplete beta function I_x(a, b). */
    ibeta(x: number, a: number, b: number): number;
    /** Regularised lower incomplete gamma function P(a, x). */
    lowRegGamma(a: number, x: number): number;
    chisquare: { inv(p: number, df: number): number };
    normal: { inv(p: number, mean: number, sd: number): number };
    studentt: { inv(p: number, df: number): number };
    /** Studentized range of k means; `df` may be Infinity. */
    tukey: { inv(p: number, k: number, df: number): number };
  };
  export default jStat;
}
