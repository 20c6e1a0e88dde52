/** Shows how far something is. */
export interface ProgressLine {
  /** @param left milliseconds, where it is known better than by the work that is done; null: it is not known yet */
  update(done: number, total: number, label: string, left?: number | null): void;
  /** Removes what is shown. */
  clear(): void;
}
