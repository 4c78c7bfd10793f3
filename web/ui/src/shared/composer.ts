/** What every answer box does: Enter sends, Shift+Enter breaks the line, an input method's Enter only picks a word. */

export function sendsOn(event: KeyboardEvent): boolean {
  // Code 229: Safari ends the composition before it reports the key.
  return event.key === "Enter" && !event.shiftKey && !event.altKey && !event.isComposing && event.keyCode !== 229;
}

/** As high as its words, up to what its style allows. */
export function fitHeight(box: HTMLTextAreaElement): void {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
}
