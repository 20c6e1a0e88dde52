/** A word or phrase that the project does not use, and what to write instead. */
interface BannedWord {
  pattern: RegExp;
  instead: string;
  /** The paths it is banned in; all by default. */
  where?: RegExp;
}

const perNoun =
  "batch|class|day|epoch|example|file|fit|fold|image|iteration|layer|line|minute|page|paper|parameter|pixel|row|seed|step|table|token|trial|weight|worker";

/**
 * The patterns leave alone what is plain English: "the tail of a distribution", "keep" as a verb, "stand-alone", "there is none",
 * "a Lie group", "house prices".
 */
export const bannedWords: readonly BannedWord[] = [
  { pattern: /\b(?:tell|tells|told|telling)\b/i, instead: "say, report, show, distinguish" },
  {
    pattern: /(?<!-)\b(?:stands?|standing|stood)\b(?!-| alone\b| for\b| out\b)/i,
    instead: "is, are, or the verb that is meant",
  },
  { pattern: /\b(?:lies?|lying)\b(?! (?:group|algebra|bracket))/i, instead: "is, are" },
  {
    pattern: /\blay (?:above|at|below|between|beyond|in|near|on|under|within)\b/i,
    instead: "was, were",
  },
  { pattern: /\bbeside\b/i, instead: "next to, in addition to" },
  { pattern: /(?<!\bthere )\b(?:is|are|was|were) none\b(?! of)/i, instead: "is not one, or what fails" },
  { pattern: /\bas it were\b/i, instead: "(leave it out)" },
  { pattern: /\bof (?:yours|ours)\b/i, instead: "your own, our own" },
  { pattern: /\bthe likes? of\b/i, instead: "such as" },
  { pattern: /\b(?:what|who|whatever) comes late\b/i, instead: "stale results" },
  { pattern: /\b(?:is|are|was|were|be) let be\b/i, instead: "is ignored, is left unchanged" },
  { pattern: /\bno luck\b/i, instead: "significant" },
  { pattern: /\bmend(?:s|ed|ing)?\b/i, instead: "fix, repair" },
  { pattern: /\bgood for nothing\b/i, instead: "unusable" },
  { pattern: /\bbelieved\b/i, instead: "calibrated, trusted" },
  { pattern: /\ba word about\b/i, instead: "holds for" },
  { pattern: /\b(?:is|are) all of this\b/i, instead: "match" },
  { pattern: /\bforeign spellings?\b/i, instead: "other locales" },
  {
    pattern: new RegExp(
      `(?:\\b(?:\\d[\\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|bytes|[kMG]B|ms|seconds|minutes|state)|\\ba (\\w+)) an? (?:${perNoun})\\b(?! (?:is|was|has|gets|does|that|which)\\b)`,
      "i",
    ),
    instead: "per row, per step",
  },
  // Private names for public things.
  { pattern: /\bdoctors?\b/i, instead: "data checks" },
  {
    pattern: /\b(?:a|an|each|every|the|this) keeps?\b/i,
    instead: "artifacts, kept model",
  },
  { pattern: /\bdesks?\b/i, instead: "browser session" },
  { pattern: /\b(?:the|a) together\b|\btogether (?:path|program|wing)\b/i, instead: "batched" },
  { pattern: /\btails?\b/i, instead: "generated kernels", where: /^packages\/native\// },
  { pattern: /\bdut(?:y|ies)\b/i, instead: "work, task" },
  { pattern: /(?<!\bin-)\bhouse\b(?! (?:price|rent|value)s?\b)/, instead: "code fingerprint, project" },
  { pattern: /\bhouses\b/, instead: "code fingerprints", where: /^packages\/cli\// },
];

/** Finds banned words in a text: each with what to write instead, and where it begins. */
export function bannedIn(text: string, path: string): { word: string; instead: string; start: number }[] {
  return bannedWords
    .filter(({ where }) => where === undefined || where.test(path))
    .flatMap(({ pattern, instead }) =>
      [...text.matchAll(new RegExp(pattern, `${pattern.flags}g`))].map(({ 0: word, index }) => ({
        word: word.toLowerCase(),
        instead,
        start: index,
      })),
    );
}
