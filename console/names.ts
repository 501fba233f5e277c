/**
 * What a person without a name is called. Two calm words made from the id, so that every agent sees the same name
 * in every window, and can say it out loud to a colleague.
 */
import type { InboxConversation } from '../shared/protocol.ts';

const FIRST = [
  'Amber', 'Autumn', 'Birch', 'Bright', 'Calm', 'Cedar', 'Clear', 'Clover', 'Coral', 'Crimson', 'Dawn', 'Early', 'Evening', 'Fair', 'Fern', 'Field',
  'Gentle', 'Ginger', 'Golden', 'Grand', 'Green', 'Harbour', 'Hazel', 'Hidden', 'Honey', 'Indigo', 'Ivory', 'Jade', 'Kind', 'Lively', 'Lunar', 'Maple',
  'Meadow', 'Mellow', 'Misty', 'Noble', 'North', 'Olive', 'Opal', 'Pearl', 'Pine', 'Plum', 'Quiet', 'Rose', 'Sandy', 'Silver', 'Spring', 'Steady',
  'Still', 'Stone', 'Summer', 'Sunny', 'Swift', 'Teal', 'Tidal', 'Topaz', 'Velvet', 'Violet', 'Warm', 'Wandering', 'Wild', 'Willow', 'Winter', 'Wise',
];
const SECOND = [
  'Alder', 'Badger', 'Beaver', 'Bison', 'Brook', 'Comet', 'Crane', 'Curlew', 'Deer', 'Dolphin', 'Dove', 'Egret', 'Elm', 'Falcon', 'Finch', 'Fox',
  'Gull', 'Hare', 'Heron', 'Ibis', 'Island', 'Jay', 'Kestrel', 'Lake', 'Lark', 'Linden', 'Lynx', 'Magpie', 'Marten', 'Moth', 'Newt', 'Oak',
  'Oriole', 'Osprey', 'Otter', 'Owl', 'Panda', 'Petrel', 'Plover', 'Puffin', 'Quail', 'Raven', 'Reed', 'River', 'Robin', 'Rowan', 'Salmon', 'Seal',
  'Sparrow', 'Stork', 'Swallow', 'Swan', 'Tern', 'Thrush', 'Trout', 'Turtle', 'Valley', 'Vole', 'Walnut', 'Whale', 'Wolf', 'Wren', 'Yak', 'Yew',
];

/** How many colours an avatar can have; the stylesheet knows them as data-tone 0 to TONES - 1. */
export const TONES = 6;

/** FNV-1a over UTF-16 units with a final mix; a spread, not a secret. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Two words for an id, always the same ones. */
export function anonymousName(id: string): string {
  const hash = hashOf(id);
  return `${FIRST[hash % FIRST.length] ?? ''} ${SECOND[(hash >>> 8) % SECOND.length] ?? ''}`;
}

/** What to call a visitor: their name, else their address, else two words made from their id. */
export function visitorName(visitor: Pick<InboxConversation['visitor'], 'id' | 'name' | 'email'>): string {
  return visitor.name?.trim() || visitor.email?.trim() || anonymousName(visitor.id);
}

/** The colour of a person's avatar, 0 to TONES - 1. */
export function toneOf(id: string): number {
  return (hashOf(id) >>> 16) % TONES;
}

/** One or two letters for an avatar. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => Array.from(word ?? '')[0] ?? '').join('').toUpperCase() || '?';
}
