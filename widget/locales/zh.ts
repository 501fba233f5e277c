/** Chinese, simplified: polite (您). A space between Chinese and a number or name in another script, none beside full-width marks. */
import type { CoreTexts } from '../texts.ts';

export default {
  title: '与 {team} 聊天',
  close: '关闭聊天',
  back: '所有对话',
  menu: '更多选项',

  messages: '消息',
  loading: '正在加载您的对话…',
  team: '客服',
  typing: '{name} 正在输入',
  you: '您',
  today: '今天',
  yesterday: '昨天',

  sent: '已发送',
  delivered: '已送达',
  seen: '已读',
  sending: '正在发送…',
  waiting: '等待发送',
  waitingHere: '等待发送。请不要关闭此页面。',
  failed: '未发送',
  retry: '重试',

  connecting: '正在连接…',
  offline: '您已离线。您的消息已保存，恢复连接后会自动发送。',
  reconnecting: '正在重新连接… 您的消息已保存，恢复连接后会自动发送。',
  tryNow: '立即重试',

  compose: '消息',
  placeholder: '输入消息…',
  send: '发送',
  attach: '添加文件',
  emoji: '表情',
  left: { other: '还可输入 {count} 个字符' },
  over: { other: '超出 {count} 个字符，请分成几条发送。' },
  notKept: '您的消息未能保存，请重试。',

  partFailed: '加载失败。请检查网络连接后重试。',
  refused: '聊天目前在此处不可用。',
  backToChat: '返回对话',
} satisfies CoreTexts;
