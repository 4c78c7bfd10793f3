/** A sound, and a notification of the desktop where somebody looks elsewhere. The browser is asked once, and only when the operator says so. */

import { signal } from "@preact/signals";
import { attempt, browserStore } from "../shared/outbox";

const SOUND = "lotse:desk:sound";
const ASKED = "lotse:desk:notify";
const store = browserStore("localStorage");

/** Hertz of two soft notes: somebody waits; something is for this operator. */
const NOTES = { parked: [660, 880], told: [880, 1175] } as const;

export class Alert {
  readonly on = signal(attempt(() => store?.getItem(SOUND)) !== "off");
  /** The operator may be asked whether they want notifications. */
  readonly asks = signal(false);
  #audio: AudioContext | undefined;

  constructor() {
    const open = "Notification" in window && attempt(() => Notification.permission) === "default";
    this.asks.value = open && !attempt(() => store?.getItem(ASKED));
  }

  toggle(): void {
    this.on.value = !this.on.value;
    attempt(() => store?.setItem(SOUND, this.on.value ? "on" : "off"));
    if (this.on.value) this.beep("parked");
  }

  /** The operator's answer: nobody asks again. */
  async answer(yes: boolean): Promise<void> {
    this.asks.value = false;
    attempt(() => store?.setItem(ASKED, yes ? "yes" : "no"));
    if (yes) await attempt(() => Notification.requestPermission())?.catch(() => undefined);
  }

  /** Where the page is in sight, its own words are enough. `tag`: a newer one of the same takes its place. */
  notify(title: string, body: string, tag: string, onClick: () => void): void {
    if (!document.hidden && document.hasFocus()) return;
    attempt(() => {
      if (Notification.permission !== "granted") return;
      const note = new Notification(title, { body, tag, icon: "/static/favicon.svg" });
      note.onclick = () => {
        window.focus();
        onClick();
        note.close();
      };
    });
  }

  /** A browser that was never clicked stays silent: that is its rule. */
  beep(kind: keyof typeof NOTES): void {
    if (!this.on.value) return;
    attempt(() => {
      this.#audio ??= new AudioContext();
      void this.#audio.resume();
      const [first, second] = NOTES[kind];
      this.#note(this.#audio, first, this.#audio.currentTime);
      this.#note(this.#audio, second, this.#audio.currentTime + 0.16);
    });
  }

  #note(audio: AudioContext, hertz: number, at: number): void {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.12, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.22);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.24);
  }
}
