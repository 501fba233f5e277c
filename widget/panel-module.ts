/**
 * Brings the panel's module once, however often it is asked for. After a failure it can be asked again, under another
 * address: some browsers remember for good that a module could not be loaded.
 */
import type { StartPanel } from './bridge.ts';

/** `address` is absolute. The answer rejects while the module cannot be had. */
export function panelModule(address: string): () => Promise<StartPanel> {
  let failures = 0;
  let loading: Promise<StartPanel> | undefined;
  return () =>
    (loading ??= import(failures ? `${address}?again=${failures}` : address).then(
      (module: { start: StartPanel }) => module.start,
      (error: unknown) => {
        failures++;
        loading = undefined;
        throw error;
      },
    ));
}
