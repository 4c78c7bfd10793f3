/** A sound and a mark in the title of the tab when somebody new waits. */

import { signal } from "@preact/signals";
import { attempt, browserStore } from "../shared/outbox";

const KEY = "lotse:desk:sound";

export class Alert {
  readonly on = signal(attempt(() => browserStore("localStorage")?.getItem(KEY)) !== "off");
  private audio: AudioContext | undefined;

  toggle(): void {
    this.on.value = !this.on.value;
    attempt(() => browserStore("localStorage")?.setItem(KEY, this.on.value ? "on" : "off"));
    if (this.on.value) this.beep();
  }

  /** Two soft notes. A browser that was never clicked stays silent: that is its rule. */
  beep(): void {
    if (!this.on.value) return;
    attempt(() => {
      this.audio ??= new AudioContext();
      void this.audio.resume();
      const start = this.audio.currentTime;
      this.note(this.audio, 660, start);
      this.note(this.audio, 880, start + 0.16);
    });
  }

  private note(audio: AudioContext, hertz: number, at: number): void {
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
