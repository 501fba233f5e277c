/** Icons of one family: 20 by 20, drawn in lines of the text's colour. They are decoration; the name is always beside them in words. */
const PATHS = {
  inbox: 'M3 11h3.6l1.2 2.2h4.4l1.2-2.2H17M3 11l2.2-6.2h9.6L17 11v4.2H3Z',
  person: 'M10 9.6a3.1 3.1 0 1 0 0-6.2 3.1 3.1 0 0 0 0 6.2ZM4 16.6c.6-3 3-4.6 6-4.6s5.4 1.6 6 4.6',
  people: 'M7.4 9.2a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4ZM2.4 15.8c.4-2.6 2.4-4.2 5-4.2s4.6 1.6 5 4.2M12.8 4.1a2.6 2.6 0 0 1 0 4.9M14.4 11.9c1.8.5 2.9 1.9 3.2 3.9',
  closed: 'm6.4 10.3 2.5 2.5 4.9-5.4M10 17.2a7.2 7.2 0 1 0 0-14.4 7.2 7.2 0 0 0 0 14.4Z',
  reopen: 'M4.2 8.2A6.2 6.2 0 1 1 4 11.6M4 4.4v4h4',
  back: 'M11.8 4.6 6.4 10l5.4 5.4',
  down: 'm5.4 7.8 4.6 4.6 4.6-4.6',
  toEnd: 'M10 4v11m0 0 4.4-4.4M10 15l-4.4-4.4',
  up: 'M10 16V5m0 0 4.4 4.4M10 5 5.6 9.4',
  panel: 'M3.2 4.4h13.6v11.2H3.2ZM12.4 4.4v11.2',
  close: 'm5 5 10 10M15 5 5 15',
  note: 'M4.2 3.8h11.6v8.4l-4 4H4.2ZM11.8 16v-3.8h3.8',
  lock: 'M5 9h10v7.2H5ZM7.2 9V6.6a2.8 2.8 0 0 1 5.6 0V9',
  reply: 'M8.2 5 4 9.2l4.2 4.2M4.4 9.2h6.2c3 0 5.2 1.8 5.4 5.4',
  attach: 'M15.8 9.4l-6 6a3.9 3.9 0 0 1-5.5-5.5l6.3-6.3a2.6 2.6 0 0 1 3.7 3.7l-6.2 6.2a1.3 1.3 0 0 1-1.9-1.9l5.6-5.5',
  file: 'M5 2.8h6.4L15.4 7v10.2H5ZM11.2 2.8v4.4h4.2',
  send: 'M3.6 10 16.6 4l-4 12.6-3-5.2ZM9.6 11.4l7-7.4',
  sent: 'm4.8 10.4 3.4 3.4 7-7.6',
  delivered: 'm2.4 10.4 3.4 3.4 6.6-7.2M9 13.2l.6.6 7-7.6',
  clock: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 6.2V10l2.6 1.8',
  warning: 'M10 3.6 17.4 16.4H2.6ZM10 8.4v3.4M10 14v.2',
  link: 'M8.6 11.4a3 3 0 0 0 4.2 0l2.6-2.6a3 3 0 0 0-4.2-4.2l-.9.9M11.4 8.6a3 3 0 0 0-4.2 0l-2.6 2.6a3 3 0 0 0 4.2 4.2l.9-.9',
  external: 'M8 4.6H4.4v11h11V12M11.4 4.2h4.4v4.4M15.6 4.4 9.4 10.6',
  settings: 'M3.4 6.2h7M14.6 6.2h2M3.4 13.8h2M9.6 13.8h7M12.5 8.2a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM7.5 15.8a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  keyboard: 'M2.8 5.4h14.4v9.2H2.8ZM6.8 12h6.4M5.6 8.6h.1M8.5 8.6h.1M11.4 8.6h.1M14.3 8.6h.1',
  leave: 'M8.4 3.8H4.2v12.4h4.2M8 10h8.6M13.4 6.6 16.8 10l-3.4 3.4',
  eye: 'M2.4 10S5 4.8 10 4.8 17.6 10 17.6 10 15 15.2 10 15.2 2.4 10 2.4 10ZM10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4Z',
  eyeOff: 'M4 4l12 12M8 5.2A8 8 0 0 1 10 4.8c5 0 7.6 5.2 7.6 5.2a13 13 0 0 1-2.2 2.9M5.4 6.5A12.6 12.6 0 0 0 2.4 10S5 15.2 10 15.2a7.6 7.6 0 0 0 3.6-.9M8.5 8.5a2.2 2.2 0 0 0 3 3',
  copy: 'M7 7h9v9H7ZM4 13V4h9',
  offline: 'M3 3l14 14M2.6 8.2A11 11 0 0 1 6 6.2M9 5.4a11 11 0 0 1 8.4 2.8M5 11a7.6 7.6 0 0 1 3.6-1.9M12.4 9.5A7.6 7.6 0 0 1 15 11M7.6 13.6a3.8 3.8 0 0 1 4.8 0M10 16.2v.1',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
