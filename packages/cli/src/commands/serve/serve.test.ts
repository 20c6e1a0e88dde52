import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../../test/support/cli.ts";
import { background } from "../../../../../test/support/processes.ts";
import { oneProcess } from "../../one-process.fixture.ts";
import { freshPglite } from "../../store/databases.fixture.ts";
import { linkIn, startReceiver } from "./mail/mail-receiver.fixture.ts";

const builtFor = (base: string): string => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "server.json"), JSON.stringify({ base }));
  return folder;
};

const once = oneProcess();

describe("minimand serve", () => {
  it("serves a folder, says where, opens nothing else, and ends when it is told to", async () => {
    const site = temporaryFolder();
    const data = temporaryFolder();
    writeFileSync(join(site, "index.html"), "<p>First");
    // As a build for a path writes it.
    writeFileSync(join(site, "server.json"), '{"base":"/papers/","subscriptions":false}');
    const server = background(["serve", "--port", "0", "--site", site], {
      env: { XDG_DATA_HOME: data, SMTP_URL: "" },
    });
    const [address] = await server.until(/http:\/\/127\.0\.0\.1:\d+\/papers\//);
    expect(await (await fetch(address)).text()).toBe("<p>First");
    const refused = await fetch(`${address}subscribe`, {
      method: "POST",
      body: '{"email":"ann@example.org"}',
    });
    expect(refused.status).toBe(503);
    server.signal("SIGTERM");
    const { code, stdout, stderr } = await server.ended;
    expect([code, stdout]).toEqual([0, `${address}\n`]);
    expect(stderr).toBe("no mail is sent and nobody can subscribe: SMTP_URL is not set\n");
    expect(readdirSync(data)).toEqual([]);
  });

  it.skipIf(process.platform === "win32")(
    "serves no pipes, and ends though somebody asked for one",
    async () => {
      const site = temporaryFolder();
      for (const name of ["server.json", "pipe.txt", "page.html", "404.html"])
        execFileSync("mkfifo", [join(site, name)]);
      expect(await once(["serve", "--port", "0", "--site", site])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("server.json: expected JSON with a base"),
      });
      rmSync(join(site, "server.json"));
      const server = background(["serve", "--port", "0", "--site", site], { env: { SMTP_URL: "" } });
      const [address] = await server.until(/http:\/\/127\.0\.0\.1:\d+\//);
      for (const path of ["pipe.txt", "page.html", "page", "nowhere"])
        expect((await fetch(`${address}${path}`, { signal: AbortSignal.timeout(30_000) })).status).toBe(404);
      server.signal("SIGTERM");
      expect((await server.ended).code).toBe(0);
    },
    120_000,
  );

  it.skipIf(process.platform === "win32").each([
    ["packages", "site/dist"],
    ["packages/site", "dist"],
    ["packages/site/dist", ""],
  ])("serves nothing of where %s of a clone leads to", async (link, rest) => {
    const [cwd, outside] = [temporaryFolder(), temporaryFolder()];
    mkdirSync(join(outside, rest), { recursive: true });
    mkdirSync(join(cwd, link, ".."), { recursive: true });
    symlinkSync(outside, join(cwd, link));
    const refused = background(["serve", "--port", "0"], { cwd, env: { SMTP_URL: "" } });
    const { code, stderr } = await refused.ended;
    expect([code, stderr]).toEqual([
      2,
      `minimand: ${link}: expected a folder, got a symbolic link: name the folder that it leads to, or remove it\n`,
    ]);
  });

  it("takes subscriptions, and goes on with them after it was ended", async () => {
    await using receiver = await startReceiver();
    const data = temporaryFolder();
    const env = { SMTP_URL: receiver.url, XDG_DATA_HOME: data, DATABASE_URL: "" };
    const args = ["serve", "--port", "0", "--site", temporaryFolder(), "--from", "news@example.org"];
    const first = background(args, { env });
    const [address] = await first.until(/http:\/\/127\.0\.0\.1:\d+\//);
    const body = JSON.stringify({ email: "ann@example.org", rhythm: "daily" });
    expect((await fetch(`${address}subscribe`, { method: "POST", body })).status).toBe(202);
    const [mail] = await receiver.until(1);
    const link = linkIn(mail, "confirm");
    expect(link.href.startsWith(address)).toBe(true);
    first.signal("SIGINT");
    expect((await first.ended).code).toBe(0);
    const second = background(args, { env });
    const [again] = await second.until(/http:\/\/127\.0\.0\.1:\d+\//);
    const confirmed = await fetch(new URL(`confirm${link.search}`, again), { method: "POST" });
    expect(confirmed.status).toBe(200);
    second.signal("SIGTERM");
    const { code, stderr } = await second.ended;
    expect(code).toBe(0);
    expect(stderr).not.toContain("ann@");
    expect(readdirSync(join(data, "minimand")).sort()).toEqual(["secret", "store"]);
  });

  it.each([
    [["--site", "nowhere"], {}, "--site: expected a folder, got 'nowhere'"],
    [["--port", "70000"], {}, "port: expected an integer >= 0 and <= 65535, got 70000"],
    [["--host", "999.1.1.1"], {}, 'host: expected an address or a name of this machine, got "999.1.1.1"'],
    [["--host", "203.0.113.7"], {}, 'host: expected an address or a name of this machine, got "203.0.113.7"'],
    [
      ["--url", "example.org"],
      {},
      "--url: expected an address such as https://example.org/minimand/, got 'example.org'",
    ],
    [
      ["--url", "http://example.org/"],
      {},
      /^--url: expected .*, got one without TLS: links in mails act as credentials$/,
    ],
    [
      ["--url", "https://example.org/b/", "--site", builtFor("/a/")],
      {},
      "--url: expected the path that the site was built for, /a/, got 'https://example.org/b/': build it with --url https://example.org/b/",
    ],
    [
      ["--site", builtFor("a")],
      {},
      /server\.json: expected JSON with a base such as "\/minimand\/", got another$/,
    ],
    [
      ["--from", "nobody"],
      {},
      `--from: expected an address such as "Minimand <news@example.org>", got 'nobody'`,
    ],
    [[], { SMTP_URL: "smtp://localhost" }, /^--from: expected the sender of the mails, .*, got none$/],
    [
      ["--from", "a@b.org"],
      { SMTP_URL: "swordfish" },
      /^SMTP_URL: expected smtp:\/\/.*, got another address$/,
    ],
    [["--from", "a@b.org", "--store", "x"], { SMTP_URL: "smtp://localhost" }, /^--store: expected postgres:/],
    [
      ["--from", "a@b.org"],
      { SMTP_URL: "smtp://localhost", MINIMAND_SECRET: "short" },
      /^MINIMAND_SECRET: expected 32/,
    ],
  ] as [string[], Record<string, string>, string | RegExp][])(
    "refuses %j with %j in one line",
    async (args, env, line) => {
      const { code, stderr } = await once(["serve", "--port", "0", ...args], {
        env: { SMTP_URL: "", DATABASE_URL: "", XDG_DATA_HOME: temporaryFolder(), ...env },
      });
      expect(code).toBe(2);
      expect(
        stderr
          .trimEnd()
          .split("\n")
          .at(-1)
          ?.replace(/^minimand: /, ""),
      ).toMatch(line);
    },
  );

  it("says that another program has the port, or the store", async () => {
    await using receiver = await startReceiver();
    const env = { SMTP_URL: receiver.url, XDG_DATA_HOME: temporaryFolder() };
    const site = join(temporaryFolder(), "site");
    mkdirSync(site);
    const { folder } = await freshPglite();
    const args = ["serve", "--site", site, "--from", "news@example.org", "--store", `pglite:${folder}`];
    const first = background([...args, "--port", "0"], { env });
    const [, port] = await first.until(/http:\/\/127\.0\.0\.1:(\d+)\//);
    await first.until(/^accepting subscriptions$/m);
    const same = await once([...args, "--port", port], { env });
    expect([same.code, same.stderr]).toEqual([
      2,
      `minimand: 127.0.0.1:${port}: another program listens there\n`,
    ]);
    const second = await once([...args, "--port", "0"], { env });
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(new RegExp(`minimand: ${folder}: .*process ${first.pid}`));
    first.signal("SIGTERM");
    expect((await first.ended).code).toBe(0);
  });
});
