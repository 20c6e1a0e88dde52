import type { Command } from "commander";
import { place, storeOption, wholeNumber } from "../options.ts";
import type { ServeOptions } from "./run.ts";

/** `minimand serve`: the site, and subscriptions by e-mail. */
export function define(command: Command): Command {
  return command
    .description(
      "Serve the site on this machine, and take subscriptions by e-mail where a mail server is given.",
    )
    .option(
      "--site <folder>",
      "the site's files; default: packages/site/dist in the current folder, where it was built",
      place,
    )
    .option("-p, --port <n>", "0 takes a free one", wholeNumber, 8787)
    .option(
      "--host <address>",
      "address of this machine to listen on; nobody else can reach the usual one",
      "127.0.0.1",
    )
    .option(
      "--url <address>",
      "where readers find the site, as https://example.org/minimand/: for links in mails, and its host is let in",
    )
    .option("--from <sender>", 'who writes the mails, as "Minimand <news@example.org>"')
    .option("--return-path <address>", "where mails go back to that can't be delivered; default: the sender")
    .addOption(storeOption())
    .addHelpText(
      "after",
      `
Environment:
  SMTP_URL                 smtp://USER:PASSWORD@HOST:587 or smtps://...; without it no mail is sent
  MINIMAND_SECRET          signs the links in mails; default: a file in the user's data folder, made once
  MINIMAND_BOUNCES_TOKEN   lets the mail server post delivery reports to /bounces

Examples:
  minimand serve
  minimand serve --site ./dist --port 3000
  SMTP_URL=smtp://localhost minimand serve --url https://example.org/minimand/ --from "Minimand <news@example.org>"

Subscriptions are kept in --store; default: DATABASE_URL, or minimand/store in the user's data folder. Ctrl-C or SIGTERM ends it.`,
    )
    .action(async (options: ServeOptions) => {
      // Loaded here: no other command needs any of it.
      const { serve } = await import("./run.ts");
      await serve(options);
    });
}
