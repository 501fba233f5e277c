import { initialsOf, toneOf } from './names.ts';

/** A person as a coloured disc with initials; the colour stays with the person. Decoration: the name stands beside it. */
export function Avatar({ id, name, size = 'm' }: { id: string; name: string; size?: 's' | 'm' | 'l' }) {
  return <span class="avatar" data-tone={toneOf(id)} data-size={size} aria-hidden="true">{initialsOf(name)}</span>;
}
