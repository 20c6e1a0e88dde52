/* Trials that may be what ended their workers. Not beside what loads pg-boss: every command would wait for it, and it looks for name servers. */
/** Workers that may end with a trial among others before it is suspected: most ends are no trial's fault, and neighbours have them together. */
const mostEnds = 2;

/** Whether a trial may be what ended its workers: then it is tried alone, where nothing but itself can be to blame. */
export function isSuspected({ ends }: { ends: number }): boolean {
  return ends >= mostEnds;
}

/** The priorities of suspected trials, by which they are taken apart from others: the least one, and that of those for which a busy worker stops. */
export const [apart, overdue] = [-(2 ** 31), -(2 ** 31) + 1];

/** SQL: suspected trials for workers of one code (`house`, itself SQL) that no worker has taken. */
export function suspectedOf(house: string): string {
  return `from minimand_queue.job where name = 'trial-' || ${house} and state < 'active' and not blocked and priority <= ${overdue}`;
}
