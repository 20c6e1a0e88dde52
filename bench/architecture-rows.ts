/** What architecture-search.ts prints: milliseconds by search. */
export interface ArchitectureResult {
  gradients: { [search: string]: number };
  wasm: { [search: string]: number };
  native: { [search: string]: number } | null;
}

const names: { [search: string]: string } = {
  "darts-1": "DARTS of first order",
  "darts-2-exact": "DARTS of second order, exact",
  rarts: "RARTS, Gauss-Seidel",
  "rarts-jacobi": "RARTS, Jacobi",
};

/** Rows of the table of results: what, measured, target, met. */
export function architectureRows({
  gradients,
  wasm,
  native,
}: ArchitectureResult): [string, string, string, boolean][] {
  const share = (times: { [search: string]: number }, search: string): number =>
    times[search] / times["darts-2"];
  const text = (times: { [search: string]: number }, search: string): string =>
    `${share(times, search).toFixed(2)} (${times[search].toFixed(1)} ms)`;
  return Object.entries(names).map(([search, name]) => {
    const measured = [
      ...(native === null ? [] : [`native ${text(native, search)}`]),
      `wasm ${text(wasm, search)}`,
    ];
    const isRarts = search.startsWith("rarts");
    return [
      `step of ${name} on a supernet, ${gradients[search]} gradients, as a share of second-order DARTS by differences, ${gradients["darts-2"]} gradients`,
      measured.join(", "),
      isRarts ? "below 1" : "",
      !isRarts || [wasm, ...(native === null ? [] : [native])].every((times) => share(times, search) < 1),
    ];
  });
}
