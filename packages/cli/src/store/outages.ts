import pRetry from "p-retry";
import { UsageError } from "../failure.ts";
import { isConflict, isOutage, isQueue, reasonOf } from "./database-errors.ts";

/** How long a database may be away, and where that is reported. */
export interface OutageOptions {
  /** What messages call the database. */
  name: string;
  /** Milliseconds for which a statement is tried again. */
  patience: number;
  /** Is told once an outage that we wait, and once that it is over. */
  tell: (line: string) => void;
  /** Ends all waiting. */
  signal: AbortSignal;
}

/**
 * Makes what bears outages of a database: work is done again, whole, while the connection breaks or other transactions are in its
 * way, after 0.1 s first and every 2 s in the end.
 *
 * A connection that breaks once isn't told of: the next try has another.
 *
 * @returns a function that rejects with UsageError when patience is used up, with the signal's reason when that is given, and with
 *   any other error at once
 */
export function bearOutages({
  name,
  patience,
  tell,
  signal,
}: OutageOptions): <T>(attempt: () => Promise<T>) => Promise<T> {
  let told = false;
  return async (attempt) => {
    try {
      const answer = await pRetry(attempt, {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: 100,
        maxTimeout: 2000,
        randomize: true,
        maxRetryTime: patience,
        signal,
        shouldRetry: ({ error }) => isOutage(error) || isConflict(error),
        onFailedAttempt: ({ error, attemptNumber }) => {
          if (told || attemptNumber < 2 || !isOutage(error) || isQueue(error)) return;
          told = true;
          tell(`${name}: waiting for the database (${reasonOf(error)})`);
        },
      });
      if (told) tell(`${name}: the database is back`);
      told = false;
      return answer;
    } catch (error) {
      if (signal.aborted || !isOutage(error)) throw error;
      throw new UsageError(
        `${name}: expected the database to come back within ${timeOf(patience)}, got: ${reasonOf(error)}`,
      );
    }
  };
}

const timeOf = (ms: number): string =>
  ms < 60_000 ? `${ms / 1000} s` : `${Math.round(ms / 60_000)} minutes`;
