/** Where a file of a message can be fetched, and whether it can be shown as a picture. */

import type { Media } from "./protocol";
import { safeHref } from "./links";

/** Files of the bot folder and of operators are at `ours`, where this page may have them; a web address is linked, never loaded; a channel's file id is nothing here. */
export function mediaHref(media: Media, ours: string | undefined): string | undefined {
  return isOurs(media) ? ours : safeHref(media.ref);
}

function isOurs(media: Media): boolean {
  return /^(media|upload)\//.test(media.ref);
}

export function isPicture(media: Media): boolean {
  return isOurs(media) && (media.type === "photo" || /\.(png|jpe?g|gif|webp)$/i.test(media.ref));
}

export function mediaName(media: Media): string {
  return media.name || media.caption || decodeURIComponentSafe(media.ref.split("/").at(-1) ?? "");
}

function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
