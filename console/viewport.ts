/** What of the window can be seen: whether anybody can see it at all, and how much an on-screen keyboard leaves. */
import { signal, type ReadonlySignal } from '@preact/signals';

const shown = signal(true);
/** Whether the page is in a tab that is shown. */
export const pageShown: ReadonlySignal<boolean> = shown;

/** Starts watching; the height that is left goes to the stylesheet as --viewport. */
export function watchViewport(): void {
  const look = (): void => { shown.value = !document.hidden; };
  look();
  document.addEventListener('visibilitychange', look);

  const viewport = window.visualViewport;
  if (!viewport) return;
  const measure = (): void => {
    // Pinch zoom changes it too, and must not shrink the page.
    if (viewport.scale > 1.01) return;
    document.documentElement.style.setProperty('--viewport', `${Math.round(viewport.height)}px`);
    // A browser that scrolled the page to show the text field has moved our head out of sight.
    if (viewport.offsetTop > 0) scrollTo(0, 0);
  };
  measure();
  viewport.addEventListener('resize', measure);
  viewport.addEventListener('scroll', measure);
}
