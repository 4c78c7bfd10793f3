/** What goes with the next answer: files on their way, and buttons. */

import type { JSX } from "preact";
import type { Attachment } from "../uploads";
import type { DeskUse } from "../use";
import { fileName, fileSize } from "../words";
import { Icon } from "./icon";

/** The browser's own choice of files. */
export function pickFiles(take: (files: FileList | null) => void): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.onchange = () => take(input.files);
  input.click();
}

export function Attachments({ client, texts, conversation }: DeskUse & { readonly conversation: string }): JSX.Element | null {
  const { t } = texts;
  const files = client.uploads.of(conversation);
  const buttons = client.buttons.value;
  const enclosed = client.enclosed.value;
  if (!files.length && !buttons.length && !enclosed) return null;
  return (
    <ul class="attached" aria-label={t("extras.attached")}>
      {files.map((one) => (
        <FileView key={one.key} one={one} client={client} texts={texts} />
      ))}
      {enclosed && (
        <li class="chip">
          <Icon name="clip" />
          <span class="name">{fileName(enclosed)}</span>
          <Remove label={t("remove", { what: fileName(enclosed) })} onClick={() => (client.enclosed.value = "")} />
        </li>
      )}
      {buttons.length > 0 && (
        <li class="chip">
          <Icon name="buttons" />
          <span class="name">{buttons.join(" · ")}</span>
          <Remove label={t("remove", { what: t("extras.buttons") })} onClick={() => (client.buttons.value = [])} />
        </li>
      )}
    </ul>
  );
}

function FileView({ one, client, texts }: DeskUse & { readonly one: Attachment }): JSX.Element {
  const { t } = texts;
  const { key, file, part, problem, uploaded } = one;
  const percent = Math.round(part * 100);
  return (
    <li class={problem ? "chip bad" : "chip"}>
      <Icon name="clip" />
      <span class="name" dir="auto" title={file.name}>
        {file.name}
      </span>
      <span class="size">{fileSize(file.size, texts.language.value)}</span>
      {!uploaded && !problem && <progress max={100} value={percent} aria-label={t("upload.progress", { name: file.name })} />}
      {problem && (
        <span class="problem" role="alert">
          {t(`upload.${problem}`)}
        </span>
      )}
      {(problem === "lost" || problem === "too_fast") && (
        <button type="button" class="link" onClick={() => client.uploads.again(key)}>
          {t("again")}
        </button>
      )}
      <Remove label={t("remove", { what: file.name })} onClick={() => client.uploads.drop(key)} />
    </li>
  );
}

function Remove({ label, onClick }: { readonly label: string; readonly onClick: () => void }): JSX.Element {
  return (
    <button type="button" class="remove" title={label} aria-label={label} onClick={onClick}>
      <Icon name="close" />
    </button>
  );
}
