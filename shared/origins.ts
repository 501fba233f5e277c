const ORIGIN = /^https?:\/\/(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

/** Most entries in a workspace's list of allowed origins. */
export const ORIGINS_MAX = 100;

/** Says whether a text may stand in a list of allowed origins: `*`, `https://shop.example`, `http://localhost:8080`, `https://*.shop.example`. */
export function isOriginPattern(text: string): boolean {
  return text === '*' || (text.length <= 255 && ORIGIN.test(text));
}
