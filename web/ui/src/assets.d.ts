/** The English texts of one section of `locales/en/pages.yaml`, put into the bundle: the pages work without `/texts.json`. */
declare module "english:*" {
  const tree: import("./shared/texts").Tree;
  export default tree;
}

/** A style sheet as a minified string, for a shadow root. */
declare module "*.css?text" {
  const css: string;
  export default css;
}
