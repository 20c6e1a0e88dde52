import { UsageError } from "../../../failure.ts";
import type { Database, Sql } from "../../../store/database.ts";
import { codeOf } from "../../../store/database-errors.ts";

/** A statement failed; says which SQLSTATE and nothing of what was in it. */
export class StoreError extends Error {
  override name = "StoreError";
}

/** A database whose errors contain no statements: drivers put them into errors with their parameters, addresses among those. */
export function discreet(database: Database): Database {
  return {
    ...database,
    query: <Row extends object>(text: string, parameters?: readonly unknown[]) =>
      quietly(database.query<Row>(text, parameters)),
    transaction: <T>(work: (sql: Sql) => Promise<T>) => quietly(database.transaction(work)),
  };
}

async function quietly<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new StoreError(`the store failed (${codeOf(error) || "without a code"})`);
  }
}
