import type { Command } from "commander";
import { place, storeOption, wholeNumber } from "../options.ts";
import type { ServeOptions } from "./run.ts";

/** `minimand serve`: the site, and subscriptions by e-mail. */
export function define(command: Command): Command {
  return command
    .description(
      "Serve the site on this machine, and accept subscriptions by e-mail if a mail server is given.",
    )
    .option(
      "--site <folder>",
      "folder of the built site; default: packages/site/dist in the current folder",
      place,
    )
    .option("-p, --port <n>", "port to listen on; 0: any free port", wholeNumber, 8787)
    .option("--host <address>", "address to listen on; other machines cannot reach the default", "127.0.0.1")
    .option(
      "--url <address>",
      "public address of the site, such as https://example.org/minimand/: links in mails begin with it, and its host is accepted",
    )
    .option("--from <sender>", 'sender of the mails, such as "Minimand <news@example.org>"')
    .option("--return-path <address>", "address for mails that cannot be delivered; default: the sender")
    .addOption(storeOption())
    .addHelpText(
      "after",
      `
Environment:
  SMTP_URL                 smtp://USER:PASSWORD@HOST:587 or smtps://...; without it no mail is sent
  MINIMAND_SECRET          signs the links in mails; default: a file in the user's data folder, created once
  MINIMAND_BOUNCES_TOKEN   lets the mail server post delivery reports to /bounces

Examples:
  minimand serve
  minimand serve --site ./dist --port 3000
  SMTP_URL=smtp://localhost minimand serve --url https://example.org/minimand/ --from "Minimand <news@example.org>"

Subscriptions are kept in --store; default: DATABASE_URL, or minimand/store in the user's data folder. Ctrl-C or SIGTERM ends the command.`,
    )
    .action(async (options: ServeOptions) => {
      // Loaded here: no other command needs any of it.
      const { serve } = await import("./run.ts");
      await serve(options);
    });
}
