/** The widget as site owners set it, and in other languages, as people should have looked at it. */
import { open, type State, talk, visit } from './picture-scene.ts';

const CORNERS = ['bottom-right', 'bottom-left', 'top-right', 'top-left'] as const;
const FACES = [{ name: 'Olive', picture: '' }, { name: 'Ben', picture: '' }, { name: 'Ümit', picture: '' }];

export const LOOK_STATES: readonly State[] = [
  ...CORNERS.map((position): State => ({ name: `corner-${position}`, reach: (scene) => open(scene, { position, offsetX: 40, offsetY: 60 }) })),
  { name: 'label', reach: (scene) => visit(scene, { launcherLabel: 'Ask the kettle' }) },
  { name: 'label-open', reach: (scene) => open(scene, { launcherLabel: 'Ask the kettle', position: 'bottom-left' }) },
  { name: 'faces', reach: (scene) => open(scene, { faces: FACES, teamName: 'The people of the kettle and the kiln' }) },
  { name: 'square-and-bright', reach: async (scene) => void await talk(scene, 'Why so yellow?', 'The kiln is hot.', { color: '#ffd400', radius: 0, font: 'Georgia, serif' }) },
  { name: 'theme-dark', reach: async (scene) => void await talk(scene, 'Why so dark?', 'It is late.', { theme: 'dark' }) },
  { name: 'consent-text', reach: (scene) => open(scene, { consentText: 'We keep what you write for a year.', privacyLink: 'https://kettle.example/privacy', greeting: 'Hello!\nWhat is it that you would like to know about tea?' }) },
  { name: 'arabic', reach: async (scene) => void await talk(scene, 'كم دقيقة يحتاج الشاي؟', 'نحو ثماني دقائق، والإبريق يصفر when it is ready.', { locale: 'ar', teamName: 'الدعم' }) },
  { name: 'arabic-empty', reach: (scene) => open(scene, { locale: 'ar', teamName: 'الدعم', greeting: 'مرحبًا! كيف يمكننا مساعدتك؟', replyTime: 'نرد عادةً خلال دقائق', faces: FACES, position: 'bottom-left' }) },
  {
    name: 'arabic-list',
    async reach(scene) {
      await talk(scene, 'هل هذه محادثتي؟', 'نعم، هي محادثتك.', { locale: 'ar' });
      await scene.visitor.page.locator('#miradesk .head .round').first().click();
      await scene.visitor.page.locator('#miradesk .list .row').waitFor();
    },
  },
  { name: 'german', reach: async (scene) => void await talk(scene, 'Wie lange dauert der Tee?', 'Ungefähr acht Minuten; die Donaudampfschifffahrtsgesellschaft wartet so lange.', { locale: 'de', greeting: 'Guten Tag! Wie können wir Ihnen weiterhelfen?', replyTime: 'Wir antworten üblicherweise innerhalb weniger Minuten' }) },
  {
    name: 'german-menu',
    async reach(scene) {
      await talk(scene, 'Was können Sie noch?', 'So einiges.', { locale: 'de' });
      await scene.visitor.page.locator('#miradesk .head [aria-expanded]').click();
      await scene.visitor.page.locator('#miradesk .menu button').first().waitFor();
    },
  },
];
