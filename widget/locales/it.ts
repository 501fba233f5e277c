/** Italian: "tu", as chats address people. */
import type { CoreTexts } from '../texts.ts';

export default {
  title: 'Chat con {team}',
  close: 'Chiudi la chat',
  back: 'Tutte le conversazioni',
  menu: 'Altre opzioni',

  messages: 'Messaggi',
  earlier: 'Mostra i messaggi precedenti',
  loadingEarlier: 'Caricamento dei messaggi precedenti…',
  loading: 'Caricamento della conversazione…',
  newMessages: { one: '{count} nuovo messaggio', many: '{count} di nuovi messaggi', other: '{count} nuovi messaggi' },
  newHere: 'Nuovi',
  toNewest: 'Vai all’ultimo messaggio',
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
  discard: 'Elimina',

  closedHere: 'Conversazione chiusa',
  closed: 'Conversazione chiusa. Scrivi quando vuoi per riaprirla.',
  reopened: 'Conversazione riaperta',
  rated: 'Il tuo voto a questa conversazione: {score} su 5',

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
  privacy: 'Informativa sulla privacy',

  broken: 'Qualcosa è andato storto in questa finestra. I tuoi messaggi sono al sicuro.',
  again: 'Mostra di nuovo',
  partFailed: 'Caricamento non riuscito. Controlla la connessione e riprova.',
  refused: 'La chat non è disponibile qui in questo momento.',
  gone: 'Questa conversazione non esiste più.',
  backToChat: 'Torna alla conversazione',
} satisfies CoreTexts;
