/** The launcher's few words, by language. The gateway puts the visitor's into the loader, which has no other words to load. Kept short: they are in every page's way. */
import type { Locale } from './settings.ts';

/** `label`: what the launcher is called, for those who hear it; `loadFailed`: what is said when the panel cannot be loaded. */
export const LAUNCHER_WORDS: Readonly<Record<Locale, { label: string; loadFailed: string }>> = {
  en: { label: 'Chat', loadFailed: 'The chat could not be loaded. Please try again.' },
  de: { label: 'Chat', loadFailed: 'Der Chat konnte nicht geladen werden. Bitte versuchen Sie es noch einmal.' },
  fr: { label: 'Chat', loadFailed: 'Le chat n’a pas pu être chargé. Veuillez réessayer.' },
  es: { label: 'Chat', loadFailed: 'No se pudo cargar el chat. Inténtalo de nuevo.' },
  pt: { label: 'Chat', loadFailed: 'Não foi possível carregar o chat. Tente de novo.' },
  it: { label: 'Chat', loadFailed: 'Impossibile caricare la chat. Riprova.' },
  nl: { label: 'Chat', loadFailed: 'De chat kon niet worden geladen. Probeer het opnieuw.' },
  pl: { label: 'Czat', loadFailed: 'Nie udało się wczytać czatu. Spróbuj ponownie.' },
  tr: { label: 'Sohbet', loadFailed: 'Sohbet yüklenemedi. Lütfen yeniden deneyin.' },
  uk: { label: 'Чат', loadFailed: 'Не вдалося завантажити чат. Спробуйте ще раз.' },
  ja: { label: 'チャット', loadFailed: 'チャットを読み込めませんでした。もう一度お試しください。' },
  zh: { label: '聊天', loadFailed: '无法加载聊天窗口，请重试。' },
  ar: { label: 'دردشة', loadFailed: 'تعذّر تحميل الدردشة. يُرجى المحاولة مرة أخرى.' },
  he: { label: 'צ׳אט', loadFailed: 'לא ניתן היה לטעון את הצ׳אט. נא לנסות שוב.' },
};
