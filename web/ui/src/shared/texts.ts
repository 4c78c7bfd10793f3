/** The labels of the pages: from the service in the reader's language, English from the bundle where one is missing. */

import { signal } from "@preact/signals";
import { LANGUAGES } from "./languages";

export interface Tree {
  readonly [key: string]: string | Tree;
}

export type Params = Readonly<Record<string, string | number>>;
export type Translate = (key: string, params?: Params) => string;

/**
 * `translate("queue.waiting", {count: 3})`. A node with the key `other` is a plural: `count` picks its form by CLDR.
 * `trees` are asked in order; a key that none has gives the key itself.
 */
export function translator(trees: readonly { readonly language: string; readonly tree: Tree }[]): Translate {
  return (key, params = {}) => {
    for (const { language, tree } of trees) {
      const text = form(find(tree, key), language, params);
      if (text !== undefined) return fill(text, language, params);
    }
    return key;
  };
}

function find(tree: Tree, key: string): string | Tree | undefined {
  let node: string | Tree | undefined = tree;
  for (const part of key.split(".")) {
    if (typeof node !== "object" || !Object.hasOwn(node, part)) return undefined;
    node = node[part];
  }
  return node;
}

function form(node: string | Tree | undefined, language: string, params: Params): string | undefined {
  if (typeof node !== "object") return node;
  const name = new Intl.PluralRules(language).select(Number(params["count"] ?? 0));
  const text = node[name] ?? node["other"];
  return typeof text === "string" ? text : undefined;
}

function fill(text: string, language: string, params: Params): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? new Intl.NumberFormat(language).format(value) : value;
  });
}

/** The labels of one page: `t` re-renders whoever used it when the language changes. */
export class Texts {
  readonly language = signal("en");
  readonly #translate = signal<Translate>(() => "");
  #asked = "";

  constructor(
    private readonly section: "widget" | "desk" | "pages",
    private readonly english: Tree,
    private readonly origin = "",
  ) {
    this.#translate.value = translator([{ language: "en", tree: english }]);
  }

  readonly t: Translate = (key, params) => this.#translate.value(key, params);

  /** Loads the language; on failure the labels stay as they are. */
  async load(language: string): Promise<void> {
    this.#asked = language;
    try {
      const answer = await fetch(`${this.origin}/texts.json?language=${encodeURIComponent(language)}`, { credentials: "omit" });
      if (!answer.ok) throw new Error(`texts.json: ${answer.status}`);
      const all = (await answer.json()) as { language?: string } & Partial<Record<string, Tree>>;
      const tree = all[this.section];
      if (this.#asked !== language || typeof tree !== "object") return;
      this.#translate.value = translator([
        { language: all.language ?? language, tree },
        { language: "en", tree: this.english },
      ]);
      this.language.value = all.language ?? language;
    } catch {
      if (this.#asked === language && !LANGUAGES.includes(this.language.value)) this.language.value = "en";
    }
  }
}
