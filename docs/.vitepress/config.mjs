// The documentation as a site. The pages are the Markdown files of the repository where they lie, readable there as they are; what is
// added is the API, which `typedoc` writes to `docs/api` before.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { renderMermaidSVG } from "beautiful-mermaid";
import { defineConfig } from "vitepress";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Where files that are no pages are looked at; empty: their names stand without a link. */
const { GITHUB_SERVER_URL = "https://github.com", GITHUB_REPOSITORY = "" } = process.env;
const sources = GITHUB_REPOSITORY && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/blob/HEAD`;

/** The page of a README is that of its folder. @param {string} path */
const asPage = (path) => path.replace(/README\.md$/, "index.md");

/**
 * What a link in a file leads to on the site; null for what is no page and has no address.
 *
 * @param {string} href
 * @param {string} page path of the file in the repository
 */
function target(href, page) {
  if (/^(\w+:|#)/.test(href)) return href;
  const [path = "", anchor = ""] = href.split(/(?=#)/);
  const file = normalize(join(dirname(page), path));
  if (existsSync(join(root, file, "README.md"))) return `${asPage(join(path, "README.md"))}${anchor}`;
  if (path.endsWith(".md")) return `${asPage(path)}${anchor}`;
  return sources && `${sources}/${file}${anchor}`;
}

/** @param {import("vitepress").MarkdownRenderer} md */
function asOnTheSite(md) {
  const { link_open: linkOpen, fence } = md.renderer.rules;
  md.renderer.rules.link_open = (tokens, at, options, env, self) => {
    const href = tokens[at]?.attrGet("href") ?? "";
    const leads = target(href, env.realPath ? normalize(env.realPath.slice(root.length)) : env.relativePath);
    if (!leads) return "<a>";
    tokens[at]?.attrSet("href", leads);
    return linkOpen?.(tokens, at, options, env, self) ?? self.renderToken(tokens, at, options);
  };
  md.renderer.rules.fence = (tokens, at, options, env, self) => {
    const { info = "", content = "" } = tokens[at] ?? {};
    if (info === "mermaid") return `<div v-pre>${renderMermaidSVG(content)}</div>`;
    return fence?.(tokens, at, options, env, self) ?? "";
  };
}

/** The groups of pages as the table of contents has them. */
function sidebar() {
  const contents = readFileSync(join(root, "docs/README.md"), "utf8");
  return contents
    .split(/^## /m)
    .slice(1)
    .map((group) => ({
      text: group.split("\n")[0] ?? "",
      items: [...group.matchAll(/^- \[([^\]]+)\]\(([^)]+)\)/gm)].map(([, text = "", link = ""]) => ({
        text: text.replaceAll("`", ""),
        link: `/${asPage(normalize(join("docs", link)))}`,
      })),
    }));
}

export default defineConfig({
  title: "Tandem",
  description: "LLM serving on GPU + processing-in-memory DRAM, with sub-batch interleaving: a simulator",
  srcDir: "..",
  srcExclude: [
    "**/node_modules/**",
    "**/CHANGELOG.md",
    ".changeset/**",
    "outputs/**",
    "configs/THIRD_PARTY_NOTICES.md",
  ],
  outDir: ".vitepress/dist",
  rewrites: asPage,
  cleanUrls: true,
  lastUpdated: false,
  markdown: { config: asOnTheSite },
  // Pages above this folder would look for it above.
  vite: { resolve: { alias: { vue: fileURLToPath(new URL("../node_modules/vue", import.meta.url)) } } },
  themeConfig: {
    nav: [
      { text: "Documentation", link: "/docs/" },
      { text: "API", link: "/docs/api/" },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: "local" },
  },
});
