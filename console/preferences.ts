/** Small things this browser remembers for the person: nothing that would be missed. Where nothing can be stored, nothing is remembered. */
const PREFIX = 'miradesk-console:';

export function preference(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function setPreference(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Then it is asked, or shown as at first, the next time.
  }
}
