import { html } from "@minimand/compare/report";
import { page } from "./digest-mail.ts";
import type { Letter } from "./mailer.ts";
import type { Rhythm } from "./rhythm.ts";

/** The words that ask whether someone really wants the mails. */
export function confirmationLetter(rhythm: Rhythm, confirm: string, url: string): Letter {
  const asked = `Someone, probably you, asked at ${url} to subscribe this address to a ${rhythm} mail on new papers and new verdicts.`;
  const otherwise =
    "If it was not you, do nothing: you get no further mail, and the address is deleted in three days.";
  return {
    subject: "Minimand: please confirm your subscription",
    text: `${asked}\n\nTo confirm, open this page within two days:\n\n${confirm}\n\n${otherwise}\n`,
    html: page(html`<p>${asked}</p>
<p><a href="${confirm}" style="font-weight:600">Confirm the subscription</a>, within two days.</p>
<p style="color:#555">${otherwise}</p>`),
  };
}
