/** Polish: plain imperatives and impersonal forms, so that nobody's gender is guessed; names are never inflected, so they follow a colon. */
import type { CoreTexts } from '../texts.ts';

export default {
  title: 'Czat: {team}',
  close: 'Zamknij czat',
  back: 'Wszystkie rozmowy',
  menu: 'Więcej opcji',

  messages: 'Wiadomości',
  earlier: 'Pokaż wcześniejsze wiadomości',
  loadingEarlier: 'Wczytywanie wcześniejszych wiadomości…',
  loading: 'Wczytywanie rozmowy…',
  newMessages: { one: '{count} nowa wiadomość', few: '{count} nowe wiadomości', many: '{count} nowych wiadomości', other: '{count} nowej wiadomości' },
  newHere: 'Nowe',
  toNewest: 'Przejdź do najnowszej wiadomości',
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
  discard: 'Usuń',

  closedHere: 'Rozmowa zakończona',
  closed: 'Rozmowa zakończona. Napisz w dowolnej chwili, aby do niej wrócić.',
  reopened: 'Rozmowa wznowiona',
  rated: 'Twoja ocena tej rozmowy: {score} z 5',

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
  privacy: 'Polityka prywatności',

  broken: 'Coś poszło nie tak w tym oknie. Twoje wiadomości są bezpieczne.',
  again: 'Pokaż ponownie',
  partFailed: 'Nie udało się tego wczytać. Sprawdź połączenie i spróbuj ponownie.',
  refused: 'Czat nie jest tu teraz dostępny.',
  gone: 'Tej rozmowy już nie ma.',
  backToChat: 'Wróć do rozmowy',
} satisfies CoreTexts;
