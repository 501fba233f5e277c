/** German: formal ("Sie"). An ellipsis after a whole word has a space before it. */
import type { CoreTexts } from '../texts.ts';

export default {
  title: 'Chat mit {team}',
  close: 'Chat schließen',
  back: 'Alle Gespräche',
  menu: 'Weitere Optionen',

  messages: 'Nachrichten',
  earlier: 'Frühere Nachrichten anzeigen',
  loadingEarlier: 'Frühere Nachrichten werden geladen\u00a0…',
  loading: 'Ihr Gespräch wird geladen\u00a0…',
  newMessages: { one: '{count} neue Nachricht', other: '{count} neue Nachrichten' },
  newHere: 'Neu',
  toNewest: 'Zur neuesten Nachricht',
  team: 'Jemand',
  typing: '{name} schreibt',
  you: 'Sie',
  today: 'Heute',
  yesterday: 'Gestern',

  sent: 'Gesendet',
  delivered: 'Zugestellt',
  seen: 'Gesehen',
  sending: 'Wird gesendet\u00a0…',
  waiting: 'Wartet auf das Senden',
  waitingHere: 'Wartet auf das Senden. Bitte lassen Sie diese Seite offen.',
  failed: 'Nicht gesendet',
  retry: 'Erneut versuchen',
  discard: 'Löschen',

  closedHere: 'Gespräch beendet',
  closed: 'Gespräch beendet. Schreiben Sie jederzeit, um es fortzusetzen.',
  reopened: 'Gespräch wieder geöffnet',
  rated: 'Ihre Bewertung dieses Gesprächs: {score} von 5',

  connecting: 'Verbindung wird hergestellt\u00a0…',
  offline: 'Sie sind offline. Ihre Nachrichten bleiben erhalten und werden gesendet, sobald Sie wieder online sind.',
  reconnecting: 'Verbindung wird wiederhergestellt\u00a0… Ihre Nachrichten bleiben erhalten und werden danach gesendet.',
  tryNow: 'Jetzt versuchen',

  compose: 'Nachricht',
  placeholder: 'Nachricht schreiben\u00a0…',
  send: 'Senden',
  attach: 'Dateien anhängen',
  emoji: 'Emojis',
  left: { one: 'Noch {count} Zeichen', other: 'Noch {count} Zeichen' },
  over: { one: '{count} Zeichen zu viel. Bitte teilen Sie Ihre Nachricht auf.', other: '{count} Zeichen zu viel. Bitte teilen Sie Ihre Nachricht auf.' },
  notKept: 'Ihre Nachricht konnte nicht gespeichert werden. Bitte versuchen Sie es noch einmal.',
  privacy: 'Datenschutzerklärung',

  broken: 'In diesem Fenster ist etwas schiefgegangen. Ihre Nachrichten sind sicher.',
  again: 'Wieder anzeigen',
  partFailed: 'Das konnte nicht geladen werden. Bitte prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.',
  refused: 'Der Chat ist hier zurzeit nicht verfügbar.',
  gone: 'Diese Unterhaltung gibt es nicht mehr.',
  backToChat: 'Zurück zur Unterhaltung',
} satisfies CoreTexts;
