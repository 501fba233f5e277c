/** Pages whose styles and scripts reach for everything on them, as real ones do without meaning any harm. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { root } from './build.ts';

export interface HostilePage {
  title: string;
  css: string;
  /** Attributes of the root element. */
  root?: string;
  /** Put into the page's body. */
  body?: string;
  /** Done once the launcher is there. */
  afterwards?(page: Page): Promise<void>;
}

export const PLAIN: HostilePage = { title: 'plain', css: '' };

/** The page with the widget of the gateway at this origin; white, longer than the window. */
export function htmlOf({ title, css, root = '', body = '' }: HostilePage, gateway: string): string {
  return `<!doctype html><html lang="en" ${root}><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
    <style>body { background: #fff }\n${css}</style>
    <body><h1>A page</h1><div>${body}</div><p style="height: 3000px">A long page.</p><script async src="${gateway}/w/demo.js"></script></body></html>`;
}

/** What resets have in common, written as strongly as anybody does. */
const RESET = `*, *::before, *::after, ::backdrop { box-sizing: border-box; margin: 0; padding: 0; border: 0 solid; vertical-align: baseline; background: none; }
  html { line-height: 1.15; -webkit-text-size-adjust: 100%; tab-size: 4; font-family: "Times New Roman", serif; }
  button, input, textarea, select { all: unset; font: inherit; letter-spacing: inherit; color: inherit; border-radius: 0; opacity: 1; }
  ol, ul, menu { list-style: none; } img, svg, video { display: block; vertical-align: middle; max-width: 100%; } h1, h2, h3 { font-size: inherit; font-weight: inherit; } a { color: inherit; text-decoration: inherit; }
  [hidden] { display: none !important; } p { margin-bottom: 1rem; } textarea { resize: vertical; } ::placeholder { color: #6c757d; opacity: 1; }`;

/** Class names and roles that frameworks style, and we use too. */
const FRAMEWORK = `.panel, .head, .log, .message, .bubble, .composer, .field, .send, .close, .badge, .chip, .note, .launcher, .hint, .right, .left, .open, .wide, .first, .day { display: grid !important; float: left; color: red !important; background: lime !important; margin: 40px !important; position: static !important; font-size: 40px !important; }
  .hidden { display: none !important; } [role="button"], [role="dialog"], [role="log"], [role="status"] { opacity: .3 !important; cursor: wait !important; transform: scale(2) !important; }
  button:focus, textarea:focus { outline: 10px solid red !important; } *, ::before, ::after { --tw-ring-color: red; --bs-body-bg: red; }`;

/** Everything that children inherit, set at the root with all force. */
const INHERITED = `html, body { color: #f0f !important; font: italic 900 40px/3 cursive !important; letter-spacing: 9px !important; word-spacing: 30px !important; text-transform: uppercase !important; text-align: center !important;
  text-indent: 50px !important; text-shadow: 2px 2px red !important; white-space: pre !important; cursor: crosshair !important; hyphens: auto !important; word-break: break-all !important; quotes: none; list-style: square inside !important;
  caret-color: red !important; accent-color: red !important; font-variant: small-caps !important; -webkit-text-stroke: 1px red; tab-size: 40; }`;

/** All custom properties that our stylesheets read or set, set on everything, our host too: by chance, as names such as --bg are anybody's, and with all force. */
const names = new Set(['widget/**/*.css', 'shared/tokens.css'].flatMap((files) => globSync(files, { cwd: root }))
  .flatMap((file) => readFileSync(join(root, file), 'utf8').match(/--[a-z][\w-]*(?=[:),])/g) ?? []));
const TAKEN_PROPERTIES = `* { ${[...names].map((name) => `${name}: #f0f !important;`).join(' ')} }`;

/** Meant for the page's own dialogs, and said of everything. */
export const BACKDROPS: HostilePage = { title: 'backdrops for every popover', css: '::backdrop { display: block !important; position: fixed; inset: 0; background: #f00 !important; opacity: 1 !important } [popover] { background: red !important }' };

export const HOSTILE_PAGES: readonly HostilePage[] = [
  { title: 'resets', css: RESET },
  { title: 'all of everything unset', css: '* { all: unset !important }' },
  { title: 'all of everything reverted', css: '*, *::before, *::after { all: revert !important }' },
  { title: 'divs that are not displayed', css: 'div { display: none } div { display: none !important }' },
  { title: 'a root font of 200 pixels', css: 'html { font-size: 200px } :root { font-size: 200px !important }' },
  { title: 'styles for our class names and roles', css: FRAMEWORK },
  { title: 'everything that is inherited', css: INHERITED },
  { title: 'text from right to left', css: '', root: 'dir="rtl"' },
  { title: 'text from right to left by force', css: '* { direction: rtl !important; unicode-bidi: bidi-override !important }' },
  { title: 'vertical writing', css: 'html { writing-mode: vertical-rl } * { writing-mode: inherit; text-orientation: upright }' },
  { title: 'a transformed body', css: 'body { transform: translate(30px, 40px) scale(.9) }' },
  { title: 'a transformed root', css: 'html { transform: translateY(40px) }' },
  { title: 'perspective and a filter on the root', css: 'html { perspective: 500px; filter: grayscale(1); will-change: transform }' },
  { title: 'containment and content-visibility', css: 'body { content-visibility: hidden } html { contain: paint } * { content-visibility: auto }' },
  { title: 'pointers and selections forbidden', css: 'html, body { pointer-events: none !important } * { user-select: none !important; -webkit-user-select: none !important; touch-action: none !important }' },
  { title: 'a layer above everything', css: '#cover { position: fixed; inset: 0; z-index: 2147483000; background: #fff; }', body: '</div><div id="cover">Above' },
  { title: 'our custom properties taken', css: TAKEN_PROPERTIES },
  { title: 'our id and object taken', css: '#miradesk, [id*="miradesk"] { display: none !important; position: static !important; left: 0; transform: scale(3) !important; opacity: .1 !important }', body: '</div><div id="miradesk">Not the chat</div><script>class Text {} class Node {} class Event {}</script><div>' },
  { title: 'animations and transitions of everything', css: '@keyframes spin { to { transform: rotate(1turn); opacity: 0 } } * { animation: spin 9s infinite !important; transition: all 9s !important }' },
  { title: 'a locked, flexible root', css: 'html { display: flex; gap: 100px; overflow: hidden; position: fixed; inset: 0; width: 100% } html > * { flex: 1; min-width: 900px !important; margin: 50px !important }' },
  BACKDROPS,
  {
    title: 'a body that is replaced', css: '',
    afterwards: (page) => page.evaluate(() => {
      const body = document.createElement('body');
      body.innerHTML = '<h1>Another page</h1><p style="height: 3000px">As long.</p>';
      document.body.replaceWith(body);
    }),
  },
  { title: 'a long way to scroll', css: 'html { transform: none; scroll-behavior: auto }', afterwards: (page) => page.evaluate(() => scrollTo(0, 1_500)) },
  { title: 'a transformed root, scrolled', css: 'html { transform: translateZ(0) }', afterwards: (page) => page.evaluate(() => scrollTo(0, 1_500)) },
];

/** The strongest of them together; but the page does not become wider than the window, where pictures would be of another place. */
export const ALL_AT_ONCE: HostilePage = {
  title: 'everything at once',
  css: `${RESET} ${FRAMEWORK} ${INHERITED} ${TAKEN_PROPERTIES} * { all: unset !important } div { display: none !important } html { font-size: 200px !important; transform: translateY(20px) !important }
    * { direction: rtl !important; user-select: none !important; pointer-events: none !important; transition: all 9s !important }
    head { display: none !important } h1, p { all: initial !important; display: block !important; height: 1500px }`,
  root: 'dir="rtl"',
};
