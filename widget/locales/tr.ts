/** Turkish: formal ("siz"). Names take no suffix, since it would depend on their sounds. */
import type { CoreTexts } from '../texts.ts';

export default {
  title: '{team} ile sohbet',
  close: 'Sohbeti kapat',
  back: 'Tüm görüşmeler',
  menu: 'Diğer seçenekler',

  messages: 'Mesajlar',
  loading: 'Görüşmeniz yükleniyor…',
  team: 'Birisi',
  typing: '{name} yazıyor',
  you: 'Siz',
  today: 'Bugün',
  yesterday: 'Dün',

  sent: 'Gönderildi',
  delivered: 'İletildi',
  seen: 'Görüldü',
  sending: 'Gönderiliyor…',
  waiting: 'Gönderilmeyi bekliyor',
  waitingHere: 'Gönderilmeyi bekliyor. Bu sayfayı açık tutun.',
  failed: 'Gönderilemedi',
  retry: 'Tekrar dene',

  connecting: 'Bağlanılıyor…',
  offline: 'Çevrimdışısınız. Mesajlarınız saklanıyor ve bağlantınız gelince gönderilecek.',
  reconnecting: 'Yeniden bağlanılıyor… Mesajlarınız saklanıyor ve bağlantı gelince gönderilecek.',
  tryNow: 'Şimdi dene',

  compose: 'Mesaj',
  placeholder: 'Bir mesaj yazın…',
  send: 'Gönder',
  attach: 'Dosya ekle',
  emoji: 'Emoji',
  left: { one: '{count} karakter kaldı', other: '{count} karakter kaldı' },
  over: { one: '{count} karakter fazla. Lütfen mesajınızı bölün.', other: '{count} karakter fazla. Lütfen mesajınızı bölün.' },
  notKept: 'Mesajınız kaydedilemedi. Lütfen tekrar deneyin.',

  partFailed: 'Bu bölüm yüklenemedi. Lütfen bağlantınızı kontrol edip tekrar deneyin.',
  refused: 'Sohbet şu anda burada kullanılamıyor.',
  backToChat: 'Görüşmeye dön',
} satisfies CoreTexts;
