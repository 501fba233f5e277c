/** Short messages that come and go: shown in a corner, and what is only spoken by a screen reader. */
import { signal, type ReadonlySignal } from '@preact/signals';

export interface Notice { id: number; text: string; bad: boolean }

const SHOWN_MS = 7_000;
const MOST = 3;
let lastId = 0;
const shown = signal<readonly Notice[]>([]);
const spoken = signal('');

export const notices: ReadonlySignal<readonly Notice[]> = shown;
/** What the live region says. */
export const announcement: ReadonlySignal<string> = spoken;

/** Shows a message for a while. The same one is not shown twice at a time. */
export function notify(text: string, options: { bad?: boolean } = {}): void {
  const notice = { id: (lastId += 1), text, bad: options.bad ?? false };
  shown.value = [...shown.peek().filter((other) => other.text !== text), notice].slice(-MOST);
  setTimeout(() => dismiss(notice.id), SHOWN_MS);
}

export function dismiss(id: number): void {
  shown.value = shown.peek().filter((notice) => notice.id !== id);
}

/** Has a screen reader say something, when it has finished what it is saying. The same words said again are heard again. */
export function announce(text: string): void {
  spoken.value = spoken.peek() === text ? `${text}\u00a0` : text;
}
