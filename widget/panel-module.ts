/**
 * Brings the panel's module once, however often it is asked for. After a failure it can be asked again, under another
 * address: some browsers remember for good that a module could not be loaded. It is told apart by its path (one more slash, which the gateway
 * passes over) and not by a query: the panel's parts find the panel by its path.
 */
import type { StartPanel } from './bridge.ts';

/** `address` is absolute. The answer rejects while the module cannot be had. */
export function panelModule(address: string): () => Promise<StartPanel> {
  let path = '/panel';
  let loading: Promise<StartPanel> | undefined;
  return () =>
    (loading ??= import(address.replace('/panel', path)).then(
      (module: { start: StartPanel }) => module.start,
      (error: unknown) => {
        path = `/${path}`;
        loading = undefined;
        throw error;
      },
    ));
}
