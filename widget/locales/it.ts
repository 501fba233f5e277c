/** Italian: "tu", as chats address people. */
import type { CoreTexts } from '../texts.ts';

export default {
  title: 'Chat con {team}',
  close: 'Chiudi la chat',
  back: 'Tutte le conversazioni',
  menu: 'Altre opzioni',

  messages: 'Messaggi',
  loading: 'Caricamento della conversazione…',
  team: 'Qualcuno',
  typing: '{name} sta scrivendo',
  you: 'Tu',
  today: 'Oggi',
  yesterday: 'Ieri',

  sent: 'Inviato',
  delivered: 'Consegnato',
  seen: 'Visto',
  sending: 'Invio…',
  waiting: 'In attesa di invio',
  waitingHere: 'In attesa di invio. Lascia aperta questa pagina.',
  failed: 'Non inviato',
  retry: 'Riprova',

  connecting: 'Connessione…',
  offline: 'Sei offline. I tuoi messaggi sono al sicuro e partiranno quando torni online.',
  reconnecting: 'Riconnessione… I tuoi messaggi sono al sicuro e partiranno appena torna la connessione.',
  tryNow: 'Prova ora',

  compose: 'Messaggio',
  placeholder: 'Scrivi un messaggio…',
  send: 'Invia',
  attach: 'Allega file',
  emoji: 'Emoji',
  left: { one: '{count} carattere rimasto', many: '{count} di caratteri rimasti', other: '{count} caratteri rimasti' },
  over: {
    one: '{count} carattere di troppo. Dividi il messaggio.',
    many: '{count} di caratteri di troppo. Dividi il messaggio.',
    other: '{count} caratteri di troppo. Dividi il messaggio.',
  },
  notKept: 'Non è stato possibile salvare il messaggio. Riprova.',

  partFailed: 'Caricamento non riuscito. Controlla la connessione e riprova.',
  refused: 'La chat non è disponibile qui in questo momento.',
  backToChat: 'Torna alla conversazione',
} satisfies CoreTexts;
