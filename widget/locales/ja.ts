/** Japanese: polite (です, ます); labels of buttons are nouns or plain verbs. */
import type { CoreTexts } from '../texts.ts';

export default {
  title: '{team}とのチャット',
  close: 'チャットを閉じる',
  back: 'すべての会話',
  menu: 'その他のオプション',

  messages: 'メッセージ',
  loading: '会話を読み込み中…',
  team: '担当者',
  typing: '{name}が入力中',
  you: 'あなた',
  today: '今日',
  yesterday: '昨日',

  sent: '送信済み',
  delivered: '配信済み',
  seen: '既読',
  sending: '送信中…',
  waiting: '送信待ち',
  waitingHere: '送信待ちです。このページを開いたままにしてください。',
  failed: '送信できませんでした',
  retry: '再試行',

  connecting: '接続中…',
  offline: 'オフラインです。メッセージは保存され、接続が戻ると送信されます。',
  reconnecting: '再接続中… メッセージは保存され、接続が戻ると送信されます。',
  tryNow: '今すぐ試す',

  compose: 'メッセージ',
  placeholder: 'メッセージを入力…',
  send: '送信',
  attach: 'ファイルを添付',
  emoji: '絵文字',
  left: { other: '残り{count}文字' },
  over: { other: '{count}文字超過しています。メッセージを分けてください。' },
  notKept: 'メッセージを保存できませんでした。もう一度お試しください。',

  partFailed: '読み込めませんでした。接続を確認して、もう一度お試しください。',
  refused: '現在、こちらではチャットをご利用いただけません。',
  backToChat: '会話に戻る',
} satisfies CoreTexts;
