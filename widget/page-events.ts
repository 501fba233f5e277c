/** What happens to the page around the panel, told to those who mind. All of it ends with the signal. */
export interface PageEvents {
  /** The network came back or went, or the page is looked at again. */
  onWake(): void;
  /** The page is looked at, or not any more. */
  onVisible(visible: boolean): void;
  /** Another tab changed localStorage. */
  onStorage(): void;
  /** The page goes into the browser's back/forward cache, where sockets and locks would keep it out. */
  onPause(): void;
  onResume(): void;
}

export function listenToPage({ onWake, onVisible, onStorage, onPause, onResume }: PageEvents, signal: AbortSignal): void {
  addEventListener('online', onWake, { signal });
  addEventListener('offline', onWake, { signal });
  addEventListener('storage', onStorage, { signal });
  document.addEventListener('visibilitychange', () => {
    const visible = document.visibilityState === 'visible';
    onVisible(visible);
    if (visible) onWake();
  }, { signal });
  addEventListener('pagehide', ({ persisted }) => persisted && onPause(), { signal });
  addEventListener('pageshow', ({ persisted }) => persisted && onResume(), { signal });
}
