/** Hebrew: plural imperatives, which address everybody; a maqaf joins a prefix to a number or a name. */
import type { CoreTexts } from '../texts.ts';

export default {
  title: 'צ׳אט עם {team}',
  close: 'סגירת הצ׳אט',
  back: 'כל השיחות',
  menu: 'אפשרויות נוספות',

  messages: 'הודעות',
  earlier: 'הצגת הודעות קודמות',
  loadingEarlier: 'ההודעות הקודמות נטענות…',
  loading: 'השיחה שלך נטענת…',
  newMessages: { one: 'הודעה חדשה אחת', two: 'שתי הודעות חדשות', other: '{count} הודעות חדשות' },
  newHere: 'חדש',
  toNewest: 'מעבר להודעה האחרונה',
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
  discard: 'מחיקה',

  closedHere: 'השיחה נסגרה',
  closed: 'השיחה נסגרה. אפשר לכתוב בכל עת כדי לפתוח אותה מחדש.',
  reopened: 'השיחה נפתחה מחדש',
  rated: 'הדירוג שלך לשיחה הזו: {score} מתוך 5',

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
  privacy: 'מדיניות הפרטיות',

  broken: 'משהו השתבש בחלון הזה. ההודעות שלך בטוחות.',
  again: 'הצגה מחדש',
  partFailed: 'הטעינה לא הצליחה. בדקו את החיבור ונסו שוב.',
  refused: 'הצ׳אט אינו זמין כאן כרגע.',
  gone: 'השיחה הזו כבר לא קיימת.',
  backToChat: 'חזרה לשיחה',
} satisfies CoreTexts;
