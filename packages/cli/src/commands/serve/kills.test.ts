import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../../../../test/support/cli.ts";
import { hasPostgres, noPostgres, startPostgres } from "../../../../../test/support/postgres.ts";
import { type Background, background } from "../../../../../test/support/processes.ts";
import type { Database } from "../../store/database.ts";
import { freshPglite, postgresAddress, silent } from "../../store/databases.fixture.ts";
import { openDatabase } from "../../store/open-database.ts";
import { type Received, startReceiver } from "./mail/mail-receiver.fixture.ts";
import { catalogue, recordNews } from "./mail/news.ts";

// MINIMAND_TEST_KILLS=20 MINIMAND_TEST_SUBSCRIBERS=500 is the long form.
const kills = Number(process.env.MINIMAND_TEST_KILLS ?? 3);
const subscribers = Number(process.env.MINIMAND_TEST_SUBSCRIBERS ?? 50);

it(`misses nobody in ${kills} kills in the middle of a digest, and sends at most one mail twice for each`, async () => {
  const address = await freshPglite();
  await checkKills({
    kills,
    subscribers,
    args: ["--store", `pglite:${address.folder}`],
    env: { DATABASE_URL: "" },
    open: () => openDatabase(address, silent),
    async afterKill() {},
  });
}, 1_800_000);

it.runIf(hasPostgres())(`misses nobody on PostgreSQL, either${noPostgres}`, async () => {
  await using server = await startPostgres({ fsync: false });
  await checkKills({
    kills: 1,
    subscribers: 30,
    args: ["--store", "postgres:"],
    env: { DATABASE_URL: server.url },
    open: () => openDatabase(postgresAddress(server.url), silent),
    // As after the time for which nobody is sure that who sent is gone.
    afterKill: async () => {
      await server.query("update minimand.sender set until = now() - interval '1 second'");
    },
  });
});

interface Kills {
  kills: number;
  subscribers: number;
  args: string[];
  env: Record<string, string>;
  open: () => Promise<Database>;
  /** Runs between the end of a server and the start of the next one. */
  afterKill: () => Promise<void>;
}

async function checkKills({ kills, subscribers, open, afterKill, ...given }: Kills): Promise<void> {
  const setup = await open();
  await recordNews(setup, catalogue());
  // Next time it is new.
  await setup.query("delete from minimand.catalogue where slug = 'lion'");
  await setup.query(
    `insert into minimand.subscriptions (address, name, rhythm, confirmed_at, period, news_seen)
    select 'reader-' || i || '@example.org', 'reader-' || i || '@example.org',
      case when i % 2 = 0 then 'daily' else 'weekly' end, now(), '2020-01-06', 0
    from generate_series(1, $1::int) i`,
    [subscribers],
  );
  await setup.close();

  await using receiver = await startReceiver();
  const args = [
    ...["serve", "--port", "0", ...given.args],
    ...["--url", "https://news.example.org/", "--from", "news@example.org"],
  ];
  const env = {
    ...given.env,
    SMTP_URL: receiver.url,
    XDG_DATA_HOME: temporaryFolder(),
    MINIMAND_SECRET: "0123456789".repeat(4),
  };
  let server: Background = background(args, { env });
  for (let kill = 1; kill <= kills; kill++) {
    const target = Math.floor((subscribers * kill) / (kills + 1));
    const enough = Promise.withResolvers<void>();
    receiver.onMail = async () => {
      if (receiver.mails.length < target) return;
      // Before, as and after its sender hears that the mail came.
      const late = setTimeout(kill % 3 === 0 ? 0 : Math.random() * 20).then(() => {
        server.signal("SIGKILL");
        enough.resolve();
      });
      receiver.onMail = () => {};
      if (kill % 3 === 1) await late;
    };
    await Promise.race([
      enough.promise,
      server.ended.then(({ stderr }) => {
        if (receiver.mails.length < target) throw new Error(`expected a server, got its end: ${stderr}`);
      }),
    ]);
    expect((await server.ended).code).toBeNull();
    await afterKill();
    server = background(args, { env });
  }
  await server.until(
    /^digests: \d+ sent, 0 postponed, 0 refused, 0 to addresses that no longer exist$/m,
    600_000,
  );
  server.signal("SIGTERM");
  const { code, stderr } = await server.ended;
  expect(code).toBe(0);
  expect(stderr).not.toContain("reader-");

  const byReader = Map.groupBy(receiver.mails, ({ to }) => to.join());
  expect(byReader.size).toBe(subscribers);
  expect(receiver.mails.length).toBeGreaterThan(subscribers);
  expect(receiver.mails.length).toBeLessThanOrEqual(subscribers + kills);
  for (const mails of byReader.values()) expect(new Set(mails.map(told)).size).toBe(1);
  expect(new Set([...byReader.values()].map(([{ parsed }]) => parsed.messageId)).size).toBe(subscribers);

  const after = await open();
  const unfinished = await after.query("select 1 from minimand.digests where finished_at is null");
  const seen = await after.query<{ count: number }>(
    "select count(*)::int as count from minimand.subscriptions where news_seen = (select max(id) from minimand.news)",
  );
  await after.close();
  expect(unfinished).toEqual([]);
  expect(seen).toEqual([{ count: subscribers }]);
}

/** All that a reader sees of a mail, and what programs know it by. */
const told = ({ parsed }: Received): string =>
  JSON.stringify([parsed.messageId, parsed.date, parsed.subject, parsed.text, parsed.html]);
