/** What a visitor's id tells. Ids are made by the gateway only: 21 characters for somebody new, 32 for a person whom the site has proven (gateway/identity.ts). */
export const IDENTIFIED_ID_LENGTH = 32;

/** Whether the site has proven who this visitor is. */
export function isIdentified(visitorId: string): boolean {
  return visitorId.length === IDENTIFIED_ID_LENGTH && visitorId.startsWith('u');
}
