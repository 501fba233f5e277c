/** A button that opens a small panel beside it. Closes on Escape (the focus goes back to the button), on a press elsewhere and when the focus leaves. */
import type { ComponentChildren } from 'preact';
import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';

export interface PopoverProps {
  button: ComponentChildren;
  class?: string;
  /** Where the panel opens. */
  place: 'below-end' | 'below-start' | 'above-start';
  disabled?: boolean;
  panelLabel: string;
  children: (close: () => void) => ComponentChildren;
}

export function Popover({ button, class: className = 'button', place, disabled = false, panelLabel, children }: PopoverProps) {
  const open = useSignal(false);
  const root = useRef<HTMLDivElement>(null);
  const toggle = useRef<HTMLButtonElement>(null);
  const panelId = useId();

  const close = (): void => {
    open.value = false;
    toggle.current?.focus();
  };

  useEffect(() => {
    if (!open.value) return undefined;
    const outside = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) open.value = false;
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [open.value, open]);

  function onKeyDown(event: KeyboardEvent): void {
    if (!open.value) return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    }
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const items = [...(root.current?.querySelectorAll<HTMLElement>('.popover button, .popover a') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    event.preventDefault();
    items[(at + (event.key === 'ArrowDown' ? 1 : -1) + items.length) % items.length]?.focus();
  }

  return (
    <div
      class="popover-root"
      role="presentation"
      ref={root}
      onKeyDown={onKeyDown}
      onFocusOut={(event) => {
        if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget as Node)) open.value = false;
      }}
    >
      <button
        type="button" class={className} ref={toggle} aria-expanded={open.value} aria-controls={open.value ? panelId : undefined}
        disabled={disabled} onClick={() => { open.value = !open.value; }}
      >
        {button}
      </button>
      {open.value ? <div class="popover" id={panelId} role="group" aria-label={panelLabel} data-place={place}>{children(close)}</div> : null}
    </div>
  );
}
