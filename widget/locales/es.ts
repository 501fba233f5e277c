/** Spanish for both sides of the ocean: "tú", as chats address people, and words that all countries share. */
import type { CoreTexts } from '../texts.ts';

export default {
  title: 'Chat con {team}',
  close: 'Cerrar el chat',
  back: 'Todas las conversaciones',
  menu: 'Más opciones',

  messages: 'Mensajes',
  loading: 'Cargando tu conversación…',
  team: 'Alguien',
  typing: '{name} está escribiendo',
  you: 'Tú',
  today: 'Hoy',
  yesterday: 'Ayer',

  sent: 'Enviado',
  delivered: 'Entregado',
  seen: 'Visto',
  sending: 'Enviando…',
  waiting: 'En espera de envío',
  waitingHere: 'En espera de envío. Deja esta página abierta.',
  failed: 'No enviado',
  retry: 'Reintentar',

  connecting: 'Conectando…',
  offline: 'No tienes conexión. Guardamos tus mensajes y se enviarán cuando vuelvas.',
  reconnecting: 'Reconectando… Guardamos tus mensajes y se enviarán cuando vuelva la conexión.',
  tryNow: 'Probar ahora',

  compose: 'Mensaje',
  placeholder: 'Escribe un mensaje…',
  send: 'Enviar',
  attach: 'Adjuntar archivos',
  emoji: 'Emojis',
  left: { one: 'Queda {count} carácter', many: 'Quedan {count} de caracteres', other: 'Quedan {count} caracteres' },
  over: {
    one: 'Sobra {count} carácter. Divide tu mensaje, por favor.',
    many: 'Sobran {count} de caracteres. Divide tu mensaje, por favor.',
    other: 'Sobran {count} caracteres. Divide tu mensaje, por favor.',
  },
  notKept: 'No se pudo guardar tu mensaje. Inténtalo de nuevo.',

  partFailed: 'No se pudo cargar. Revisa tu conexión e inténtalo de nuevo.',
  refused: 'El chat no está disponible aquí en este momento.',
  backToChat: 'Volver a la conversación',
} satisfies CoreTexts;
