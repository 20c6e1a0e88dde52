/** The first of the best epochs: the last one without validation, -1 before the first. */
export function bestOf(history: readonly { validation: number | null }[], higherIsBetter: boolean): number {
  if (history.every(({ validation }) => validation === null)) return history.length - 1;
  const sign = higherIsBetter ? 1 : -1;
  let [best, most] = [0, -Infinity];
  history.forEach(({ validation }, epoch) => {
    const value = sign * (validation ?? Number.NaN);
    if (value > most) [best, most] = [epoch, value];
  });
  return best;
}
