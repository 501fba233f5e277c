/** The launcher's few words, by language. The gateway puts the visitor's into the loader, which has no other words to load. Kept short: they are in every page's way. */
import type { Locale } from './settings.ts';

/** `label`: what the launcher is called, for those who hear it; `loadFailed`: what is said when the panel cannot be loaded. */
export const LAUNCHER_WORDS: Readonly<Record<Locale, { label: string; loadFailed: string }>> = {
  en: { label: 'Chat', loadFailed: 'The chat could not be loaded. Please try again.' },
  de: { label: 'Chat', loadFailed: 'Der Chat lädt nicht. Bitte versuchen Sie es noch einmal.' },
  fr: { label: 'Chat', loadFailed: 'Le chat n’a pas pu être chargé. Réessayez.' },
  es: { label: 'Chat', loadFailed: 'No se pudo cargar el chat. Inténtalo de nuevo.' },
  pt: { label: 'Chat', loadFailed: 'O chat não carregou. Tente de novo.' },
  it: { label: 'Chat', loadFailed: 'La chat non si è caricata. Riprova.' },
  nl: { label: 'Chat', loadFailed: 'De chat laadt niet. Probeer het opnieuw.' },
  pl: { label: 'Czat', loadFailed: 'Czat się nie wczytał. Spróbuj ponownie.' },
  tr: { label: 'Sohbet', loadFailed: 'Sohbet yüklenemedi. Yeniden deneyin.' },
  uk: { label: 'Чат', loadFailed: 'Чат не відкрився. Спробуйте ще раз.' },
  ja: { label: 'チャット', loadFailed: 'チャットを開けません。やり直してください。' },
  zh: { label: '聊天', loadFailed: '无法打开聊天，请重试。' },
  ar: { label: 'دردشة', loadFailed: 'تعذّر فتح الدردشة. حاول مرة أخرى.' },
  he: { label: 'צ׳אט', loadFailed: 'הצ׳אט לא נטען. נסו שוב.' },
};
