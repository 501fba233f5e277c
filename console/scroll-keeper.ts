/**
 * Keeps a log's scroll position where the person wants it: at the end while they are there, else on the line they read, also when
 * older lines come in above, the window changes or the composer grows.
 */
export interface ScrollKeeper {
  /** The log is there for the first time: goes to the unread mark, if it would not be in view at the end, else to the end. */
  start(unread: HTMLElement | null): void;
  settled(): boolean;
  /** Lines changed: puts the view back. True: it was at the end and still is. */
  restore(): boolean;
  toEnd(): void;
  dispose(): void;
}

/** Within this of the end counts as the end. */
const END_PX = 40;
const UNREAD_ABOVE_PX = 72;

/** Watches a scrolling element whose children are the lines. `onEnd`: told when the end comes into view or leaves it. */
export function keepScroll(element: HTMLElement, options: { onEnd(atEnd: boolean): void }): ScrollKeeper {
  let started = false;
  let atEnd = true;
  /** The first line in view, by its lower edge: when its group gets longer above, its upper one moves. */
  let anchor: { line: Element; bottom: number } | null = null;

  function note(): void {
    const end = element.scrollHeight - element.scrollTop - element.clientHeight <= END_PX;
    if (end !== atEnd) {
      atEnd = end;
      options.onEnd(end);
    }
    anchor = null;
    if (end) return;
    const top = element.getBoundingClientRect().top;
    for (const line of element.children) {
      const box = line.getBoundingClientRect();
      if (box.bottom <= top || line.classList.contains('log-earlier')) continue;
      anchor = { line, bottom: box.bottom - top };
      return;
    }
  }

  function toEnd(): void {
    element.scrollTop = element.scrollHeight;
    note();
  }

  function restore(): boolean {
    if (!started) return true;
    if (atEnd) {
      toEnd();
      return true;
    }
    if (anchor?.line.isConnected) element.scrollTop += anchor.line.getBoundingClientRect().bottom - element.getBoundingClientRect().top - anchor.bottom;
    note();
    return atEnd;
  }

  const onScroll = (): void => { if (started) note(); };
  element.addEventListener('scroll', onScroll, { passive: true });
  const observer = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(() => void restore());
  observer?.observe(element);

  return {
    start(unread) {
      if (started) return;
      started = true;
      toEnd();
      if (unread && unread.getBoundingClientRect().top < element.getBoundingClientRect().top) {
        element.scrollTop += unread.getBoundingClientRect().top - element.getBoundingClientRect().top - UNREAD_ABOVE_PX;
        note();
      }
    },
    settled: () => started,
    restore,
    toEnd,
    dispose() {
      element.removeEventListener('scroll', onScroll);
      observer?.disconnect();
    },
  };
}
