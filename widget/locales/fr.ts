/** French: formal ("vous"). Narrow no-break space before ? ! and ;, no-break space before a colon. */
import type { CoreTexts } from '../texts.ts';

export default {
  title: 'Discussion avec {team}',
  close: 'Fermer le chat',
  back: 'Toutes les conversations',
  menu: 'Plus d’options',

  messages: 'Messages',
  loading: 'Chargement de votre conversation…',
  team: 'Quelqu’un',
  typing: '{name} écrit',
  you: 'Vous',
  today: 'Aujourd’hui',
  yesterday: 'Hier',

  sent: 'Envoyé',
  delivered: 'Distribué',
  seen: 'Vu',
  sending: 'Envoi…',
  waiting: 'En attente d’envoi',
  waitingHere: 'En attente d’envoi. Gardez cette page ouverte.',
  failed: 'Non envoyé',
  retry: 'Réessayer',

  connecting: 'Connexion…',
  offline: 'Vous êtes hors ligne. Vos messages sont conservés et partiront à votre retour.',
  reconnecting: 'Reconnexion… Vos messages sont conservés et partiront dès le retour de la connexion.',
  tryNow: 'Essayer maintenant',

  compose: 'Message',
  placeholder: 'Écrivez un message…',
  send: 'Envoyer',
  attach: 'Joindre des fichiers',
  emoji: 'Émojis',
  left: { one: '{count} caractère restant', many: '{count} de caractères restants', other: '{count} caractères restants' },
  over: {
    one: '{count} caractère de trop. Merci de diviser votre message.',
    many: '{count} de caractères de trop. Merci de diviser votre message.',
    other: '{count} caractères de trop. Merci de diviser votre message.',
  },
  notKept: 'Votre message n’a pas pu être enregistré. Veuillez réessayer.',

  partFailed: 'Le chargement a échoué. Vérifiez votre connexion et réessayez.',
  refused: 'Le chat n’est pas disponible ici pour le moment.',
  backToChat: 'Retour à la conversation',
} satisfies CoreTexts;
