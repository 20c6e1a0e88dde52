import type { DefaultTheme, HeadConfig, UserConfig } from "vitepress";
import { addressOf } from "./feeds/address.ts";
import { githubSlug, readableMarkdown } from "./markdown.ts";
import type { SiteOptions } from "./options.ts";
import { pageWorkers } from "./page-workers.ts";
import { guideSidebar } from "./pages/guides.ts";
import { searchText } from "./reference/search-text.ts";
import { searchDialog } from "./search-dialog.ts";
import { card } from "./social-card.ts";

const name = "Minimand";
const summary =
  "Training objectives and algorithms from papers, each with its claim tested: what held, what did not, and what to use.";

interface Settings extends Pick<SiteOptions, "url" | "out"> {
  /** Pages of the API reference, at their side; empty where there are none. */
  reference: DefaultTheme.SidebarItem[];
}

/** Returns the configuration of the site for VitePress. */
export function siteConfig({ url, out, reference }: Settings): UserConfig<DefaultTheme.Config> {
  const base = new URL(url).pathname;
  return {
    title: name,
    description: summary,
    lang: "en",
    base,
    outDir: out,
    // Addresses that any server of files knows.
    cleanUrls: false,
    // In a file that all pages share, and not in each.
    metaChunk: true,
    head: [
      ["link", { rel: "icon", href: `${base}mark.svg`, type: "image/svg+xml" }],
      [
        "link",
        {
          rel: "alternate",
          type: "application/rss+xml",
          title: "Papers and verdicts",
          href: `${base}feed.xml`,
        },
      ],
      [
        "link",
        {
          rel: "alternate",
          type: "application/atom+xml",
          title: "Papers and verdicts",
          href: `${base}atom.xml`,
        },
      ],
      [
        "link",
        {
          rel: "alternate",
          type: "application/feed+json",
          title: "Papers and verdicts",
          href: `${base}feed.json`,
        },
      ],
    ],
    transformHead: ({ pageData, title, description }) =>
      socialTags(url, pageData.relativePath, title, description),
    markdown: {
      theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
      anchor: { slugify: githubSlug },
      config: readableMarkdown,
    },
    themeConfig: {
      siteTitle: name,
      logo: { src: "/mark.svg", alt: "" },
      nav: [
        { text: "Papers", link: "/papers/", activeMatch: "^/papers/" },
        { text: "Compare", link: "/compare" },
        { text: "Guides", link: "/docs/", activeMatch: "^/docs/" },
        ...(reference.length === 0 ? [] : [{ text: "API", link: "/api/", activeMatch: "^/api/" }]),
        // With the base, which VitePress gives to pages alone.
        { text: "Feed", link: `${base}feed.xml`, target: "_self", rel: "" },
      ],
      sidebar: { "/docs/": guideSidebar(), "/api/": reference },
      outline: [2, 3],
      search: {
        provider: "local",
        options: {
          miniSearch: {
            // Without the titles above a section: one that matches would bring all sections of its page.
            searchOptions: { fuzzy: 0.25, prefix: true, fields: ["title", "text"], boost: { title: 4 } },
          },
          _render: (source, env, md) => {
            if (env.relativePath?.startsWith("api/")) return searchText(source);
            const text = md.render(source, env);
            // Nobody looks for the labels of an axis.
            return env.frontmatter?.search === false ? "" : text.replaceAll(/<svg[\s\S]*?<\/svg>/g, "");
          },
        },
      },
      footer: {
        message:
          // Nothing in italics, whose font each page would load.
          "Verdicts, figures and tables come from runs whose results are committed in the repository. <b>Not reproduced</b> is a result, too.",
      },
    },
    vite: {
      logLevel: "warn",
      plugins: [searchDialog(), pageWorkers(base)],
      // The workspace's settings name a target that this version of esbuild doesn't know.
      esbuild: { tsconfigRaw: "{}" },
      optimizeDeps: { esbuildOptions: { tsconfigRaw: "{}" } },
      build: { chunkSizeWarningLimit: 2000 },
      // Pages that compute are built from the sources of the workspace.
      resolve: { conditions: ["minimand-source"] },
    },
  };
}

/** What a page says of itself to those who link to it. */
function socialTags(url: string, page: string, title: string, description: string): HeadConfig[] {
  const address = addressOf(url, page);
  const property = (property: string, content: string): HeadConfig => ["meta", { property, content }];
  return [
    ["link", { rel: "canonical", href: address }],
    property("og:site_name", name),
    property("og:type", /^papers\/(?!index\.)/.test(page) ? "article" : "website"),
    property("og:title", title),
    property("og:description", description),
    property("og:url", address),
    property("og:image", addressOf(url, card.file)),
    property("og:image:width", String(card.side)),
    property("og:image:height", String(card.side)),
    property("og:image:alt", `The mark of ${name}`),
    ["meta", { name: "twitter:card", content: "summary" }],
  ];
}
