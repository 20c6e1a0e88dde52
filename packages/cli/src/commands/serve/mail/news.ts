import { cards, outcomeOf } from "@minimand/papers";
import type { Database, Sql } from "../../../store/database.ts";

/** A paper as the catalogue has it now. */
export interface Listed {
  slug: string;
  title: string;
  arxiv: string;
  /** Null: not measured yet. */
  verdict: string | null;
  held: string | null;
  notHeld: string | null;
}

/** Something that has changed in the catalogue. */
export interface News {
  kind: "paper" | "verdict";
  slug: string;
  title: string;
  arxiv: string;
  /** The verdict until then; null where there was none. */
  before: string | null;
  verdict: string | null;
  held: string | null;
  notHeld: string | null;
}

/** The papers of this version of the command. */
export function catalogue(): Listed[] {
  return cards.map(({ slug, title, arxiv }) => {
    const { verdict = null, held = null, notHeld = null } = outcomeOf(slug) ?? {};
    return { slug, title, arxiv, verdict, held, notHeld };
  });
}

/** Any number that nobody else locks in this database. */
const lock = [0x6d696e69, 3];

/**
 * Notes what is new since the catalogue was last looked at. The first time nothing is: all of it is where digests begin.
 *
 * @param listed all papers; one that isn't listed any more is no news
 * @returns how many changes there were
 */
export function recordNews(database: Database, listed: readonly Listed[]): Promise<number> {
  return database.transaction(async (sql) => {
    // Numbers of news have to come in the order in which they can be read.
    await sql.query("select pg_advisory_xact_lock($1::int, $2::int)", lock);
    const known = await sql.query<{ slug: string; verdict: string | null }>(
      "select slug, verdict from minimand.catalogue",
    );
    const before = new Map(known.map(({ slug, verdict }) => [slug, verdict]));
    const changed = listed.filter(
      ({ slug, verdict }) => !before.has(slug) || (verdict !== null && before.get(slug) !== verdict),
    );
    for (const paper of changed) {
      await sql.query(
        `insert into minimand.catalogue (slug, verdict) values ($1, $2)
        on conflict (slug) do update set verdict = excluded.verdict`,
        [paper.slug, paper.verdict],
      );
      if (known.length > 0) await insertNews(sql, paper, before);
    }
    return known.length > 0 ? changed.length : 0;
  });
}

async function insertNews(
  sql: Sql,
  { slug, title, arxiv, verdict, held, notHeld }: Listed,
  before: ReadonlyMap<string, string | null>,
): Promise<void> {
  await sql.query(
    `insert into minimand.news (kind, slug, title, arxiv, before, verdict, held, not_held)
    values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      before.has(slug) ? "verdict" : "paper",
      slug,
      title,
      arxiv,
      before.get(slug) ?? null,
      verdict,
      held,
      notHeld,
    ],
  );
}

/**
 * The content of a stretch of news: each paper once, in its last state. A verdict that is the same as before is left out.
 *
 * @param after number of the last news that was told
 * @param until number of the last one to tell
 */
export async function newsBetween(sql: Sql, after: string, until: string): Promise<News[]> {
  const rows = await sql.query<News>(
    `select kind, slug, title, arxiv, before, verdict, held, not_held as "notHeld" from minimand.news
    where id > $1::bigint and id <= $2::bigint order by id`,
    [after, until],
  );
  return [...Map.groupBy(rows, ({ slug }) => slug).values()]
    .map((each): News => ({ ...(each.at(-1) as News), kind: each[0].kind, before: each[0].before }))
    .filter(({ kind, before, verdict }) => kind === "paper" || before !== verdict);
}
