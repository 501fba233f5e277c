/** French: formal ("vous"). Narrow no-break space before ? ! and ;, no-break space before a colon. */
import type { CoreTexts } from '../texts.ts';

export default {
  title: 'Discussion avec {team}',
  close: 'Fermer le chat',
  back: 'Toutes les conversations',
  menu: 'Plus d’options',

  messages: 'Messages',
  earlier: 'Afficher les messages précédents',
  loadingEarlier: 'Chargement des messages précédents…',
  loading: 'Chargement de votre conversation…',
  newMessages: { one: '{count} nouveau message', many: '{count} de nouveaux messages', other: '{count} nouveaux messages' },
  newHere: 'Nouveaux',
  toNewest: 'Aller au dernier message',
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
  discard: 'Supprimer',

  closedHere: 'Conversation terminée',
  closed: 'Conversation terminée. Écrivez à tout moment pour la rouvrir.',
  reopened: 'Conversation rouverte',
  rated: 'Votre note pour cette conversation\u00a0: {score} sur 5',

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
  privacy: 'Politique de confidentialité',

  broken: 'Un problème est survenu dans cette fenêtre. Vos messages sont en sécurité.',
  again: 'Réafficher',
  partFailed: 'Le chargement a échoué. Vérifiez votre connexion et réessayez.',
  refused: 'Le chat n’est pas disponible ici pour le moment.',
  gone: 'Cette conversation n’existe plus.',
  backToChat: 'Retour à la conversation',
} satisfies CoreTexts;
