import type { Database, Session } from "../store/database.ts";

/** A database as a process has it that may be killed. */
export interface Mortal {
  database: Database;
  /** From now on nothing of the process reaches the database, and its locks are free. */
  kill(): Promise<void>;
  /** As SIGSTOP does: nothing goes on until {@link wake}, and its locks stay. */
  stop(): void;
  /** As SIGCONT does. */
  wake(): void;
}

/**
 * Stands for a process with a connection of its own: once it is killed, its statements are never answered, and what it does after that is
 * seen by nobody.
 *
 * @param close whether the database goes with the process, as it does unless it is embedded in this one
 */
export function mortal(database: Database, { close }: { close: boolean }): Mortal {
  let dead = false;
  let asleep = Promise.withResolvers<void>();
  asleep.resolve();
  const sessions = new Set<Session>();
  const living = async <T>(work: () => Promise<T>): Promise<T> => {
    await asleep.promise;
    if (dead) return new Promise<never>(() => {});
    const answer = await work();
    await asleep.promise;
    return dead ? new Promise<never>(() => {}) : answer;
  };
  const { backend } = database.boss;
  return {
    database: {
      kind: database.kind,
      name: database.name,
      query: (text, parameters) => living(() => database.query(text, parameters)),
      transaction: (work) => living(() => database.transaction(work)),
      boss: {
        backend,
        db: { executeSql: (text, values) => living(() => database.boss.db.executeSql(text, values)) },
      },
      session: () =>
        living(async () => {
          const session = await database.session();
          if (session === null) return null;
          sessions.add(session);
          const query: Session["query"] = (text, parameters) => living(() => session.query(text, parameters));
          return {
            query,
            get alive() {
              return session.alive;
            },
            close: () => session.close(),
          };
        }),
      close: () => database.close(),
    },
    stop() {
      asleep = Promise.withResolvers();
    },
    wake: () => asleep.resolve(),
    async kill() {
      dead = true;
      for (const session of sessions) await session.close().catch(() => {});
      if (close) await database.close().catch(() => {});
    },
  };
}
