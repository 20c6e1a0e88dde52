import { tell } from "../../printable.ts";
import { listen } from "../../server/listen.ts";
import { print } from "../../terminal/print.ts";
import { makeApp } from "./app.ts";
import type { MailSetting } from "./mail/mailer.ts";
import type { Subscription } from "./mail/subscription.ts";
import { builtFor, dataFolder, mailSetting, publicAddress, siteFolder, storeAddress } from "./settings.ts";

/** What `minimand serve` was asked. */
export interface ServeOptions {
  site?: string;
  port: number;
  host: string;
  url?: string;
  from?: string;
  returnPath?: string;
  store?: string;
}

/**
 * Serves the site, and subscriptions where mail can be sent, until SIGINT or SIGTERM. Nothing but the port is opened where no mail is sent, and the
 * store only once the site is there.
 *
 * @throws UsageError for settings that can't be, and a store that can't be opened
 */
export async function serve(options: ServeOptions): Promise<void> {
  const { port: asked, host } = options;
  const site = siteFolder(options.site);
  const { url, base, hosts } = publicAddress(options.url, site === null ? null : builtFor(site));
  const mail = mailSetting(options);
  const opening = Promise.withResolvers<Subscription>();
  // Heard below; requests that wait for it hear of it, too.
  opening.promise.catch(() => {});
  let open: Subscription | null = null;
  const app = makeApp({
    site,
    base,
    hosts: host === "0.0.0.0" || host === "::" || host.includes(":") ? hosts : [...hosts, host],
    subscription: mail === null ? null : () => opening.promise,
    bouncesToken: process.env.MINIMAND_BOUNCES_TOKEN || null,
  });
  const port = await listen(app, { port: asked, host, close: async () => await open?.close() });
  const here = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  print(`${here}${base}/\n`);
  if (site === null)
    tell("the site is not built: run 'npm run build:site' in a clone of the project, or give --site FOLDER");
  if (mail === null) {
    tell("no mail is sent and nobody can subscribe: SMTP_URL is not set");
    return;
  }
  if (url === null)
    tell("links in mails work on this machine only: give the public address of the site with --url");
  try {
    open = await openStore({ store: options.store, url: url ?? `${here}/`, mail });
    opening.resolve(open);
  } catch (error) {
    opening.reject(error);
    throw error;
  }
  tell("accepting subscriptions");
}

async function openStore({
  store,
  url,
  mail,
}: {
  store: string | undefined;
  url: string;
  mail: MailSetting;
}): Promise<Subscription> {
  const [{ openDatabase }, { openSubscription }, { signingKey }] = await Promise.all([
    import("../../store/open-database.ts"),
    import("./mail/subscription.ts"),
    import("./mail/secret.ts"),
  ]);
  const address = storeAddress(store);
  const key = await signingKey(dataFolder());
  const database = await openDatabase(address, { tell });
  try {
    return await openSubscription({ database, key, url, mail, tell });
  } catch (error) {
    await database.close();
    throw error;
  }
}
