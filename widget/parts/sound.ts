/** Two soft notes, made on the spot: a file would be one more request, and one more thing for a content security policy to forbid. */
const NOTES: ReadonlyArray<[hertz: number, at: number]> = [[659.26, 0], [880, 0.12]];
const LOUDNESS = 0.06;

let context: AudioContext | undefined;

/** Plays it, where the browser lets a page make sounds: after somebody has used it. */
export function playSound(): void {
  try {
    if (!navigator.userActivation?.hasBeenActive) return;
    context ??= new AudioContext();
    void context.resume();
    for (const [hertz, after] of NOTES) {
      const at = context.currentTime + after;
      const tone = new OscillatorNode(context, { frequency: hertz });
      const loudness = new GainNode(context, { gain: 0 });
      loudness.gain.setValueAtTime(0, at);
      loudness.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
      tone.connect(loudness).connect(context.destination);
      tone.start(at);
      tone.stop(at + 0.5);
    }
  } catch {
    // No sound here.
  }
}
