/** What people type for emoji: faces made of marks, and names between colons as in other chats. */
const CODES: Record<string, string> = {
  ':)': '🙂', ':-)': '🙂', '=)': '🙂', ':D': '😄', ':-D': '😄', '=D': '😄', 'xD': '😆', 'XD': '😆', ';)': '😉', ';-)': '😉', ':P': '😛', ':-P': '😛',
  ':p': '😛', ':-p': '😛', ';P': '😜', ';-P': '😜', ':(': '🙁', ':-(': '🙁', '=(': '🙁', ":'(": '😢', ":'-(": '😢', ":')": '🥲', ':o': '😮', ':O': '😮',
  ':-o': '😮', ':-O': '😮', ':|': '😐', ':-|': '😐', ':/': '😕', ':-/': '😕', ':*': '😘', ':-*': '😘', '>:(': '😠', '>:-(': '😠', '8-)': '😎', 'B-)': '😎',
  'O:)': '😇', 'O:-)': '😇', '-_-': '😑', '\\o/': '🙌', '<3': '❤️', '</3': '💔',
  ':+1:': '👍', ':-1:': '👎', ':thumbsup:': '👍', ':thumbsdown:': '👎', ':ok:': '👌', ':wave:': '👋', ':clap:': '👏', ':pray:': '🙏', ':thanks:': '🙏',
  ':muscle:': '💪', ':eyes:': '👀', ':shrug:': '🤷', ':heart:': '❤️', ':smile:': '😄', ':joy:': '😂', ':wink:': '😉', ':cry:': '😢', ':sob:': '😭',
  ':thinking:': '🤔', ':angry:': '😠', ':sad:': '🙁', ':cool:': '😎', ':party:': '🥳', ':tada:': '🎉', ':fire:': '🔥', ':rocket:': '🚀', ':star:': '⭐',
  ':100:': '💯', ':check:': '✅', ':x:': '❌', ':warning:': '⚠️', ':question:': '❓', ':bulb:': '💡', ':coffee:': '☕',
};

/** All codes, as they are typed. */
export const emojiCodes = Object.keys(CODES);

/**
 * The code that ends the text before the caret, and its emoji, to put one in place of the other; null: none. A code stands by itself,
 * after white space or at the start, so that addresses and lists stay as they are: the `:/` of `https://`, the `8)` of a list.
 */
export function codeBefore(text: string): { code: string; emoji: string } | null {
  const code = /\S+$/.exec(text)?.[0] ?? '';
  const emoji = Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  return emoji === undefined ? null : { code, emoji };
}
