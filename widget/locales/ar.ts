/** Arabic, modern standard: labels are verbal nouns, requests begin with "يُرجى", so that hardly any text guesses at a person's gender. */
import type { CoreTexts } from '../texts.ts';

export default {
  title: 'دردشة مع {team}',
  close: 'إغلاق الدردشة',
  back: 'كل المحادثات',
  menu: 'خيارات أخرى',

  messages: 'الرسائل',
  loading: 'جارٍ تحميل محادثتك…',
  team: 'أحد أفراد الفريق',
  typing: '{name} يكتب الآن',
  you: 'أنت',
  today: 'اليوم',
  yesterday: 'أمس',

  sent: 'تم الإرسال',
  delivered: 'تم التسليم',
  seen: 'تمت المشاهدة',
  sending: 'جارٍ الإرسال…',
  waiting: 'في انتظار الإرسال',
  waitingHere: 'في انتظار الإرسال. يُرجى إبقاء هذه الصفحة مفتوحة.',
  failed: 'لم تُرسل',
  retry: 'إعادة المحاولة',

  connecting: 'جارٍ الاتصال…',
  offline: 'لا يوجد اتصال بالإنترنت. رسائلك محفوظة وستُرسل عند عودة الاتصال.',
  reconnecting: 'جارٍ إعادة الاتصال… رسائلك محفوظة وستُرسل عند عودة الاتصال.',
  tryNow: 'المحاولة الآن',

  compose: 'رسالة',
  placeholder: 'اكتب رسالة…',
  send: 'إرسال',
  attach: 'إرفاق ملفات',
  emoji: 'الرموز التعبيرية',
  left: {
    zero: 'لم يبقَ أي حرف',
    one: 'بقي حرف واحد',
    two: 'بقي حرفان',
    few: 'بقيت {count} أحرف',
    many: 'بقي {count} حرفًا',
    other: 'بقي {count} حرف',
  },
  over: {
    zero: 'لا أحرف زائدة.',
    one: 'حرف واحد زائد. يُرجى تقسيم رسالتك.',
    two: 'حرفان زائدان. يُرجى تقسيم رسالتك.',
    few: '{count} أحرف زائدة. يُرجى تقسيم رسالتك.',
    many: '{count} حرفًا زائدًا. يُرجى تقسيم رسالتك.',
    other: '{count} حرف زائد. يُرجى تقسيم رسالتك.',
  },
  notKept: 'تعذّر حفظ رسالتك. يُرجى المحاولة مرة أخرى.',

  partFailed: 'تعذّر التحميل. يُرجى التحقق من الاتصال والمحاولة مرة أخرى.',
  refused: 'الدردشة غير متاحة هنا حاليًا.',
  backToChat: 'العودة إلى المحادثة',
} satisfies CoreTexts;
