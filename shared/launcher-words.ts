/** What the launcher says when the panel cannot be loaded, by language. The gateway puts the visitor's into the loader, which has no words of its own to load. */
import type { Locale } from './settings.ts';

export const LOAD_FAILED: Readonly<Record<Locale, string>> = {
  en: 'The chat could not be loaded. Please check your connection and try again.',
  de: 'Der Chat konnte nicht geladen werden. Bitte prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.',
  fr: 'Le chat n’a pas pu être chargé. Veuillez vérifier votre connexion et réessayer.',
  es: 'No se pudo cargar el chat. Compruebe su conexión e inténtelo de nuevo.',
  pt: 'Não foi possível carregar o chat. Verifique a sua ligação e tente novamente.',
  it: 'Impossibile caricare la chat. Controlli la connessione e riprovi.',
  nl: 'De chat kon niet worden geladen. Controleer uw verbinding en probeer het opnieuw.',
  pl: 'Nie udało się załadować czatu. Sprawdź połączenie i spróbuj ponownie.',
  tr: 'Sohbet yüklenemedi. Lütfen bağlantınızı kontrol edip yeniden deneyin.',
  uk: 'Не вдалося завантажити чат. Перевірте з’єднання та спробуйте ще раз.',
  ja: 'チャットを読み込めませんでした。接続を確認して、もう一度お試しください。',
  zh: '无法加载聊天窗口。请检查网络连接后重试。',
  ar: 'تعذّر تحميل المحادثة. يُرجى التحقق من الاتصال والمحاولة مرة أخرى.',
  he: 'לא ניתן היה לטעון את הצ׳אט. נא לבדוק את החיבור ולנסות שוב.',
};
