/** The emoji that the picker offers, by group, with the words by which they are found. All are of Unicode 13 (2020) or earlier, so that devices of some years show them. */
const GROUPS = {
  smileys: '😀 grin happy|😃 smile happy|😄 laugh happy|😁 beam grin|😆 laugh haha|😅 sweat relief|🤣 rofl laugh|😂 joy laugh tears|🙂 smile|🙃 upside down|😉 wink|😊 blush smile|😇 angel halo|🥰 love hearts|😍 love eyes|🤩 star wow|😘 kiss|😗 kiss|😚 kiss blush|😙 kiss smile|🥲 smile tear|😋 yum tasty|😛 tongue|😜 wink tongue|🤪 zany crazy|😝 tongue|🤑 money rich|🤗 hug|🤭 giggle oops|🤫 quiet secret|🤔 think hmm|🤐 zip mouth|🤨 doubt eyebrow|😐 neutral|😑 blank|😶 silent speechless|😏 smirk|😒 unamused|🙄 roll eyes|😬 grimace awkward|🤥 lie|😌 calm relieved|😔 sad pensive|😪 sleepy|🤤 drool|😴 sleep tired|😷 mask ill|🤒 ill fever|🤕 hurt|🤢 sick|🤧 sneeze cold|🥵 hot|🥶 cold freeze|🥴 dizzy|😵 dizzy|🤯 mind blown|🤠 cowboy|🥳 party celebrate|😎 cool sunglasses|🤓 nerd|🧐 monocle inspect|😕 confused|😟 worried|🙁 sad frown|😮 surprised oh|😯 hushed|😲 astonished wow|😳 embarrassed|🥺 please plead|😦 frown|😨 fear scared|😰 anxious|😥 sad relief|😢 cry sad tear|😭 sob cry|😱 scream shock|😖 upset|😣 struggle|😞 disappointed|😓 sweat|😩 weary|😫 tired|🥱 yawn bored|😤 huff|😡 angry rage|😠 angry|🤬 swear|😈 devil|💀 skull dead|💩 poo|🤡 clown|👻 ghost|👽 alien|🤖 robot bot|😺 cat smile|😻 cat love|🙈 monkey see|🙉 monkey hear|🙊 monkey speak',
  people: '👋 wave hello bye|🤚 hand|✋ hand stop|🖖 vulcan|👌 ok perfect|🤏 little pinch|✌️ peace victory|🤞 luck fingers crossed|🤟 love you|🤘 rock|🤙 call|👈 left point|👉 right point|👆 up point|👇 down point|☝️ one point|👍 thumbs up yes good|👎 thumbs down no bad|✊ fist|👊 punch fist|👏 clap bravo|🙌 hooray hands|👐 open hands|🤲 palms|🤝 handshake deal|🙏 thanks please pray|✍️ write|💪 strong muscle|👂 ear listen|👀 eyes look|🧠 brain|👶 baby|🧒 child|👩 woman|👨 man|🧑 person|👵 grandmother|👴 grandfather|🙅 no|🙆 ok|🙋 hand question|🤦 facepalm|🤷 shrug|🙇 bow sorry|💁 help information|🧑‍💻 computer developer|👷 worker builder|👮 police|🧑‍🍳 cook chef|🧑‍⚕️ doctor nurse|🧑‍🎓 student|🦸 hero|🎅 santa|🏃 run|🚶 walk|💃 dance|🕺 dance|👪 family|👫 couple|🗣️ speak|👤 person user|👥 people users',
  nature: '🐶 dog|🐱 cat|🐭 mouse|🐹 hamster|🐰 rabbit bunny|🦊 fox|🐻 bear|🐼 panda|🐨 koala|🐯 tiger|🦁 lion|🐮 cow|🐷 pig|🐸 frog|🐵 monkey|🐔 chicken|🐧 penguin|🐦 bird|🦉 owl|🐴 horse|🦄 unicorn|🐝 bee|🐛 bug|🦋 butterfly|🐌 snail slow|🐢 turtle slow|🐍 snake|🐙 octopus|🐠 fish|🐬 dolphin|🐳 whale|🐘 elephant|🦥 sloth|🐾 paw|🌵 cactus|🎄 christmas tree|🌲 tree|🌳 tree|🌴 palm|🌱 plant grow|🍀 luck clover|🍁 autumn leaf|🌸 blossom flower|🌹 rose flower|🌻 sunflower|💐 flowers bouquet|🌍 world earth|🌙 moon night|⭐ star|✨ sparkles new|☀️ sun|⛅ cloud|🌧️ rain|⛈️ storm|❄️ snow cold|⛄ snowman|🌈 rainbow|🔥 fire hot|💧 water drop|🌊 wave sea',
  food: '🍎 apple|🍐 pear|🍊 orange|🍋 lemon|🍌 banana|🍉 melon|🍇 grapes|🍓 strawberry|🍒 cherry|🍑 peach|🍍 pineapple|🥝 kiwi|🍅 tomato|🥑 avocado|🥕 carrot|🌽 corn|🌶️ pepper hot|🥦 broccoli|🍄 mushroom|🥜 nuts|🍞 bread|🥐 croissant|🧀 cheese|🥚 egg|🥞 pancakes|🍔 burger|🍟 fries|🍕 pizza|🌭 hotdog|🌮 taco|🥗 salad|🍝 pasta|🍜 noodles soup|🍣 sushi|🍚 rice|🍦 ice cream|🍩 donut|🍪 cookie|🎂 cake birthday|🍰 cake|🍫 chocolate|🍬 sweet candy|🍯 honey|☕ coffee tea|🍵 tea|🥛 milk|🍺 beer|🍻 cheers beer|🍷 wine|🥂 cheers champagne|🍾 champagne celebrate|🧃 juice|🍽️ meal plate',
  activity: '⚽ football soccer|🏀 basketball|🏈 football|🎾 tennis|🏐 volleyball|🏓 table tennis|⛳ golf|🎿 ski|🏊 swim|🚴 bike cycle|🧘 yoga calm|🏆 trophy win|🥇 gold first|🥈 silver second|🥉 bronze third|🎯 target goal|🎮 game|🎲 dice|🧩 puzzle|♟️ chess|🎨 art paint|🎭 theatre|🎬 film|🎤 sing microphone|🎧 music headphones|🎸 guitar|🎹 piano|🎟️ ticket|🎉 party tada celebrate|🎊 confetti|🎈 balloon|🎁 gift present|🎀 ribbon',
  travel: '🚗 car|🚕 taxi|🚌 bus|🚑 ambulance|🚒 fire engine|🚚 truck delivery|🚜 tractor|🏍️ motorbike|🚲 bicycle|🛴 scooter|🚂 train|🚆 train|🚇 metro|✈️ plane flight|🚀 rocket launch|🚁 helicopter|⛵ boat|🚢 ship|⚓ anchor|⛽ fuel|🚧 construction|🚦 traffic|🗺️ map|🧭 compass|🏠 house home|🏢 office|🏥 hospital|🏦 bank|🏨 hotel|🏪 shop store|🏫 school|🏭 factory|🏰 castle|⛪ church|🏖️ beach holiday|🏝️ island|⛰️ mountain|🏕️ camping|🌃 night city|🌅 sunrise|🧳 luggage',
  objects: '📱 phone mobile|💻 laptop computer|🖥️ screen computer|🖨️ printer|⌨️ keyboard|🖱️ mouse|📷 camera photo|📹 video|📺 television|🔋 battery|🔌 plug power|💡 idea light|🔦 torch|🔧 wrench fix|🔨 hammer|⚙️ settings gear|🔑 key|🔒 lock secure|🔓 unlock|🔍 search find|🔗 link|📎 clip attach|✂️ scissors cut|📌 pin|📍 location place|📏 ruler|✏️ pencil write|📝 note write|📄 page document|📁 folder|📅 date calendar|📈 up chart|📉 down chart|📊 chart|📚 books|📦 parcel package box|📫 mailbox|✉️ letter mail|📧 mail|📞 phone call|🔔 bell|🔕 mute|📢 loud announce|⏰ alarm clock|⌛ time wait|⏳ time wait|⌚ watch|💰 money|💵 money cash|💳 card pay|🧾 receipt bill|🛒 cart shop|🛍️ shopping|👕 shirt|👗 dress|👟 shoe|👓 glasses|👑 crown|💍 ring|💎 gem|💊 pill medicine|🧪 test|🛏️ bed|🚿 shower|🧹 clean|🗑️ bin delete',
  symbols: '❤️ heart love red|🧡 heart orange|💛 heart yellow|💚 heart green|💙 heart blue|💜 heart purple|🖤 heart black|🤍 heart white|💔 broken heart|💕 hearts love|💖 heart sparkle|💯 hundred perfect|✅ done check yes|☑️ check|✔️ check|❌ no wrong cross|❓ question|❗ important exclamation|‼️ important|⚠️ warning|🚫 forbidden no|⛔ stop|🆗 ok|🆕 new|🆓 free|🆘 help sos|ℹ️ information|🔴 red|🟠 orange|🟡 yellow|🟢 green|🔵 blue|🟣 purple|⚫ black|⚪ white|➕ plus add|➖ minus|➡️ right arrow|⬅️ left arrow|⬆️ up arrow|⬇️ down arrow|🔄 again refresh|🔙 back|🔝 top|♻️ recycle|⚡ fast power lightning|💤 sleep|💬 chat talk|💭 thought|🎵 music note|♾️ forever infinity|©️ copyright|™️ trademark|🏁 finish flag|🚩 flag|🏳️‍🌈 rainbow pride flag',
};

export type EmojiGroup = keyof typeof GROUPS;
export interface Emoji { emoji: string; words: string[] }

/** The groups in the order in which they are offered; the texts of the same keys name them. */
export const emojiGroups = Object.keys(GROUPS) as EmojiGroup[];

/** The emoji of a group, in the order in which they are offered. */
export function emojiOf(group: EmojiGroup): Emoji[] {
  return GROUPS[group].split('|').map((line) => {
    const [emoji = '', ...words] = line.split(' ');
    return { emoji, words };
  });
}

/** The emoji of which some word begins with each word of the query; those with a whole word of it come first. An empty query finds nothing. */
export function findEmoji(query: string): string[] {
  const sought = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (sought.length === 0) return [];
  const found = emojiGroups.flatMap(emojiOf).filter(({ words }) => sought.every((part) => words.some((word) => word.startsWith(part))));
  const misses = ({ words }: Emoji) => sought.filter((part) => !words.includes(part)).length;
  return found.sort((a, b) => misses(a) - misses(b)).map(({ emoji }) => emoji);
}
