/** Hebrew: plural imperatives, which address everybody; a maqaf joins a prefix to a number or a name. */
import type { CoreTexts } from '../texts.ts';

export default {
  title: 'צ׳אט עם {team}',
  close: 'סגירת הצ׳אט',
  back: 'כל השיחות',
  menu: 'אפשרויות נוספות',

  messages: 'הודעות',
  loading: 'השיחה שלך נטענת…',
  team: 'נציג/ת השירות',
  typing: '{name} מקליד/ה',
  you: 'את/ה',
  today: 'היום',
  yesterday: 'אתמול',

  sent: 'נשלחה',
  delivered: 'נמסרה',
  seen: 'נצפתה',
  sending: 'בשליחה…',
  waiting: 'ממתינה לשליחה',
  waitingHere: 'ממתינה לשליחה. נא להשאיר את הדף פתוח.',
  failed: 'לא נשלחה',
  retry: 'לנסות שוב',

  connecting: 'מתחברים…',
  offline: 'אין חיבור לאינטרנט. ההודעות שלך נשמרות ויישלחו כשהחיבור יחזור.',
  reconnecting: 'מתחברים מחדש… ההודעות שלך נשמרות ויישלחו כשהחיבור יחזור.',
  tryNow: 'לנסות עכשיו',

  compose: 'הודעה',
  placeholder: 'כתבו הודעה…',
  send: 'שליחה',
  attach: 'צירוף קבצים',
  emoji: 'אמוג׳י',
  left: { one: 'נותר תו אחד', two: 'נותרו שני תווים', other: 'נותרו {count} תווים' },
  over: {
    one: 'תו אחד יותר מדי. נא לפצל את ההודעה.',
    two: 'שני תווים יותר מדי. נא לפצל את ההודעה.',
    other: '{count} תווים יותר מדי. נא לפצל את ההודעה.',
  },
  notKept: 'לא ניתן היה לשמור את ההודעה. נסו שוב.',

  partFailed: 'הטעינה לא הצליחה. בדקו את החיבור ונסו שוב.',
  refused: 'הצ׳אט אינו זמין כאן כרגע.',
  backToChat: 'חזרה לשיחה',
} satisfies CoreTexts;
