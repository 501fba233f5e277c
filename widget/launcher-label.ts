/** The word for "Chat" where it is another one. It is part of the loader, where every byte counts. */
const labels: Record<string, string> = { pl: 'Czat', tr: 'Sohbet', uk: 'Чат', ja: 'チャット', zh: '聊天', ar: 'دردشة', he: 'צ׳אט' };

/** What the launcher is called, to who hears it, in one of LOCALES. */
export function launcherLabel(locale: string): string {
  return labels[locale] ?? 'Chat';
}
