/** Files that are dragged over a part of the page, and dropped there. */
import { useSignal, type ReadonlySignal } from '@preact/signals';

interface DropTarget {
  /** Whether files are over it now. */
  readonly over: ReadonlySignal<boolean>;
  /** To be spread over the element. */
  readonly handlers: Record<'onDragEnter' | 'onDragOver' | 'onDragLeave' | 'onDrop', (event: DragEvent) => void>;
}

export function useFileDrop(onFiles: (files: File[]) => void): DropTarget {
  const over = useSignal(false);
  const withFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
  /** Without this the browser would leave the page to show the file. */
  function hold(event: DragEvent): void {
    if (!withFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    over.value = true;
  }
  return {
    over,
    handlers: {
      onDragEnter: hold,
      onDragOver: hold,
      onDragLeave(event) {
        if (!(event.currentTarget as Element).contains(event.relatedTarget as Node | null)) over.value = false;
      },
      onDrop(event) {
        if (!withFiles(event)) return;
        event.preventDefault();
        over.value = false;
        onFiles([...(event.dataTransfer?.files ?? [])]);
      },
    },
  };
}
