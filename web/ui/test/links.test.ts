import assert from "node:assert/strict";
import test from "node:test";
import { safeHref, splitLinks } from "../src/shared/links";
import { isPicture, mediaHref } from "../src/shared/media";

const hrefs = (text: string): (string | undefined)[] => splitLinks(text).filter((piece) => piece.href).map((piece) => piece.text);

test("links are found, and the punctuation of the sentence is not theirs", () => {
  assert.deepEqual(hrefs("Siehe https://example.net/router (Bild), oder http://example.org."), ["https://example.net/router", "http://example.org"]);
  assert.deepEqual(hrefs("(https://de.wikipedia.org/wiki/Lotse_(Schiff))"), ["https://de.wikipedia.org/wiki/Lotse_(Schiff)"]);
  assert.deepEqual(hrefs("«https://example.net/a?b=1&c=2»"), ["https://example.net/a?b=1&c=2"]);
});

test("the pieces together are the text", () => {
  for (const text of ["", "a", "https://a.de", "x https://a.de, https://b.de! y", "https://", "https://[", "a\nhttp://b.c\nd"]) {
    assert.equal(splitLinks(text).map((piece) => piece.text).join(""), text);
  }
});

test("no other scheme becomes a link, and no address with a name before the host", () => {
  for (const text of ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "JAVASCRIPT://example.net/%0aalert(1)", "vbscript:x", "https://bank.de@evil.example/"]) {
    assert.deepEqual(hrefs(text), []);
    assert.equal(safeHref(text), undefined);
  }
});

test("marks that turn the direction of writing end a link", () => {
  assert.deepEqual(hrefs("https://example.net/\u202egpj.exe"), ["https://example.net/"]);
});

test("only files of the bot folder are shown, web addresses are linked, the rest is nothing", () => {
  const media = (ref: string) => ({ kind: "media", type: "photo", ref }) as const;
  assert.equal(mediaHref(media("media/ä b.jpg"), "https://h/files/t/b.jpg"), "https://h/files/t/b.jpg");
  assert.equal(mediaHref(media("media/ä b.jpg"), undefined), undefined);
  assert.equal(mediaHref(media("https://example.net/a.pdf"), "/ours"), "https://example.net/a.pdf");
  assert.equal(mediaHref(media("javascript:alert(1)"), "/ours"), undefined);
  assert.equal(mediaHref(media("AgADBAAD"), "/ours"), undefined);
  assert.equal(isPicture(media("https://example.net/a.jpg")), false);
});
