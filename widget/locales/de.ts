/** German: formal ("Sie"). An ellipsis after a whole word has a space before it. */
import type { CoreTexts } from '../texts.ts';

export default {
  title: 'Chat mit {team}',
  close: 'Chat schließen',
  back: 'Alle Gespräche',
  menu: 'Weitere Optionen',

  messages: 'Nachrichten',
  loading: 'Ihr Gespräch wird geladen\u00a0…',
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

  partFailed: 'Das konnte nicht geladen werden. Bitte prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.',
  refused: 'Der Chat ist hier zurzeit nicht verfügbar.',
  backToChat: 'Zurück zur Unterhaltung',
} satisfies CoreTexts;
