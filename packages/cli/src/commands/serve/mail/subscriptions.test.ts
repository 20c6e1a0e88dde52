import { randomBytes, randomUUID } from "node:crypto";
import { cards, outcomeOf } from "@minimand/papers";
import { beforeEach, describe, expect, it } from "vitest";
import { describeDatabases } from "../../../store/databases.fixture.ts";
import {
  dropDigest,
  finishDigest,
  giveUpLease,
  nextDigest,
  type Planned,
  planDigests,
  putOff,
  takeLease,
} from "./digests.ts";
import { catalogue, type Listed, newsBetween, recordNews } from "./news.ts";
import { waitFor } from "./rates.ts";
import type { Rhythm } from "./rhythm.ts";
import { addressOf, askFor, byMessage, confirm, end, forget, refuse } from "./subscriptions.ts";

const key = randomBytes(32);
const rate = { of: "address", most: 3, seconds: 600 };

const paper = (slug: string, verdict: string | null): Listed => ({
  slug,
  title: `Paper ${slug}`,
  arxiv: "2401.00001",
  verdict,
  held: verdict === null ? null : "It is faster.",
  notHeld: verdict === "partly reproduced" ? "It is not better." : null,
});

describe("catalogue", () => {
  it("has all papers with their verdicts", () => {
    expect(catalogue().map(({ slug }) => slug)).toEqual(cards.map(({ slug }) => slug));
    for (const { slug, verdict } of catalogue()) expect(verdict).toBe(outcomeOf(slug)?.verdict ?? null);
  });
});

describeDatabases("subscriptions", (database, test) => {
  beforeEach(async () => {
    for (const table of ["catalogue", "news", "subscriptions", "sender", "rates"])
      await database()?.query(`delete from minimand.${table}`);
  });
  test("rates let so many through, each by itself, and say how long to wait", async () => {
    for (let i = 0; i < 3; i++) expect(await waitFor(database(), key, rate, "ann@example.org")).toBe(0);
    const wait = await waitFor(database(), key, rate, "ann@example.org");
    expect(wait).toBeGreaterThan(590);
    expect(wait).toBeLessThanOrEqual(600);
    expect(await waitFor(database(), key, rate, "bob@example.org")).toBe(0);
    expect(await waitFor(database(), key, { ...rate, of: "client" }, "ann@example.org")).toBe(0);
  });

  test("rates begin anew once their time is over", async () => {
    for (let i = 0; i < 5; i++) await waitFor(database(), key, rate, "eve@example.org");
    await database().query("update minimand.rates set ends_at = now()");
    for (let i = 0; i < 3; i++) expect(await waitFor(database(), key, rate, "eve@example.org")).toBe(0);
    expect(await waitFor(database(), key, rate, "eve@example.org")).toBeGreaterThan(0);
  });

  test("rates count on from rows that nobody of us wrote", async () => {
    for (const [count, ends] of [
      ["2147483647", "now() + interval '30 seconds'"],
      ["1", "'infinity'"],
      ["2147483647", "'294276-12-31'"],
    ]) {
      await waitFor(database(), key, rate, "ann@example.org");
      await database().query(`update minimand.rates set count = ${count}, ends_at = ${ends}`);
      const wait = await waitFor(database(), key, rate, "ann@example.org");
      expect(wait).toBeLessThanOrEqual(rate.seconds);
    }
    // One that another began a moment later, while this waited for the row.
    await database().query(
      "update minimand.rates set count = 9, ends_at = now() + interval '1 second' + $1::int * interval '1 second'",
      [rate.seconds],
    );
    expect(await waitFor(database(), key, rate, "ann@example.org")).toBeGreaterThan(0);
  });

  test("a sender that claims to be there for ever is not believed", async () => {
    for (const until of ["infinity", "294276-12-31"]) {
      expect(await takeLease(database(), randomUUID())).toBe(true);
      await database().query("update minimand.sender set until = $1::timestamptz", [until]);
      expect(await takeLease(database(), randomUUID())).toBe(true);
      await database().query("delete from minimand.sender");
    }
    expect(await takeLease(database(), randomUUID())).toBe(true);
    await database().query("update minimand.sender set until = until + interval '1 second'");
    expect(await takeLease(database(), randomUUID())).toBe(false);
    await database().query("delete from minimand.sender");
  });

  test("rates let no more through where many ask at once", async () => {
    const all = Array.from({ length: 12 }, () => waitFor(database(), key, rate, "many@example.org"));
    expect((await Promise.all(all)).filter((wait) => wait === 0)).toHaveLength(3);
  });

  test("rates are kept without a trace of who asked", async () => {
    await waitFor(database(), key, rate, "secret@example.org");
    const rows = JSON.stringify(await database().query("select * from minimand.rates"));
    for (const trace of ["secret", "example"]) expect(rows).not.toContain(trace);
  });

  const all = async () => {
    const [{ last }] = await database().query<{ last: string }>(
      "select coalesce(max(id), 0)::text as last from minimand.news",
    );
    return newsBetween(database(), "0", last);
  };

  test("news are none the first time, and none where nothing has changed", async () => {
    expect(await recordNews(database(), [paper("a", "reproduced"), paper("b", null)])).toBe(0);
    expect(await recordNews(database(), [paper("a", "reproduced"), paper("b", null)])).toBe(0);
    expect(await all()).toEqual([]);
  });

  test("news are papers that come and verdicts that change; what goes is none", async () => {
    await recordNews(database(), [paper("a", "reproduced"), paper("b", null), paper("d", null)]);
    await recordNews(database(), [paper("a", "not reproduced"), paper("b", "reproduced"), paper("c", null)]);
    expect((await all()).map(({ kind, slug, before, verdict }) => [kind, slug, before, verdict])).toEqual([
      ["verdict", "a", "reproduced", "not reproduced"],
      ["verdict", "b", null, "reproduced"],
      ["paper", "c", null, null],
    ]);
  });

  test("news tell each paper once, as it is in the end, and nothing of what is as it was", async () => {
    await recordNews(database(), [paper("a", "reproduced"), paper("b", "reproduced")]);
    await recordNews(database(), [
      paper("a", "not reproduced"),
      paper("b", "not reproduced"),
      paper("c", null),
    ]);
    await recordNews(database(), [
      paper("a", "reproduced"),
      paper("b", "partly reproduced"),
      paper("c", "reproduced"),
    ]);
    expect((await all()).map(({ kind, slug, before, verdict }) => [kind, slug, before, verdict])).toEqual([
      ["verdict", "b", "reproduced", "partly reproduced"],
      ["paper", "c", null, "reproduced"],
    ]);
  });

  test("news are noted once where several look at the same time", async () => {
    await recordNews(database(), [paper("a", null)]);
    const both = [paper("a", "reproduced"), paper("b", null)];
    const counts = await Promise.all(Array.from({ length: 4 }, () => recordNews(database(), both)));
    expect(counts.sort()).toEqual([0, 0, 0, 2]);
    expect(await all()).toHaveLength(2);
  });

  const holder = randomUUID();
  /** Someone who is subscribed since last year. */
  const subscriber = async (address: string, rhythm: Rhythm = "daily"): Promise<string> => {
    const id = await askFor(database(), address);
    await confirm(database(), id, rhythm);
    await database().query(
      "update minimand.subscriptions set period = period - interval '52 weeks' where id = $1::uuid",
      [id],
    );
    return id;
  };
  const somethingNew = async (): Promise<void> => {
    const [{ count }] = await database().query<{ count: number }>(
      "select count(*)::int as count from minimand.catalogue",
    );
    if (count === 0) await recordNews(database(), [paper("old", null)]);
    await recordNews(database(), [paper(`new-${randomUUID()}`, "reproduced")]);
  };
  /** What would be sent now, in order; all of it is finished then. */
  const sendAll = async (): Promise<Planned[]> => {
    const sent: Planned[] = [];
    await planDigests(database());
    expect(await takeLease(database(), holder)).toBe(true);
    for (let next = await nextDigest(database(), holder); next !== null; ) {
      sent.push(next);
      await finishDigest(database(), next.id);
      next = await nextDigest(database(), holder);
    }
    await giveUpLease(database(), holder);
    return sent;
  };
  const lastYear = async (): Promise<void> => {
    await database().query("update minimand.subscriptions set period = period - interval '52 weeks'");
  };

  test("digests go to all who have confirmed, once, and tell what came since", async () => {
    await recordNews(database(), [paper("before", null)]);
    await somethingNew();
    const ids = [await subscriber("ann@example.org"), await subscriber("bob@example.org", "weekly")];
    await askFor(database(), "eve@example.org");
    expect(await sendAll()).toEqual([]);
    await somethingNew();
    await lastYear();
    const sent = await sendAll();
    expect(sent.map(({ address }) => address).sort()).toEqual(["ann@example.org", "bob@example.org"]);
    expect(sent.map(({ subscription }) => subscription).sort()).toEqual([...ids].sort());
    for (const { after, until } of sent) expect(await newsBetween(database(), after, until)).toHaveLength(1);
    await lastYear();
    expect(await sendAll()).toEqual([]);
    await somethingNew();
    await lastYear();
    const next = await sendAll();
    expect(next).toHaveLength(2);
    for (const { after, until } of next) expect(await newsBetween(database(), after, until)).toHaveLength(1);
    expect(new Set([...sent, ...next].map(({ message }) => message)).size).toBe(4);
  });

  test("digests wait for the next day or week, whatever comes in between", async () => {
    await subscriber("ann@example.org");
    await subscriber("bob@example.org", "weekly");
    await somethingNew();
    expect(await sendAll()).toHaveLength(2);
    await somethingNew();
    expect(await sendAll()).toEqual([]);
    await database().query("update minimand.subscriptions set period = period - interval '1 day'");
    expect((await sendAll()).map(({ rhythm }) => rhythm)).toContain("daily");
  });

  test("digests that were planned are the same when they are taken again, and only one sends", async () => {
    const id = await subscriber("ann@example.org");
    await somethingNew();
    await planDigests(database());
    expect(await takeLease(database(), holder)).toBe(true);
    const other = randomUUID();
    expect(await takeLease(database(), other)).toBe(false);
    expect(await nextDigest(database(), other)).toBeNull();
    const first = await nextDigest(database(), holder);
    await somethingNew();
    await planDigests(database());
    expect(await nextDigest(database(), holder)).toEqual(first);
    await database().query("update minimand.sender set until = now() - interval '1 second'");
    expect(await takeLease(database(), other)).toBe(true);
    expect(await nextDigest(database(), holder)).toBeNull();
    expect(await nextDigest(database(), other)).toEqual(first);
    expect(await byMessage(database(), first?.message ?? "")).toBe(id);
  });

  test("digests that are put off wait, and are dropped in the end for the next to tell", async () => {
    const id = await subscriber("ann@example.org");
    await somethingNew();
    await planDigests(database());
    await takeLease(database(), holder);
    let tries = 0;
    for (;;) {
      const next = (await nextDigest(database(), holder)) as Planned;
      tries++;
      if (!(await putOff(database(), next))) {
        await dropDigest(database(), next.id);
        break;
      }
      expect(await nextDigest(database(), holder)).toBeNull();
      await database().query("update minimand.digests set try_at = now()");
    }
    expect(tries).toBe(12);
    await giveUpLease(database(), holder);
    await lastYear();
    const [again] = await sendAll();
    expect(again.subscription).toBe(id);
    expect(await newsBetween(database(), again.after, again.until)).toHaveLength(1);
  });

  test("subscriptions end after three refusals in a row, and a mail that is taken makes up for them", async () => {
    const id = await subscriber("ann@example.org");
    await refuse(database(), id);
    await refuse(database(), id);
    await somethingNew();
    expect(await sendAll()).toHaveLength(1);
    await refuse(database(), id);
    await refuse(database(), id);
    expect(await addressOf(database(), id)).toBe("ann@example.org");
    await refuse(database(), id);
    expect(await addressOf(database(), id)).toBeNull();
  });

  test("subscriptions are one a mailbox, however it is written, and leave nothing behind", async () => {
    const id = await subscriber("Ann@example.org");
    expect(await askFor(database(), "ann@Example.org")).toBe(id);
    await somethingNew();
    await planDigests(database());
    expect(await end(database(), id)).toBe(true);
    expect(await end(database(), id)).toBe(false);
    for (const table of ["subscriptions", "digests"])
      expect(await database().query(`select * from minimand.${table}`)).toEqual([]);
    expect(await confirm(database(), id, "daily")).toBe(false);
  });

  test("subscriptions that nobody confirms are forgotten, others stay", async () => {
    const stays = await subscriber("ann@example.org");
    const goes = await askFor(database(), "eve@example.org");
    await forget(database());
    expect(await addressOf(database(), goes)).not.toBeNull();
    await database().query("update minimand.subscriptions set asked_at = now() - interval '4 days'");
    await forget(database());
    expect(await addressOf(database(), goes)).toBeNull();
    expect(await addressOf(database(), stays)).not.toBeNull();
  });
});
