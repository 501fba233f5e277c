const LABELS: Record<string, string> = { pl: 'Czat', tr: 'Sohbet', uk: 'Чат', ja: 'チャット', zh: '聊天', ar: 'محادثة', he: 'צ׳אט' };

/** The launcher's name for those who hear it; whether the panel is open is told by its state. */
export function launcherLabel(locale: string): string {
  return LABELS[locale] ?? 'Chat';
}
