/** Polish: plain imperatives and impersonal forms, so that nobody's gender is guessed; names are never inflected, so they follow a colon. */
import type { CoreTexts } from '../texts.ts';

export default {
  title: 'Czat: {team}',
  close: 'Zamknij czat',
  back: 'Wszystkie rozmowy',
  menu: 'Więcej opcji',

  messages: 'Wiadomości',
  loading: 'Wczytywanie rozmowy…',
  team: 'Ktoś',
  typing: '{name} pisze',
  you: 'Ty',
  today: 'Dzisiaj',
  yesterday: 'Wczoraj',

  sent: 'Wysłano',
  delivered: 'Dostarczono',
  seen: 'Wyświetlono',
  sending: 'Wysyłanie…',
  waiting: 'Czeka na wysłanie',
  waitingHere: 'Czeka na wysłanie. Nie zamykaj tej strony.',
  failed: 'Nie wysłano',
  retry: 'Spróbuj ponownie',

  connecting: 'Łączenie…',
  offline: 'Brak połączenia z internetem. Twoje wiadomości są zachowane i zostaną wysłane, gdy połączenie wróci.',
  reconnecting: 'Ponowne łączenie… Twoje wiadomości są zachowane i zostaną wysłane, gdy wróci połączenie.',
  tryNow: 'Spróbuj teraz',

  compose: 'Wiadomość',
  placeholder: 'Napisz wiadomość…',
  send: 'Wyślij',
  attach: 'Dołącz pliki',
  emoji: 'Emoji',
  left: { one: 'Pozostał {count} znak', few: 'Pozostały {count} znaki', many: 'Pozostało {count} znaków', other: 'Pozostało {count} znaku' },
  over: {
    one: '{count} znak za dużo. Podziel wiadomość.',
    few: '{count} znaki za dużo. Podziel wiadomość.',
    many: '{count} znaków za dużo. Podziel wiadomość.',
    other: '{count} znaku za dużo. Podziel wiadomość.',
  },
  notKept: 'Nie udało się zapisać wiadomości. Spróbuj ponownie.',

  partFailed: 'Nie udało się tego wczytać. Sprawdź połączenie i spróbuj ponownie.',
  refused: 'Czat nie jest tu teraz dostępny.',
  backToChat: 'Wróć do rozmowy',
} satisfies CoreTexts;
