/** Dutch: "je", as shops and services write today. */
import type { CoreTexts } from '../texts.ts';

export default {
  title: 'Chat met {team}',
  close: 'Chat sluiten',
  back: 'Alle gesprekken',
  menu: 'Meer opties',

  messages: 'Berichten',
  loading: 'Je gesprek wordt geladen…',
  team: 'Iemand',
  typing: '{name} is aan het typen',
  you: 'Jij',
  today: 'Vandaag',
  yesterday: 'Gisteren',

  sent: 'Verzonden',
  delivered: 'Bezorgd',
  seen: 'Gezien',
  sending: 'Verzenden…',
  waiting: 'Wacht op verzending',
  waitingHere: 'Wacht op verzending. Laat deze pagina open.',
  failed: 'Niet verzonden',
  retry: 'Opnieuw proberen',

  connecting: 'Verbinding maken…',
  offline: 'Je bent offline. Je berichten blijven bewaard en worden verzonden zodra je terug bent.',
  reconnecting: 'Opnieuw verbinden… Je berichten blijven bewaard en worden daarna verzonden.',
  tryNow: 'Nu proberen',

  compose: 'Bericht',
  placeholder: 'Schrijf een bericht…',
  send: 'Verzenden',
  attach: 'Bestanden toevoegen',
  emoji: 'Emoji',
  left: { one: 'Nog {count} teken', other: 'Nog {count} tekens' },
  over: { one: '{count} teken te veel. Splits je bericht op.', other: '{count} tekens te veel. Splits je bericht op.' },
  notKept: 'Je bericht kon niet worden opgeslagen. Probeer het nog eens.',

  partFailed: 'Dit kon niet worden geladen. Controleer je verbinding en probeer het nog eens.',
  refused: 'De chat is hier op dit moment niet beschikbaar.',
  backToChat: 'Terug naar het gesprek',
} satisfies CoreTexts;
