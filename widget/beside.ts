/**
 * Brings what lies beside the panel and is not needed at once: languages, parts, the other connection. After a failure it is asked for under another
 * address: some browsers remember for good that a module could not be loaded.
 */

/** Set by the build, where everything is a script. */
declare const MIRADESK_BUILT: boolean | undefined;

const failures: Record<string, number> = {};

/** `file`: as in the source, from this folder. Rejects while it cannot be had. */
export async function beside<T>(file: string): Promise<T> {
  const name = typeof MIRADESK_BUILT === 'undefined' ? file : file.replace(/tsx?$/, 'js');
  // Worked out beforehand, so that no bundler makes it part of the panel.
  const address = new URL(name + (failures[file] ? `?again=${failures[file]}` : ''), import.meta.url).href;
  try {
    return (await import(/* @vite-ignore */ address)) as T;
  } catch (error) {
    failures[file] = (failures[file] ?? 0) + 1;
    throw error;
  }
}
