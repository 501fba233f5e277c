/** Portuguese, of Brazil where a choice must be made: "você", said as seldom as possible, and words that Portugal understands, too. */
import type { CoreTexts } from '../texts.ts';

export default {
  title: 'Chat com {team}',
  close: 'Fechar o chat',
  back: 'Todas as conversas',
  menu: 'Mais opções',

  messages: 'Mensagens',
  loading: 'Carregando sua conversa…',
  team: 'Alguém',
  typing: '{name} está escrevendo',
  you: 'Você',
  today: 'Hoje',
  yesterday: 'Ontem',

  sent: 'Enviada',
  delivered: 'Entregue',
  seen: 'Vista',
  sending: 'Enviando…',
  waiting: 'Aguardando envio',
  waitingHere: 'Aguardando envio. Mantenha esta página aberta.',
  failed: 'Não enviada',
  retry: 'Tentar de novo',

  connecting: 'Conectando…',
  offline: 'Sem conexão. Suas mensagens estão guardadas e serão enviadas quando você voltar.',
  reconnecting: 'Reconectando… Suas mensagens estão guardadas e serão enviadas quando a conexão voltar.',
  tryNow: 'Tentar agora',

  compose: 'Mensagem',
  placeholder: 'Escreva uma mensagem…',
  send: 'Enviar',
  attach: 'Anexar arquivos',
  emoji: 'Emojis',
  left: { one: 'Resta {count} caractere', many: 'Restam {count} de caracteres', other: 'Restam {count} caracteres' },
  over: {
    one: '{count} caractere a mais. Divida sua mensagem, por favor.',
    many: '{count} de caracteres a mais. Divida sua mensagem, por favor.',
    other: '{count} caracteres a mais. Divida sua mensagem, por favor.',
  },
  notKept: 'Não foi possível guardar sua mensagem. Tente de novo, por favor.',

  partFailed: 'Não foi possível carregar. Verifique sua conexão e tente de novo.',
  refused: 'O chat não está disponível aqui neste momento.',
  backToChat: 'Voltar à conversa',
} satisfies CoreTexts;
