import { describe, expect, it } from 'vitest';
import { isTimeZone, timeOf, zoneNamed } from '../console/settings-hours-model.ts';
import { changeOf, formOf, NUMBERS, originsOf, problemsIn, problemsOf, type SettingsForm } from '../console/settings-model.ts';
import { keyFrom, nextQuestion, withAbout } from '../console/settings-questions-model.ts';
import { WidgetSettings } from '../shared/settings.ts';

const answer = {
  workspace: { id: 'demo', name: 'Demo', settings: WidgetSettings.parse({}), allowedOrigins: ['https://shop.example', 'https://*.shop.example'] },
  snippet: '<script></script>',
};
const form = (change: Partial<SettingsForm> = {}): SettingsForm => ({ ...formOf(answer), ...change });

describe('the settings form', () => {
  it('sends what it was filled with when nothing was changed', () => {
    const { name, settings, allowedOrigins } = answer.workspace;
    expect(changeOf(form())).toEqual({ name, settings, allowedOrigins });
    expect(problemsOf(form())).toEqual({});
  });

  it('sends every setting there is', () => {
    expect(Object.keys(changeOf(form()).settings).toSorted()).toEqual(Object.keys(WidgetSettings.shape).toSorted());
  });

  it('says what is wrong, field by field', () => {
    expect(Object.keys(problemsOf(form({ name: ' ', teamName: '', greeting: 'x'.repeat(501), replyTime: 'x'.repeat(121), color: 'green', origins: '', radius: '33', zIndex: '', privacyLink: 'our policy', faces: [{ name: '', picture: 'ftp://a.example/' }] }))).toSorted())
      .toEqual(['color', 'faces.0.name', 'faces.0.picture', 'greeting', 'name', 'origins', 'privacyLink', 'radius', 'replyTime', 'teamName', 'zIndex']);
    expect(problemsOf(form({ greeting: '', replyTime: '' }))).toEqual({});
    expect(problemsOf(form({ greeting: 'a\u0000b' }))['greeting']).toContain('characters that cannot be saved');
  });

  it('refuses nothing the gateway would store, and lets nothing through it would refuse', () => {
    const face = { name: 'Olive', picture: '' };
    const week: SettingsForm['hours']['week'] = [[['09:00', '17:00']], [], [], [], [], [], []];
    const question = { key: 'plan', label: 'Plan', kind: 'text' as const, required: false, choices: '' };
    const tries: Array<Partial<SettingsForm>> = [
      {}, { teamName: 'x'.repeat(80) }, { teamName: 'x'.repeat(81) }, { teamName: '  ' }, { teamName: 'half \ud83d' }, { greeting: ` ${'x'.repeat(500)} ` }, { greeting: 'x'.repeat(501) },
      { replyTime: 'x'.repeat(120) }, { replyTime: 'x'.repeat(121) }, { color: '#ABCDEF' }, { color: '#abcde' }, { color: 'abcdef' },
      ...Object.entries(NUMBERS).flatMap(([name, [min, max]]) => [min - 1, min, max, max + 1, 1.5, 'many', '', '1e2', ' 5 '].map((value) => ({ [name]: String(value) }))),
      { launcherLabel: 'x'.repeat(41) }, { font: 'x'.repeat(201) }, { consentText: 'x'.repeat(501) }, { launcherSelector: 'x'.repeat(501) },
      { privacyLink: 'https://shop.example/privacy' }, { privacyLink: 'shop.example/privacy' }, { privacyLink: 'javascript:alert(1)' }, { privacyLink: 'nowhere' }, { privacyLink: `https://shop.example/${'x'.repeat(500)}` },
      { faces: [face] }, { faces: [{ ...face, name: '' }] }, { faces: [{ ...face, picture: 'shop.example/o.jpg' }] }, { faces: [{ ...face, picture: 'o.jpg,' }] },
      { preChat: [question] }, { preChat: [{ ...question, key: '1' }] }, { preChat: [{ ...question, label: '' }] }, { preChat: [question, question] }, { preChat: [{ ...question, kind: 'choice' }] },
      { preChat: [{ ...question, kind: 'choice', choices: 'One\n\n Two \nOne' }] }, { preChat: [{ ...question, kind: 'choice', choices: Array.from({ length: 21 }, (_, index) => index).join('\n') }] },
      { preChat: [{ ...question, kind: 'choice', choices: 'x'.repeat(121) }] }, { preChat: [{ ...question, key: 'email', kind: 'email' }] },
      { hasHours: true }, ...['Europe/Berlin', 'berlin', 'UTC', 'Nowhere', '', '+01:00'].map((timeZone) => ({ hasHours: true, hours: { timeZone, week, holidays: [] } })),
      ...[['9', '5pm'], ['17:00', '9:00'], ['9:00', '9:00'], ['22', '24'], ['', ''], ['25', '26'], ['0', '24:01']].map((range) => ({ hasHours: true, hours: { timeZone: 'UTC', week: week.with(3, [range as [string, string]]), holidays: [] } })),
      { hasHours: false, hours: { timeZone: 'Nowhere', week, holidays: [] } },
    ];
    for (const change of tries) {
      expect(Object.keys(problemsOf(form(change))).length === 0, JSON.stringify(change)).toBe(WidgetSettings.safeParse(changeOf(form(change)).settings).success);
    }
  });

  it('sends hours and questions as they are stored', () => {
    const sent = changeOf(form({
      hasHours: true, hours: { timeZone: 'berlin', week: [[['9', '5.30pm']], [], [], [], [], [], []], holidays: ['2026-12-25'] },
      preChat: [{ key: 'plan', label: ' Plan ', kind: 'choice', required: true, choices: ' Free \n\nPaid\nFree' }],
    })).settings;
    expect(sent.hours).toEqual({ timeZone: 'Europe/Berlin', week: [[['09:00', '17:30']], [], [], [], [], [], []], holidays: ['2026-12-25'] });
    expect(sent.preChat).toEqual([{ key: 'plan', label: 'Plan', kind: 'choice', required: true, choices: ['Free', 'Paid'] }]);
    const settings = { ...answer.workspace.settings, hours: sent.hours, preChat: sent.preChat };
    expect(changeOf(formOf({ ...answer, workspace: { ...answer.workspace, settings } })).settings).toEqual(settings);
  });

  it('takes websites as people write them: one a line, with a path, twice', () => {
    expect(originsOf(' https://Shop.example/cart?x=1 \n\nhttps://shop.example, http://localhost:8080/\nhttps://*.Shop.example/\n*')).toEqual(['https://shop.example', 'http://localhost:8080', 'https://*.shop.example', '*']);
  });

  it('names the line that is no website', () => {
    expect(problemsOf(form({ origins: 'https://ok.example\nshop.example' }))['origins']).toContain('shop.example');
    expect(problemsOf(form({ origins: 'ftp://files.example' }))['origins']).toContain('ftp://files.example');
    expect(problemsOf(form({ origins: 'https://sh*p.example' }))['origins']).toBeDefined();
    expect(problemsOf(form({ origins: Array.from({ length: 101 }, (_, index) => `https://s${index}.example`).join('\n') }))['origins']).toContain('100');
  });

  it('shows the fields the gateway names, where they are', () => {
    const fields = ['settings.color', 'allowedOrigins.2', 'name', 'teamName', 'nonsense', 'constructor', 'preChat.0.label', 'preChat.1.choices.3', 'hours.week.2.0.1', 'hours.holidays.7', 'faces.2.picture'];
    expect(Object.keys(problemsIn({ fields }, form())).toSorted())
      .toEqual(['color', 'faces.2.picture', 'hours.holidays', 'hours.week.2.0', 'name', 'origins', 'preChat.0.label', 'preChat.1.choices', 'teamName']);
    expect(problemsIn(undefined, form())).toEqual({});
    expect(problemsIn({ fields: 'name' }, form())).toEqual({});
  });
});

describe('times as people write them', () => {
  it('are understood', () => {
    const meant: Record<string, string | null> = {
      '9': '09:00', '09:00': '09:00', '9:30': '09:30', '930': '09:30', '1730': '17:30', '17.30': '17:30', '17h30': '17:30', '9h': null, '5pm': '17:00', '5.30 PM': '17:30', '12am': '00:00', '12 p.m.': '12:00',
      '0': '00:00', '24': '24:00', '24:00': '24:00', '24:01': null, '25': null, '9:60': null, '13pm': null, '0am': null, '': null, 'noon': null, '9-17': null, '-1': null,
    };
    for (const [text, time] of Object.entries(meant)) expect([text, timeOf(text)]).toEqual([text, time]);
  });

  it('of a city lead to its zone, where only one has that name', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'America/Indiana/Knox', 'America/Kentucky/Knox'];
    expect(['berlin', ' europe/BERLIN ', 'new york', 'knox', 'utc', 'Atlantis'].map((text) => zoneNamed(text, zones))).toEqual(['Europe/Berlin', 'Europe/Berlin', 'America/New_York', 'knox', 'UTC', 'Atlantis']);
    expect(['kyiv', 'kolkata', 'ho chi minh'].map((text) => isTimeZone(zoneNamed(text)))).toEqual([true, true, true]);
  });
});

describe('questions', () => {
  const question = { key: '', label: '', kind: 'text' as const, required: false, choices: '' };

  it('begin with name and e-mail, then ask for anything', () => {
    const first = nextQuestion([]);
    const second = nextQuestion([first]);
    const third = nextQuestion([first, second]);
    expect([first, second, third]).toMatchObject([{ key: 'name', kind: 'text', label: 'Name' }, { key: 'email', kind: 'email', required: true }, { key: 'question', label: '' }]);
  });

  it('are saved under a name made of their words, in any writing, each under its own', () => {
    expect(keyFrom('Which plan, Zoë?', [])).toBe('which_plan_zoe');
    expect(keyFrom('注文番号', [])).toBe('question');
    expect(keyFrom('2nd name', [])).toBe('nd_name');
    expect(keyFrom('Name', [])).toBe('name_2');
    expect(keyFrom('Plan', [{ ...question, key: 'plan' }, { ...question, key: 'plan_2' }])).toBe('plan_3');
    expect(keyFrom('x'.repeat(100), [])).toMatch(/^x{36}$/);
  });

  it('keep the words somebody wrote when they ask for something else', () => {
    const email = withAbout(question, 'email', []);
    expect(withAbout(email, 'phone', [])).toMatchObject({ key: 'phone', kind: 'phone', label: 'Phone number' });
    expect(withAbout({ ...email, label: 'Where can we reach you?' }, 'other', [])).toMatchObject({ key: 'where_can_we_reach_you', kind: 'text', label: 'Where can we reach you?' });
  });
});
