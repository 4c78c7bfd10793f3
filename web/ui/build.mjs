/** Bundles the pages into ../static: hashed assets, HTML that names them, and `widget.js` under its fixed name. */

import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { parse } from "yaml";

const here = path.dirname(fileURLToPath(import.meta.url));
const pages = path.join(here, "../static");
/** Built here first: a service that runs meanwhile never misses a file. */
const out = path.join(here, "node_modules/.pages");
const english = path.join(here, "../../locales/en/pages.yaml");

/** `english:desk` is the section `desk` of the English texts; `x.css?text` is a style sheet as a minified string. */
export const plugin = {
  name: "lotse",
  setup(build) {
    build.onResolve({ filter: /^english:/ }, ({ path: name }) => ({ path: name, namespace: "english" }));
    build.onLoad({ filter: /.*/, namespace: "english" }, async ({ path: name }) => {
      const section = name.slice("english:".length);
      const tree = parse(await readFile(english, "utf8"))[section];
      if (!tree) throw new Error(`${english} has no section ${section}`);
      return { contents: JSON.stringify(tree), loader: "json", watchFiles: [english] };
    });
    build.onResolve({ filter: /\.css\?text$/ }, ({ path: name, resolveDir }) => ({
      path: path.join(resolveDir, name.slice(0, -"?text".length)),
      namespace: "css-text",
    }));
    build.onLoad({ filter: /.*/, namespace: "css-text" }, async ({ path: name }) => {
      const bundled = await esbuild.build({ entryPoints: [name], bundle: true, minify: true, write: false, target: TARGET });
      return { contents: bundled.outputFiles[0].text, loader: "text", watchFiles: [name] };
    });
  },
};

export const TARGET = ["es2022", "chrome100", "firefox100", "safari15.4"];
const common = {
  bundle: true,
  minify: true,
  target: TARGET,
  format: "iife",
  legalComments: "none",
  absWorkingDir: here,
  jsx: "automatic",
  jsxImportSource: "preact",
  plugins: [plugin],
  metafile: true,
};
/** Bytes after gzip. */
const WIDGET_LIMIT = 20_000;
const PAGES = ["index", "chat", "desk", "dialogs"];

async function bundle() {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const widget = await esbuild.build({ ...common, entryPoints: { widget: "src/chat/widget.tsx" }, outdir: out });
  const pages = await esbuild.build({
    ...common,
    entryPoints: Object.fromEntries(PAGES.flatMap((page) => [[page, `src/pages/${page}.tsx`]])),
    entryNames: "[name]-[hash]",
    outdir: out,
  });
  const names = Object.keys({ ...widget.metafile.outputs, ...pages.metafile.outputs }).map((name) => path.basename(name));
  for (const page of PAGES) await writeFile(path.join(out, `${page}.html`), await html(page, names));
  await copyFile(path.join(here, "pages/favicon.svg"), path.join(out, "favicon.svg"));
  // The service sends `x.gz` instead of `x` to whoever takes it.
  for (const name of await readdir(out)) {
    const file = path.join(out, name);
    await writeFile(`${file}.gz`, gzipSync(await readFile(file), { level: 9 }));
  }
  await publish();
  return names;
}

/** New files first, then the pages that name them, then what nobody names any more goes. */
async function publish() {
  await mkdir(pages, { recursive: true });
  const built = await readdir(out);
  const late = (name) => Number(name.includes(".html"));
  for (const name of built.sort((a, b) => late(a) - late(b))) {
    await copyFile(path.join(out, name), path.join(pages, `${name}.new`));
    await rename(path.join(pages, `${name}.new`), path.join(pages, name));
  }
  for (const name of await readdir(pages)) if (!built.includes(name)) await rm(path.join(pages, name), { recursive: true });
}

/** `{{script}}` and `{{style}}` in a page become the addresses of its hashed files. */
async function html(page, names) {
  const source = await readFile(path.join(here, `pages/${page}.html`), "utf8");
  const find = (ending) => `/static/${names.find((name) => name.startsWith(`${page}-`) && name.endsWith(ending))}`;
  return source.replace("{{script}}", find(".js")).replace("{{style}}", find(".css"));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = await bundle();
  for (const name of names.sort()) {
    const size = (await readFile(path.join(out, `${name}.gz`))).length;
    console.log(`${name.padEnd(28)} ${(size / 1000).toFixed(1).padStart(6)} kB gzip`);
    if (name === "widget.js" && size > WIDGET_LIMIT) {
      console.error(`widget.js has ${size} bytes gzip; other people's pages load it: at most ${WIDGET_LIMIT}`);
      process.exitCode = 1;
    }
  }
}
