/** Turkish: formal ("siz"). Names take no suffix, since it would depend on their sounds. */
import type { CoreTexts } from '../texts.ts';

export default {
  title: '{team} ile sohbet',
  close: 'Sohbeti kapat',
  back: 'Tüm görüşmeler',
  menu: 'Diğer seçenekler',

  messages: 'Mesajlar',
  earlier: 'Önceki mesajları göster',
  loadingEarlier: 'Önceki mesajlar yükleniyor…',
  loading: 'Görüşmeniz yükleniyor…',
  newMessages: { one: '{count} yeni mesaj', other: '{count} yeni mesaj' },
  newHere: 'Yeni',
  toNewest: 'En yeni mesaja git',
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
  discard: 'Sil',

  closedHere: 'Görüşme kapatıldı',
  closed: 'Görüşme kapatıldı. Yeniden açmak için istediğiniz zaman yazın.',
  reopened: 'Görüşme yeniden açıldı',
  rated: 'Bu görüşmeye verdiğiniz puan: {score}/5',

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
  privacy: 'Gizlilik politikası',

  broken: 'Bu pencerede bir sorun oluştu. Mesajlarınız güvende.',
  again: 'Yeniden göster',
  partFailed: 'Bu bölüm yüklenemedi. Lütfen bağlantınızı kontrol edip tekrar deneyin.',
  refused: 'Sohbet şu anda burada kullanılamıyor.',
  gone: 'Bu görüşme artık yok.',
  backToChat: 'Görüşmeye dön',
} satisfies CoreTexts;
