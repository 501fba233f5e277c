/** On phones the panel fills the screen; when the keyboard comes up, only what the keyboard leaves. */
export function followViewport(frame: HTMLElement, signal: AbortSignal): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  function fit(): void {
    // Somebody who has zoomed in wants to look closer, not to have the panel shrink with the view.
    if (!viewport || viewport.scale > 1.01) return;
    frame.style.setProperty('--view-height', `${viewport.height}px`);
    frame.style.setProperty('--view-top', `${viewport.offsetTop}px`);
  }
  fit();
  viewport.addEventListener('resize', fit, { signal });
  viewport.addEventListener('scroll', fit, { signal });
}
