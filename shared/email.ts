/**
 * What counts as an e-mail address: one rule for the form that asks for it and the gateway that takes it, because a message whose writer's
 * address is refused never arrives. Letters of all scripts, as RFC 6531 has them; nothing that ends an address or begins another, and nothing unseen.
 */
const LABEL = '[\\p{L}\\p{N}](?:[\\p{L}\\p{M}\\p{N}_-]*[\\p{L}\\p{M}\\p{N}])?';
const EMAIL = new RegExp(`^[^\\s\\p{C}@<>()[\\]\\\\,;:"]+@${LABEL}(?:\\.${LABEL})+$`, 'u');

export const EMAIL_MAX = 254;

export function isEmail(text: string): boolean {
  return text.length <= EMAIL_MAX && EMAIL.test(text);
}
