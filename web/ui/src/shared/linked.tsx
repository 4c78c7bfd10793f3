/** Plain text with its links made clickable. Text nodes only: nothing in a message is ever read as markup. */

import type { JSX } from "preact";
import { splitLinks } from "./links";

export function Linked({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      {splitLinks(text).map((piece) =>
        piece.href ? (
          <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
            {piece.text}
          </a>
        ) : (
          piece.text
        ),
      )}
    </>
  );
}
