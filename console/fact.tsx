/** One line of the details: what it is, and what is known. */
import type { ComponentChildren } from 'preact';
import { now } from './clock.ts';
import { fullDate, timeAgo } from './times.ts';

export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return <div class="fact"><dt>{name}</dt><dd>{children}</dd></div>;
}

export function Moment({ at }: { at: string }) {
  const ago = timeAgo(at, now.value);
  return <time dateTime={at} title={fullDate(at)}>{ago}<span class="fact-more">{fullDate(at)}</span></time>;
}
